import type { Interval } from "../engine/line.ts";
import { measure } from "../engine/measure.ts";
import { hourMs, minuteMs, type EpochMs } from "../time/millis.ts";
import { excursionsAt, type ProbeHistory } from "./probe-history.ts";
import type { Step, TimeFrame } from "./scenario.ts";
import { timeText } from "./times.ts";
import { historiesOf, type World } from "./world.ts";

/** Columns of a timeline. */
const columns = 72;
const marginWidth = 10;

/** Draws what was known around a step, probe by probe: for the person who wonders why a check failed. */
export function timelinesOf(world: World, step: Step, frame: TimeFrame): string[] {
  const probe = "probe" in step.what ? step.what.probe : null;
  return historiesOf(world, probe).flatMap((history) => timelineOf(history, world.now, step, frame));
}

function timelineOf(history: ProbeHistory, now: EpochMs, step: Step, frame: TimeFrame): string[] {
  const window = windowAround(history, now, step);
  const width = (window.to - window.from) / columns;
  const edge = (column: number): EpochMs => Math.round(window.from + column * width);
  const cells = Array.from({ length: columns }, (_, column) => ({
    from: edge(column),
    to: edge(column + 1),
  }));
  const judged = cells.map((cell) => sign(history, cell, now)).join("");
  const excursions = excursionsAt(history, now).map(({ side, start, end }) =>
    row(side, drawSpan(cells, { from: start, to: end ?? now }, end === null)),
  );
  const wanted = step.what.kind === "excursion" ? expectedSpan(step.what.figures, now) : null;
  return [
    `${history.probe.id} from ${timeText(window.from, frame)} to ${timeText(window.to, frame)}`,
    row("readings", cells.map((cell) => readingSign(history, cell)).join("")),
    row("judged", judged),
    ...excursions,
    ...(wanted === null ? [] : [row("expected", drawSpan(cells, wanted, false))]),
    row("", ". in range  ^ high  v low  ? unknown  - pending  | reading  ! fault"),
  ];
}

function row(name: string, drawing: string): string {
  return `${name.padEnd(marginWidth).slice(0, marginWidth)} ${drawing.trimEnd()}`;
}

/** From a little before the first reading or what is expected, at most a day, up to now. */
function windowAround(history: ProbeHistory, now: EpochMs, { what }: Step): Interval {
  const first = history.readings[0]?.at ?? now - hourMs;
  const start = what.kind === "excursion" ? (what.figures.start ?? first) : first;
  const named = what.kind === "coverage" ? what.from : Math.min(start, ...startsOf(history, now));
  const from = Math.max(named - 5 * minuteMs, now - 24 * hourMs);
  return { from: Math.min(from, now - columns), to: now };
}

function startsOf(history: ProbeHistory, now: EpochMs): EpochMs[] {
  return excursionsAt(history, now).map(({ start }) => start);
}

function expectedSpan(figures: { start?: EpochMs; end?: EpochMs | null }, now: EpochMs): Interval | null {
  if (figures.start === undefined) return null;
  return { from: figures.start, to: figures.end ?? now };
}

function sign(history: ProbeHistory, cell: Interval, now: EpochMs): string {
  const { readings, probe } = history;
  const { highMs, lowMs, unknownMs, inMs } = measure(readings, probe.rules, cell, now);
  if (highMs > 0) return "^";
  if (lowMs > 0) return "v";
  if (unknownMs > 0) return "?";
  return inMs > 0 ? "." : "-";
}

function readingSign({ readings }: ProbeHistory, cell: Interval): string {
  const inside = readings.filter((reading) => reading.at >= cell.from && reading.at < cell.to);
  if (inside.length === 0) return " ";
  return inside.some((reading) => "fault" in reading) ? "!" : "|";
}

function drawSpan(cells: readonly Interval[], span: Interval, isOpen: boolean): string {
  const touched = cells.map((cell) => cell.to > span.from && cell.from <= span.to);
  const first = touched.indexOf(true);
  const last = touched.lastIndexOf(true);
  return touched
    .map((is, column) => {
      if (!is) return " ";
      if (column === first) return "[";
      return column === last ? (isOpen ? ">" : "]") : "=";
    })
    .join("");
}
