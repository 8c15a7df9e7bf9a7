import { celsiusMax, celsiusMin, isFault, type Reading } from "../readings/reading.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import type { Draft } from "./draft.ts";
import { takeKnownProbe } from "./rules-text.ts";
import { scenarioReadingsMax } from "./scenario.ts";
import { takePositiveDuration, takeShift, takeTime } from "./times.ts";
import { readNumber, type Words } from "./words.ts";

const valueWords = "a reading such as 4, 4x3 or open, or: gap 40m, ramp 4..9 over 20m, every 30s, clock +2h";

/** Where a series stands while it is read. */
interface Pen {
  readonly probe: string;
  everyMs: DurationMs;
  /** The true time of the next reading. */
  next: EpochMs;
  /** How far the device's clock is wrong. */
  shiftMs: number;
  /** True once there is a reading before the next one. */
  hasPrevious: boolean;
}

/** `series fridge-1 every 1m from 0m: 4x3 5 6 gap 40m open ramp 4..9 over 20m`. */
export function readSeries(words: Words, draft: Draft): void {
  const probe = takeKnownProbe(words, draft);
  words.takeExactly("every");
  const everyMs = takePositiveDuration(words);
  words.takeExactly("from");
  const next = takeTime(words, draft);
  words.takeExactly(":");
  if (words.peek() === null) words.fail(valueWords);
  const pen: Pen = { probe, everyMs, next, shiftMs: 0, hasPrevious: false };
  while (words.peek() !== null) takeItem(words, draft, pen);
}

/** `reading fridge-1 at 16m: 5`: single readings; several values stand at the same instant. */
export function readReading(words: Words, draft: Draft): void {
  const probe = takeKnownProbe(words, draft);
  words.takeExactly("at");
  const at = takeTime(words, draft);
  words.takeExactly(":");
  do {
    const reading = takeValue(words);
    send(words, draft, { probe, everyMs: 0, next: at, shiftMs: 0, hasPrevious: false }, reading.value, 1);
  } while (words.peek() !== null);
}

function takeItem(words: Words, draft: Draft, pen: Pen): void {
  if (words.takeIf("gap")) {
    const gapMs = takePositiveDuration(words);
    pen.next += pen.hasPrevious ? gapMs - pen.everyMs : gapMs;
  } else if (words.takeIf("every")) {
    const everyMs = takePositiveDuration(words);
    if (pen.hasPrevious) pen.next += everyMs - pen.everyMs;
    pen.everyMs = everyMs;
  } else if (words.takeIf("clock")) pen.shiftMs = takeShift(words);
  else if (words.takeIf("ramp")) takeRamp(words, draft, pen);
  else {
    const { value, count } = takeValue(words);
    send(words, draft, pen, value, count);
  }
}

function takeRamp(words: Words, draft: Draft, pen: Pen): void {
  const ends = /^(.+?)\.\.(.+)$/.exec(words.peek() ?? "");
  const first = readNumber(ends?.[1] ?? null);
  const last = readNumber(ends?.[2] ?? null);
  if (first === null || last === null || !isCelsius(first) || !isCelsius(last))
    words.fail("two temperatures such as 4..9 or -18..-10");
  words.take("two temperatures");
  words.takeExactly("over");
  const overMs = takePositiveDuration(words);
  const steps = overMs / pen.everyMs;
  if (!Number.isInteger(steps))
    words.failBack("expected a ramp that lasts a whole number of the series' steps");
  checkRoom(words, draft, steps + 1);
  for (let step = 0; step <= steps; step += 1) {
    const celsius = Math.round((first + ((last - first) * step) / steps) * 10_000) / 10_000;
    send(words, draft, pen, celsius, 1);
  }
}

type Value = number | string;

/** A temperature or a fault word, perhaps with how often: `4x3`, `openx5`. */
function takeValue(words: Words): { value: Value; count: number } {
  const parts = /^([+-]?[\d.]+|[a-z-]+?)(?:x(\d{1,7}))?$/.exec(words.peek() ?? "");
  const word = parts?.[1] ?? "";
  const celsius = readNumber(word);
  const value = celsius ?? (isFault(word) ? word : null);
  if (value === null) words.fail(valueWords);
  words.take(valueWords);
  if (celsius !== null && !isCelsius(celsius))
    words.failBack(`expected a temperature from ${celsiusMin} to ${celsiusMax} degrees`);
  const count = Number(parts?.[2] ?? 1);
  if (count === 0) words.failBack("expected a reading at least once");
  return { value, count };
}

function isCelsius(value: number): boolean {
  return value >= celsiusMin && value <= celsiusMax;
}

function send(words: Words, draft: Draft, pen: Pen, value: Value, count: number): void {
  checkRoom(words, draft, count);
  for (let index = 0; index < count; index += 1) {
    const at = pen.next + pen.shiftMs;
    draft.sent.push({ probe: pen.probe, sentAt: pen.next, reading: readingOf(at, value) });
    pen.next += pen.everyMs;
    pen.hasPrevious = true;
  }
}

function readingOf(at: EpochMs, value: Value): Reading {
  if (typeof value === "number") return { at, celsius: value };
  return { at, fault: isFault(value) ? value : "unspecified" };
}

function checkRoom(words: Words, draft: Draft, count: number): void {
  if (draft.sent.length + count > scenarioReadingsMax)
    words.failBack(`expected at most ${scenarioReadingsMax} readings in one scenario`);
}
