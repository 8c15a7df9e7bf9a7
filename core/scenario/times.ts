import {
  dayMs,
  type DurationMs,
  type EpochMs,
  hourMs,
  minuteMs,
  parseDuration,
  parseInstant,
  secondMs,
} from "../time/millis.ts";
import type { TimeFrame } from "./scenario.ts";
import type { Words } from "./words.ts";

/** Where times count from when a scenario does not say: an ordinary Monday, 2026-01-05T00:00:00Z. */
export const defaultStart: EpochMs = 1_767_571_200_000;

const farthestMs = 100 * 366 * dayMs;
const timeWords = "a time such as 10m, -1h30m or 2026-10-25 02:30 Europe/Brussels";

/** Takes a time: relative to the start (`10m`, `+1h30m`, `-1h`, `0`), RFC 3339, or a local date and clock time. */
export function takeTime(words: Words, frame: TimeFrame): EpochMs {
  const word = words.peek();
  if (word !== null && /^\d{4}-\d{2}-\d{2}$/.test(word)) return takeLocal(words, frame.zone);
  const relative = relativeMs(word);
  const at = relative === null ? (word === null ? null : parseInstant(word)) : frame.start + relative;
  if (at === null) words.fail(timeWords);
  words.take(timeWords);
  if (Math.abs(at - frame.start) > farthestMs)
    words.failBack("expected a time less than 100 years from the start");
  return at;
}

/** Takes a time, or the word `none` as null. */
export function takeTimeOrNone(words: Words, frame: TimeFrame): EpochMs | null {
  return words.takeIf("none") ? null : takeTime(words, frame);
}

/** Takes a local date and clock time with its zone as it stands: where the start is not known yet. */
export function takeStart(words: Words, zone: string | null): EpochMs {
  const word = words.peek();
  if (word !== null && /^\d{4}-\d{2}-\d{2}$/.test(word)) return takeLocal(words, zone);
  const at = word === null ? null : parseInstant(word);
  if (at === null || at < 0)
    words.fail("a date and time since 1970 such as 2026-10-25 00:00 Europe/Brussels");
  words.take(timeWords);
  return at;
}

/** Takes a length of time such as 90s, 12m or 1h30m; a bare 0 is one too. */
export function takeDuration(words: Words): DurationMs {
  const word = words.peek();
  const length = word === "0" ? 0 : word === null ? null : parseDuration(word);
  if (length === null || length > farthestMs)
    words.fail("a length of time with its unit such as 90s, 12m or 1h30m");
  words.take("a length of time");
  return length;
}

/** Takes a length of time longer than 0. */
export function takePositiveDuration(words: Words): DurationMs {
  const length = takeDuration(words);
  if (length === 0) words.failBack("expected a length of time longer than 0");
  return length;
}

/** Takes a signed length of time such as +2h or -30m. */
export function takeShift(words: Words): number {
  const shift = relativeMs(words.peek());
  if (shift === null || Math.abs(shift) > farthestMs)
    words.fail("how far the clock is wrong, such as +2h, -30m or 0");
  words.take("a shift");
  return shift;
}

/** Takes a stretch of time: `0m..30m`, or `from ... to ...`. */
export function takeWindow(words: Words, frame: TimeFrame): { from: EpochMs; to: EpochMs } {
  const short = /^(.+?)\.\.(.+)$/.exec(words.peek() ?? "");
  const window = short === null ? takeLongWindow(words, frame) : takeShortWindow(words, frame, short);
  if (window.to < window.from) words.failBack("expected a stretch of time whose end is not before its start");
  return window;
}

function takeLongWindow(words: Words, frame: TimeFrame): { from: EpochMs; to: EpochMs } {
  if (words.peek() !== "from") words.fail("a stretch of time such as 0m..30m or from 0m to 30m");
  words.takeExactly("from");
  const from = takeTime(words, frame);
  words.takeExactly("to");
  return { from, to: takeTime(words, frame) };
}

function takeShortWindow(
  words: Words,
  frame: TimeFrame,
  parts: RegExpExecArray,
): { from: EpochMs; to: EpochMs } {
  const from = relativeMs(parts[1] ?? "");
  const to = relativeMs(parts[2] ?? "");
  const isFar = Math.abs(from ?? 0) > farthestMs || Math.abs(to ?? 0) > farthestMs;
  if (from === null || to === null || isFar) words.fail("a stretch of time such as 0m..30m");
  words.take("a stretch of time");
  return { from: frame.start + from, to: frame.start + to };
}

function relativeMs(word: string | null): number | null {
  if (word === null) return null;
  if (/^[+-]?0$/.test(word)) return 0;
  const parts = /^([+-]?)(.+)$/.exec(word);
  const length = parseDuration(parts?.[2] ?? "");
  if (length === null) return null;
  return parts?.[1] === "-" ? 0 - length : length;
}

function takeLocal(words: Words, frameZone: string | null): EpochMs {
  const date = words.take("a date");
  const clock = words.peek();
  if (clock === null || !/^\d{2}:\d{2}(:\d{2})?$/.test(clock)) words.fail("a clock time such as 02:30");
  words.take("a clock time");
  const named = words.peek();
  const hasZone = named !== null && (named === "UTC" || /^[A-Z][A-Za-z_]+\/[A-Za-z_+\-/0-9]+$/.test(named));
  if (hasZone) words.take("a zone");
  const zone = hasZone ? named : frameZone;
  if (zone === null) words.fail("a time zone such as Europe/Brussels, here or in a line `zone ...` above");
  const possible = instantsOf(`${date}T${clock}`, zone);
  if (possible === null) words.failBack("expected a date, clock time and time zone that exist");
  return chooseInstant(words, possible, `${date} ${clock} in ${zone}`);
}

function chooseInstant(words: Words, possible: readonly EpochMs[], written: string): EpochMs {
  const [first, second] = possible;
  if (first === undefined)
    words.failBack(`expected a time that exists; the clocks go forward over ${written}`);
  if (second === undefined) return first;
  const which = words.takeIfOneOf(["first", "second"]);
  if (which === null) words.fail(`"first" or "second": ${written} comes twice that night`);
  return which === "first" ? first : second;
}

/** The instants at which clocks in a zone show a local time: none, one or two; null where date or zone do not exist. */
function instantsOf(local: string, zone: string): EpochMs[] | null {
  try {
    const plain = Temporal.PlainDateTime.from(local, { overflow: "reject" });
    const both = (["earlier", "later"] as const).map((disambiguation) =>
      plain.toZonedDateTime(zone, { disambiguation }),
    );
    const shown = both.filter((zoned) => zoned.toPlainDateTime().equals(plain));
    const instants = [...new Set(shown.map((zoned) => zoned.epochMilliseconds))];
    return instants.some((at) => at < 0) ? null : instants;
  } catch {
    return null;
  }
}

/** True where a name is that of a time zone. */
export function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** Writes a length of time exactly, as scenarios write it: `12m`, `1h30m`, `40s500ms`, `0`. */
export function durationText(length: DurationMs): string {
  const parts: string[] = [];
  let rest = length;
  for (const [unit, ms] of [
    ["d", dayMs],
    ["h", hourMs],
    ["m", minuteMs],
    ["s", secondMs],
    ["ms", 1],
  ] as const) {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? "0" : parts.join("");
}

/** Writes a time relative to the start, with the local clock where the scenario has a zone; null is `none`. */
export function timeText(at: EpochMs | null, frame: TimeFrame): string {
  if (at === null) return "none";
  const relative = at - frame.start;
  const text = relative === 0 ? "0m" : relative < 0 ? `-${durationText(-relative)}` : durationText(relative);
  return frame.zone === null ? text : `${text} (${clockText(at, frame.zone)})`;
}

/** What local clocks show at an instant, with their distance from UTC: `02:30:00+02:00`. */
export function clockText(at: EpochMs, zone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = zoned.toPlainTime().toString({ smallestUnit: at % secondMs === 0 ? "second" : "millisecond" });
  return `${time}${zoned.offset}`;
}
