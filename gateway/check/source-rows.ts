import { type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import type { Heard, Unread } from "../command/ear.ts";
import type { Listened } from "../command/listen.ts";
import { adviceFor } from "../health/advice.ts";
import type { GatewaySettings } from "../settings/settings.ts";
import type { SourceStatus } from "../sources/source.ts";
import { type Grade, gradeWords } from "./findings.ts";

/** A row of a table, and how it counts. */
export interface Row {
  readonly grade: Grade;
  readonly cells: readonly string[];
}

/** Heads of the tables that follow. */
export const sourceHeads = ["", "source", "kind", "state", "what to do"] as const;
export const channelHeads = ["", "channel", "source", "heard", "age", "goes to", "what to do"] as const;
export const unreadHeads = ["", "source", "refused as", "times", "what came", "what to do"] as const;

/** What the readings of each channel of the settings are of. */
export function destinations({
  probes,
  signals,
}: Pick<GatewaySettings, "probes" | "signals">): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(probes).map(([channel, probe]) => [channel, `probe ${probe}`] as const),
    ...Object.entries(signals).map(
      ([channel, { kind, subject }]) => [channel, `${kind} of ${subject}`] as const,
    ),
  ]);
}

/** True once every source and every channel of the settings was heard: listening on tells nothing new. */
export function heardAll(settings: GatewaySettings, { heard, sources }: Listened): boolean {
  const keys = new Set(heard.map(keyOf));
  const speaking = new Set(heard.map(({ source }) => source));
  return (
    sources.every(({ id }) => speaking.has(id)) &&
    [...destinations(settings).keys()].every((key) => keys.has(key))
  );
}

/** How each source stands: open or why not, and whether anything was heard of it. */
export function sourceRows({ heard, sources }: Listened): Row[] {
  return sources.flatMap((source): Row[] => {
    const many = heard.filter(({ source: id }) => id === source.id).length;
    const troubled = (source.devices ?? []).flatMap(({ device, trouble }): Row[] =>
      trouble === null ? [] : [row("trouble", [device, `on ${source.id}`, trouble, advised(trouble)])],
    );
    return [stateRow(source, many), ...troubled];
  });
}

function stateRow({ id, kind, state, trouble }: SourceStatus, many: number): Row {
  if (trouble !== null) return row("trouble", [id, kind, `not open: ${trouble}`, advised(trouble)]);
  if (state !== "open")
    return row("trouble", [id, kind, "not open yet", "nobody answers: look at the address and the cable"]);
  if (many > 0)
    return row("well", [id, kind, `open, ${many} ${many === 1 ? "channel" : "channels"} heard`, ""]);
  return row("trouble", [
    id,
    kind,
    "open, nothing heard",
    "look at the devices; those that speak seldom need a longer time: --for 1h",
  ]);
}

/** Each channel that was heard or is in the settings, with its last value and what becomes of it. */
export function channelRows(settings: GatewaySettings, { heard, sources }: Listened, now: EpochMs): Row[] {
  const goesTo = destinations(settings);
  const keys = new Set(heard.map(keyOf));
  const missing = [...goesTo].filter(([channel]) => !keys.has(channel));
  return [
    ...heard.map((one) => heardRow(one, goesTo.get(keyOf(one)) ?? null, settings.futureMax, now)),
    ...missing.map(([channel, to]) => missingRow(channel, to, sources, heard)),
  ];
}

function heardRow(one: Heard, to: string | null, futureMaxMs: number, now: EpochMs): Row {
  const age = now - one.at;
  const cells = [keyOf(one), one.source, String(one.value), ageText(age), to ?? "nothing"];
  if (to === null)
    return row("note", [...cells, "not in the settings: add it to probes or signals if it is wanted"]);
  if (typeof one.value !== "number")
    return row("trouble", [...cells, "the sensor could not tell: look at it and its wires"]);
  if (age < -futureMaxMs)
    return row("trouble", [...cells, "the device's clock is ahead: look at its time server and time zone"]);
  return row("well", [...cells, ""]);
}

function missingRow(
  channel: string,
  to: string,
  sources: readonly SourceStatus[],
  heard: readonly Heard[],
): Row {
  const device = channel.slice(0, channel.lastIndexOf("/"));
  const asked = sources.find(({ devices = [] }) => devices.some((one) => one.device === device));
  const trouble = asked?.devices?.find((one) => one.device === device)?.trouble ?? null;
  const others = heard.filter((one) => one.device === device).map((one) => one.channel);
  const what =
    trouble !== null
      ? advised(trouble)
      : others.length > 0
        ? `the device has other channels: ${others.join(", ")}`
        : "is the device's name right, is it switched on, does it speak seldom (--for 1h)?";
  return row("trouble", [channel, asked?.id ?? "?", "no", "", to, what]);
}

/** What came and could not be read. */
export function unreadRows({ unread }: Listened): Row[] {
  return unread.map(({ source, code, count, excerpt }: Unread) =>
    row("note", [source, code, String(count), JSON.stringify(excerpt), advised(code)]),
  );
}

const ageText = (ageMs: number): string =>
  ageMs < -1_000 ? `${formatDuration(-ageMs)} ahead` : formatDuration(Math.max(0, ageMs));

const keyOf = ({ device, channel }: Heard): string => `${device}/${channel}`;
const advised = (trouble: string): string => adviceFor(trouble) ?? "";
const row = (grade: Grade, cells: readonly string[]): Row => ({
  grade,
  cells: [gradeWords[grade], ...cells],
});
