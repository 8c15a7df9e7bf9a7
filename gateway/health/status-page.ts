import { html } from "ghtml";
import { formatDuration, parseInstant } from "@coldkeep/core/time/millis.ts";
import { adviceFor } from "./advice.ts";
import type { GatewayStatus } from "./status.ts";
import { type Concern, concernsOf } from "./status-concerns.ts";

/** How often the page loads itself anew. Unit s. */
export const renewSeconds = 10;

/** The status as a page for a person in front of the box. No script: it loads itself anew. */
export function statusPage(status: GatewayStatus): string {
  const now = instantOf(status.clock.now);
  const age = (at: string | null): string =>
    at === null ? "never" : `${formatDuration(Math.max(0, now - instantOf(at)))} ago`;
  const concerns = concernsOf(status);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="${renewSeconds}" />
        <title>${concerns.length === 0 ? "" : `${concerns.length} · `}Gateway ${status.gateway}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/status.css" />
      </head>
      <body>
        <header>
          <h1>Gateway ${status.gateway}</h1>
          <p>As of ${status.clock.now}. The page renews itself every ${renewSeconds} s.</p>
        </header>
        !${todo(concerns)}!${valueTable(status, age)}!${sourceTable(status, age)}
        !${section("Server", serverLines(status, age))}!${section("Buffer", bufferLines(status))}
        !${section("Clock", clockLines(status))}!${section("Own watch while the server is away", watchLines(status))}
        !${deviceTable(status, age)}!${refusedTable(status)}
      </body>
    </html> `;
}

const instantOf = (text: string | null): number => parseInstant(text ?? "") ?? 0;

type Age = (at: string | null) => string;

function todo(concerns: readonly Concern[]): string {
  if (concerns.length === 0)
    return html`<section>
      <h2 class="good">All is well</h2>
      <p>Every source, the server, the buffer and the clock.</p>
    </section>`;
  return html`<section class="todo">
    <h2>To look at: ${concerns.length}</h2>
    <ul>
      !${concerns.map(({ what, advice }) => html`<li><b>${what}</b>${advice === null ? "" : `: ${advice}`}</li>`)}
    </ul>
  </section>`;
}

function section(title: string, lines: readonly string[]): string {
  return html`<section>
    <h2>${title}</h2>
    <ul>
      !${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`;
}

function table(title: string, heads: readonly string[], rows: readonly string[], nothing: string): string {
  return html`<section>
    <h2>${title}</h2>
    !${
      rows.length === 0
        ? html`<p class="muted">${nothing}</p>`
        : html`<table>
            <thead>
              <tr>
                !${heads.map((head) => html`<th scope="col">${head}</th>`)}
              </tr>
            </thead>
            <tbody>
              !${rows}
            </tbody>
          </table>`
    }
  </section>`;
}

function valueTable(status: GatewayStatus, age: Age): string {
  const heard = status.values.map(
    ({ channel, of, value, at, source }) =>
      html`<tr>
        <th scope="row">${channel}</th>
        <td class="value !${typeof value === "number" ? "" : "bad"}" data-label="last value">${value}</td>
        <td data-label="taken">${age(at)}</td>
        <td data-label="goes to" class="!${of === null ? "muted" : ""}">
          ${of ?? "nothing: not in the settings"}
        </td>
        <td data-label="source">${source}</td>
      </tr>`,
  );
  const missing = status.neverHeard.map(
    ({ channel, of }) =>
      html`<tr>
        <th scope="row">${channel}</th>
        <td class="bad">not heard yet</td>
        <td></td>
        <td data-label="goes to">${of}</td>
        <td></td>
      </tr>`,
  );
  return table(
    "Channels",
    ["channel", "last value", "taken", "goes to", "source"],
    [...missing, ...heard],
    "No channel is in the settings and none was heard.",
  );
}

function sourceTable({ sources }: GatewayStatus, age: Age): string {
  const rows = sources.map(({ id, kind, state, trouble, lastHeardAt, devices = [], presence = {} }) => {
    const troubled = devices.filter((one) => one.trouble !== null);
    const offline = Object.entries(presence).flatMap(([device, word]) =>
      word === "offline" ? [device] : [],
    );
    const said = [
      ...(trouble === null ? [] : [withAdvice(trouble)]),
      ...troubled.map((one) => `${one.device}: ${withAdvice(one.trouble ?? "")}`),
      ...(offline.length === 0 ? [] : [`offline: ${offline.join(", ")}`]),
    ];
    return html`<tr>
      <th scope="row">${id}</th>
      <td data-label="kind">${kind}</td>
      <td data-label="state" class="!${state === "open" ? "good" : "bad"}">${state}</td>
      <td data-label="last heard">${age(lastHeardAt)}</td>
      <td data-label="trouble">${said.join("; ")}</td>
    </tr>`;
  });
  return table("Sources", ["source", "kind", "state", "last heard", "trouble and what to do"], rows, "None.");
}

const withAdvice = (trouble: string): string => {
  const advice = adviceFor(trouble);
  return advice === null ? trouble : `${trouble} (${advice})`;
};

function serverLines({ uplink }: GatewayStatus, age: Age): string[] {
  return uplink.map(({ lane, trouble, failures, deliveredAt }) => {
    const stands = trouble === null ? "" : `, trouble: ${withAdvice(trouble)}, tried ${failures} times`;
    return `${lane === "live" ? "What just came in" : "What piled up"}: ${deliveredAt === null ? "nothing delivered since the start" : `last delivered ${age(deliveredAt)}`}${stands}`;
  });
}

function bufferLines({ buffer }: GatewayStatus): string[] {
  return [
    `Stage: ${buffer.stage}`,
    `Held for the server: ${many(buffer.heldReadings)} of at most ${many(buffer.bufferReadingsMax)}`,
    `File: ${megabytes(buffer.usedBytes)} of at most ${megabytes(buffer.bufferBytesMax)}; disk free: ${megabytes(buffer.diskFreeBytes)}, ${megabytes(buffer.diskFreeMin)} stay free`,
    `Refused or not believed, kept for a person: ${many(buffer.refusedReadings)}`,
  ];
}

function clockLines({ clock }: GatewayStatus): string[] {
  return [
    `Confirmed by the server or a time server: ${clock.confirmed ? "yes" : "not yet"}`,
    `True within ${formatDuration(clock.uncertaintyMs)}; this machine's clock ${clock.machineIsOffByMs === 0 ? "agrees" : `is off by ${formatDuration(Math.abs(clock.machineIsOffByMs))}`}`,
  ];
}

function watchLines({ watch }: GatewayStatus): string[] {
  return [
    `${phases[watch.phase]}${watch.since === null ? "" : `, since ${watch.since}`}; watches ${watch.probes} probes`,
    ...watch.alarms.map(({ text, acknowledged }) => `${acknowledged ? "Acknowledged" : "Alarm"}: ${text}`),
    ...(watch.outputs.length === 0
      ? ["No local output: nobody can be called from here while the server is away."]
      : watch.outputs.map(
          ({ id, kind, ready, trouble, waiting }) =>
            `${id} (${kind}): ${ready ? "ready" : "not ready"}${trouble === null ? "" : `, ${withAdvice(trouble)}`}, ${waiting} calls waiting`,
        )),
  ];
}

const phases = {
  attended: "The server keeps watch",
  alone: "This gateway keeps watch by itself",
  handed: "The server is taking over again",
} as const;

function deviceTable({ devices }: GatewayStatus, age: Age): string {
  const rows = devices.map(
    ({ device, source, boot, lastHeardAt, missing, lost }) =>
      html`<tr>
        <th scope="row">${device}</th>
        <td data-label="source">${source}</td>
        <td data-label="last heard">${age(lastHeardAt)}</td>
        <td data-label="start">${boot}</td>
        <td data-label="missing" class="!${missing === 0 ? "" : "note"}">${missing}</td>
        <td data-label="lost" class="!${lost === 0 ? "" : "note"}">${lost}</td>
      </tr>`,
  );
  return table(
    "Devices that count their samples",
    ["device", "source", "last heard", "start", "missing", "lost"],
    rows,
    "None was heard.",
  );
}

function refusedTable({ refusedInput }: GatewayStatus): string {
  const rows = refusedInput.map(
    ({ at, source, code, excerpt }) =>
      html`<tr>
        <th scope="row">${at}</th>
        <td data-label="source">${source}</td>
        <td data-label="code"><code>${code}</code></td>
        <td data-label="what came"><code>${printable(excerpt)}</code></td>
      </tr>`,
  );
  return table("Refused input, the latest", ["at", "source", "code", "what came"], rows, "None.");
}

/** Bytes as text that shows what is not printable. */
const printable = (text: string): string =>
  text.replace(/[^ -~]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`).slice(0, 160);

const many = (count: number): string => count.toLocaleString("en");
const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
