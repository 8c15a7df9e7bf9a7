import { type ExcursionFigures, heldInterval } from "../engine/excursion.ts";
import type { ExpectedFigures, TimeFrame } from "./scenario.ts";
import { durationText, timeText } from "./times.ts";

/** A figure as found, and whether it is the one expected. */
export interface ComparedFigure {
  readonly name: string;
  readonly expected: string;
  readonly got: string;
  readonly isSame: boolean;
}

/** How far a temperature may be from the expected one, and an area: what rounding to two decimals takes. */
const celsiusTolerance = 0.005;
const areaTolerance = 0.005;

/** Compares the figures that an expectation names with those of an excursion. */
export function compareFigures(
  expected: ExpectedFigures,
  found: ExcursionFigures,
  frame: TimeFrame,
): ComparedFigure[] {
  const held = heldInterval(found);
  const time = (at: number | null): string => timeText(at, frame);
  const compared: (ComparedFigure | null)[] = [
    exact("", expected.status, found.end === null ? "open" : "closed", String),
    exact("", expected.critical, found.critical, (is) => (is ? "critical" : "not critical")),
    exact("start", expected.start, found.start, time),
    exact("end", expected.end, found.end, time),
    exact("out", expected.outMs, found.outMs, durationText),
    exact("unknown", expected.unknownMs, found.unknownMs, durationText),
    near("extreme", expected.extremeCelsius, found.extremeCelsius, celsiusTolerance),
    near("area", expected.degreeMinutes, found.degreeMinutes, areaTolerance),
    exact("provenGoodBefore", expected.provenGoodBefore, found.provenGoodBefore, time),
    exact("provenGoodAfter", expected.provenGoodAfter, found.provenGoodAfter, time),
    exact("heldFrom", expected.heldFrom, held.from, time),
    exact("heldTo", expected.heldTo, held.to, time),
  ];
  return compared.filter((each) => each !== null);
}

/** All figures of an excursion, for a person. */
export function figuresText(found: ExcursionFigures, frame: TimeFrame): string {
  const all: ExpectedFigures = {
    start: found.start,
    end: found.end,
    outMs: found.outMs,
    unknownMs: found.unknownMs,
    extremeCelsius: found.extremeCelsius,
    degreeMinutes: found.degreeMinutes,
  };
  const figures = compareFigures(all, found, frame).map(({ name, got }) => `${name} ${got}`);
  return `${found.side} excursion ${figures.join(" ")}`;
}

function exact<Value>(
  name: string,
  expected: Value | undefined,
  got: Value,
  text: (value: Value) => string,
): ComparedFigure | null {
  if (expected === undefined) return null;
  return { name, expected: text(expected), got: text(got), isSame: expected === got };
}

function near(
  name: string,
  expected: number | null | undefined,
  got: number | null,
  tolerance: number,
): ComparedFigure | null {
  if (expected === undefined) return null;
  const isSame = expected === null || got === null ? expected === got : Math.abs(expected - got) < tolerance;
  return { name, expected: numberText(expected), got: numberText(got), isSame };
}

function numberText(value: number | null): string {
  return value === null ? "none" : String(Math.round(value * 1_000) / 1_000);
}
