/** The stylesheet of the status page: one column on a phone, tables that become cards there, light and dark. */
export const statusStyle = `
:root { color-scheme: light dark; --ground: #f2f4f5; --surface: #fff; --text: #14202a; --muted: #51606c; --rule: #d5dce1; --good: #2b6a4d;
  --bad: #b3261e; --bad-ground: #fdecea; --note: #6b4a00; --note-ground: #fcf3dc; }
@media (prefers-color-scheme: dark) { :root { --ground: #0e1418; --surface: #172027; --text: #e8eef2; --muted: #a3b1bb; --rule: #2c3942;
  --good: #86cba7; --bad: #ff8a80; --bad-ground: #3a1a19; --note: #f0c766; --note-ground: #332812; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--ground); color: var(--text); font: 16px/1.45 system-ui, sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
header p { margin: .2rem 0 1rem; color: var(--muted); }
section { background: var(--surface); border: 1px solid var(--rule); border-radius: 10px; padding: .8rem 1rem; margin: 0 0 1rem; }
section.todo { background: var(--bad-ground); border-color: var(--bad); }
ul { margin: 0; padding-left: 1.2rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; vertical-align: top; border-top: 1px solid var(--rule); }
thead th { border-top: 0; color: var(--muted); font-weight: 600; font-size: .85rem; }
tbody th { font-weight: 600; }
td.value { font-variant-numeric: tabular-nums; white-space: nowrap; font-weight: 600; }
.muted { color: var(--muted); }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
.note { color: var(--note); }
code { font-size: .9em; }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; border-top: 1px solid var(--rule); padding: .4rem 0; }
  tbody tr:first-child { border-top: 0; }
  th, td { display: block; border: 0; padding: .1rem 0; }
  td:empty { display: none; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--muted); font-weight: 400; }
}
`;
