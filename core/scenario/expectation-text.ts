import { alarmPhases } from "../alarms/alarm.ts";
import type { Side } from "../engine/excursion.ts";
import type { Change } from "../engine/reconcile.ts";
import type { Draft } from "./draft.ts";
import { isProbeName, takeId } from "./rules-text.ts";
import {
  type Act,
  actWords,
  type ExpectedCoverage,
  type ExpectedFigures,
  type Expectation,
  type TimeFrame,
} from "./scenario.ts";
import { shownAlarmKinds } from "./alarm-watch.ts";
import { takeDuration, takePositiveDuration, takeTime, takeTimeOrNone, takeWindow } from "./times.ts";
import type { Words } from "./words.ts";

const sides = ["high", "low", "unmonitored"] as const satisfies readonly Side[];
const statuses = ["open", "closed"] as const;
const changes = [
  "opened",
  "closed",
  "reopened",
  "extended",
  "shortened",
  "revised",
  "split",
  "merged",
  "withdrawn",
] as const satisfies readonly Change[];

/** Words that begin the next thing of a moment. */
const stepWords: ReadonlySet<string | null> = new Set([null, "expect", ...actWords]);

const subjects = "what must be: an excursion, coverage, alarm, revision or unit (see docs/scenarios.md)";

/** Takes what follows `expect`. */
export function takeExpectation(words: Words, frame: TimeFrame, draft: Draft): Expectation {
  if (words.takeIf("refused")) return { kind: "refused", count: words.takeCount("how many readings") };
  if (words.takeIf("unit")) return takeUnit(words, draft);
  const probe = isProbeName(words.peek()) ? takeId(words, "a probe") : null;
  if (words.takeIf("coverage")) return { kind: "coverage", probe, ...takeCoverage(words, frame) };
  if (words.takeIf("alarm")) return takeAlarm(words, frame, probe);
  if (words.takeIf("revision"))
    return { kind: "revision", probe, change: words.takeOneOf(changes, "what a revision did") };
  if (words.takeIf("revisions")) return takeRevisions(words, probe);
  if (words.takeIf("no")) return takeAbsence(words, probe);
  if (/^\d/.test(words.peek() ?? "")) return takeCount(words, probe);
  return takeExcursion(words, frame, probe);
}

/** Takes what a person does: `acknowledge`, `reset` or `shelve 30m`, with a probe's name and the kind of alarm where it matters. */
export function takeAct(words: Words): Act {
  const kind = words.takeOneOf(actWords, "what is expected or done");
  const probe =
    isProbeName(words.peek()) && !isKind(words.peek()) && !stepWords.has(words.peek())
      ? takeId(words, "a probe")
      : null;
  const alarm = words.takeIfOneOf(shownAlarmKinds);
  if (kind === "shelve") return { kind, probe, alarm, forMs: takePositiveDuration(words) };
  return { kind, probe, alarm };
}

function isKind(word: string | null): boolean {
  return shownAlarmKinds.some((kind) => kind === word);
}

function takeUnit(words: Words, draft: Draft): Expectation {
  const unit = words.take("the name of a unit");
  if (!draft.residences.some((residence) => residence.unit === unit))
    words.failBack("expected a unit that a line `unit ...` above puts somewhere");
  const is = !words.takeIf("not");
  const what = words.takeOneOf(["held", "exposed"] as const, "what the unit must be");
  return { kind: "unit", unit, what, is };
}

function takeAlarm(words: Words, frame: TimeFrame, probe: string | null): Expectation {
  const alarm = words.takeOneOf(shownAlarmKinds, "a kind of alarm");
  const phase = words.takeIfOneOf(alarmPhases);
  const raisedAt = words.takeIf("raised") ? takeTime(words, frame) : null;
  return { kind: "alarm", probe, alarm, phase, raisedAt };
}

function takeRevisions(words: Words, probe: string | null): Expectation {
  const list: Change[] = [];
  do list.push(words.takeOneOf(changes, "what a revision did"));
  while (!stepWords.has(words.peek()));
  return { kind: "revisions", probe, changes: list };
}

function takeAbsence(words: Words, probe: string | null): Expectation {
  if (words.takeIf("alarm")) return { kind: "no-alarm", probe, alarm: words.takeIfOneOf(shownAlarmKinds) };
  if (words.takeIf("revision")) return { kind: "no-revision", probe, change: words.takeIfOneOf(changes) };
  const status = words.takeIfOneOf(statuses);
  const side = words.takeIfOneOf(sides);
  words.takeOneOf(["excursion", "excursions"], "what must not be");
  return { kind: "excursion-count", probe, side, status, count: 0 };
}

function takeCount(words: Words, probe: string | null): Expectation {
  const count = words.takeCount("how many excursions");
  const status = words.takeIfOneOf(statuses);
  const side = words.takeIfOneOf(sides);
  words.takeOneOf(["excursion", "excursions"], "what is counted");
  return { kind: "excursion-count", probe, side, status, count };
}

function takeCoverage(words: Words, frame: TimeFrame): Pick<Coverage, "from" | "to" | "parts"> {
  const { from, to } = takeWindow(words, frame);
  const parts: Record<string, number> = {};
  do {
    const part = words.takeOneOf(["in", "low", "high", "unknown", "pending"] as const, "a part of the time");
    parts[`${part}Ms`] = takeDuration(words);
  } while (!stepWords.has(words.peek()));
  return { from, to, parts: parts satisfies ExpectedCoverage };
}

type Coverage = Extract<Expectation, { kind: "coverage" }>;

type Figures = { -readonly [Name in keyof ExpectedFigures]: ExpectedFigures[Name] };

function takeExcursion(words: Words, frame: TimeFrame, probe: string | null): Expectation {
  const figures: Figures = {};
  const status = words.takeIfOneOf(statuses);
  if (status !== null) figures.status = status;
  if (words.takeIf("critical")) figures.critical = true;
  const side = words.takeIfOneOf(sides);
  if (side === null) words.fail(subjects);
  words.takeExactly("excursion");
  while (!stepWords.has(words.peek())) takeFigure(words, frame, figures);
  return { kind: "excursion", probe, side, figures };
}

const figureNames = [
  "start",
  "end",
  "out",
  "unknown",
  "extreme",
  "area",
  "provenGoodBefore",
  "provenGoodAfter",
  "heldFrom",
  "heldTo",
  "open",
  "closed",
  "critical",
  "not",
] as const;

function takeFigure(words: Words, frame: TimeFrame, figures: Figures): void {
  const name = words.takeOneOf(figureNames, "a figure of the excursion");
  switch (name) {
    case "start":
    case "heldFrom":
      figures[name] = takeTime(words, frame);
      break;
    case "end":
    case "provenGoodBefore":
    case "provenGoodAfter":
    case "heldTo":
      figures[name] = takeTimeOrNone(words, frame);
      break;
    case "out":
      figures.outMs = takeDuration(words);
      break;
    case "unknown":
      figures.unknownMs = takeDuration(words);
      break;
    case "extreme":
      figures.extremeCelsius = words.takeIf("none") ? null : words.takeNumber("a temperature or none");
      break;
    case "area":
      figures.degreeMinutes = words.takeNumber("an area in degree-minutes");
      break;
    case "open":
    case "closed":
      figures.status = name;
      break;
    case "critical":
      figures.critical = true;
      break;
    case "not":
      words.takeExactly("critical");
      figures.critical = false;
      break;
  }
}
