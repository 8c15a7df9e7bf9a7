import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { Mail } from "./mail.ts";

/** How often the list reloads itself, in seconds. */
const reloadSeconds = 3;

/** Writes times as the site's people read them. */
export function timeFormat(timeZone: string): (at: EpochMs) => string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "medium", timeStyle: "medium" });
  return (at) => format.format(at);
}

/** The list of mails, newest first; reloads itself. */
export function listPage(mails: readonly Mail[], time: (at: EpochMs) => string): string {
  const rows = mails.map(
    (mail) =>
      html`<tr>
        <td class="time">${time(mail.at)}</td>
        <td>${mail.to.join(", ")}</td>
        <td><a href="/mails/${mail.id}">${mail.subject}</a></td>
      </tr>`,
  );
  const table = html`<table>
    <thead>
      <tr>
        <th>Arrived</th>
        <th>To</th>
        <th>Subject</th>
      </tr>
    </thead>
    <tbody>
      !${rows}
    </tbody>
  </table>`;
  const empty = "<p>No mail yet. It comes here as soon as an alarm calls for somebody.</p>";
  return layout(`Mailbox (${mails.length})`, mails.length === 0 ? empty : table, true);
}

/** One mail with its text; its links can be followed. */
export function mailPage(mail: Mail, time: (at: EpochMs) => string): string {
  const body = html`<p><a href="/">All mails</a></p>
    <h2>${mail.subject}</h2>
    <dl>
      <dt>From</dt>
      <dd>${mail.from}</dd>
      <dt>To</dt>
      <dd>${mail.to.join(", ")}</dd>
      <dt>Arrived</dt>
      <dd>${time(mail.at)}</dd>
    </dl>
    <pre>!${withLinks(mail.text)}</pre>`;
  return layout(mail.subject, body, false);
}

/** What stands where there is no such page. */
export function missingPage(): string {
  return layout(
    "Not found",
    '<p>There is no such mail (only the last ones are kept). <a href="/">All mails</a></p>',
    false,
  );
}

function withLinks(text: string): string[] {
  return text
    .split(/(https?:\/\/[^\s<>"')\]]+)/)
    .map((part, index) =>
      index % 2 === 1 ? html`<a href="${part}" rel="noreferrer">${part}</a>` : html`${part}`,
    );
}

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
  h1 { font-size: 1.2rem; } h2 { font-size: 1.1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8885; vertical-align: top; }
  .time { white-space: nowrap; font-variant-numeric: tabular-nums; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dd { margin: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; border-top: 1px solid #8885; padding-top: 1rem; }
`;

/** The one style of the mailbox, for its content security policy. */
export const mailboxStyle: string = style;

const styleElement = `<style>${style}</style>`;

function layout(title: string, body: string, reload: boolean): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        !${reload ? `<meta http-equiv="refresh" content="${reloadSeconds}" />` : ""}
        <title>${title} - Coldkeep demo mailbox</title>
        !${styleElement}
      </head>
      <body>
        <h1>Coldkeep demo mailbox</h1>
        <p>What the on-call staff of the simulated hospital receive. Nothing here leaves this machine.</p>
        !${body}
      </body>
    </html>`;
}
