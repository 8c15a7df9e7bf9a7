import { watchNamedMax, watchSchema } from "@coldkeep/core/contract/edge.ts";
import { type EpochMs, formatDuration, secondMs } from "@coldkeep/core/time/millis.ts";
import type { CommandIo } from "../command/command-io.ts";
import { adviceFor } from "../health/advice.ts";
import type { GatewaySettings } from "../settings/settings.ts";
import { type HeardServer, httpWatchLink, type WatchLink } from "../uplink/server-link.ts";
import type { Finding } from "./findings.ts";

/** How far the machine's clock may stand from the server's before a person should look. Unit ms. */
export const offsetMaxMs = 5 * secondMs;

/** How long the server may take to answer a check. Unit ms. */
const answerMaxMs = 10 * secondMs;

/** Opens the link to the server; told the server's `Date`. */
export type OpenLink = (heard: HeardServer) => WatchLink;

/** Looks at the server as the gateway would meet it: reachable, token, clock, and whether it knows the probes. Changes nothing there. */
export async function checkServer(
  settings: GatewaySettings,
  io: Pick<CommandIo, "clock" | "stop">,
  open: OpenLink = (heard) =>
    httpWatchLink({
      url: settings.server.url,
      token: settings.server.token,
      ca: settings.server.ca,
      gateway: settings.gateway,
      compression: settings.compression,
      requestTimeoutMs: Math.min(answerMaxMs, settings.requestTimeout),
      clock: io.clock,
      heard,
    }),
): Promise<Finding[]> {
  let offsetMs: number | null = null;
  const link = open((dateMs, sentMs, receivedMs) => {
    offsetMs = offsetOf(dateMs, io.clock.epochMs(), sentMs, receivedMs, io.clock.monotonicMs());
  });
  const probes = [...new Set(Object.values(settings.probes))];
  const unknown: string[] = [];
  for (let first = 0; first === 0 || first < probes.length; first += watchNamedMax) {
    const named = probes.slice(first, first + watchNamedMax);
    // The call wants a name; one that no site has asks for nothing.
    const { outcome } = await link.watch(named.length === 0 ? ["none"] : named, null, io.stop);
    if (outcome.kind === "none")
      return [
        trouble(
          "server",
          `${settings.server.url}: ${outcome.detail}. ${adviceFor(outcome.detail) ?? adviceFor(outcome.code) ?? ""}`,
        ),
      ];
    const refusal = refused(outcome.status, outcome.body, settings.server.url);
    if (refusal !== null) return [...refusal, ...clockFinding(offsetMs)];
    const watch = watchSchema.safeParse(parseJson(outcome.body));
    if (!watch.success)
      return [trouble("server", `${settings.server.url} answers, but not as a Coldkeep server`)];
    const known = new Set(
      watch.data.probes.flatMap(({ id, channels }) => [id, ...channels.map((one) => one.channel)]),
    );
    unknown.push(...named.filter((probe) => !known.has(probe)));
  }
  return [
    well("server", `${settings.server.url} answers`),
    well("token", "taken"),
    ...clockFinding(offsetMs),
    unknown.length === 0
      ? well(
          "probes",
          `the server knows ${probes.length === 1 ? "the one" : `all ${probes.length}`} of the settings`,
        )
      : trouble(
          "probes",
          `the server's site file has no ${unknown.join(", ")}: its readings would be refused. Put the ids of the site file into probes`,
        ),
  ];
}

function refused(status: number, body: string, url: string): Finding[] | null {
  if (status === 200) return null;
  const { code } = (parseJson(body) ?? {}) as { readonly code?: unknown };
  const named = typeof code === "string" ? code : `status ${status}`;
  const reached = well("server", `${url} answers`);
  if (status === 401 || status === 403)
    return [reached, trouble("token", `refused (${named}): ${adviceFor("auth.unknown")}`)];
  if (named === "site.missing")
    return [reached, well("token", "taken"), trouble("probes", adviceFor("site.missing") ?? "")];
  return [
    trouble("server", `${url} answers with ${named}: is it a Coldkeep server, and of the same version?`),
  ];
}

/** How far the machine is ahead of the server, in ms; `Date` has whole seconds, so its middle is taken. */
function offsetOf(
  dateMs: EpochMs,
  nowMs: EpochMs,
  sentMs: number,
  receivedMs: number,
  monotonicMs: number,
): number {
  const halfWayMs = nowMs - (monotonicMs - (sentMs + receivedMs) / 2);
  return halfWayMs - (dateMs + 500);
}

function clockFinding(offsetMs: number | null): Finding[] {
  if (offsetMs === null) return [];
  const off = Math.abs(offsetMs);
  if (off <= offsetMaxMs)
    return [well("clock", `this machine and the server agree within ${Math.ceil((off + 500) / 1_000)} s`)];
  return [
    trouble(
      "clock",
      `this machine is ${formatDuration(off)} ${offsetMs > 0 ? "ahead of" : "behind"} the server: set the wrong one of the two, or let a time server do so`,
    ),
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const well = (what: string, says: string): Finding => ({ grade: "well", what, says });
const trouble = (what: string, says: string): Finding => ({ grade: "trouble", what, says: says.trim() });
