import { CodedError } from "../errors/coded-error.ts";
import type { Draft } from "./draft.ts";
import { takeAct, takeExpectation } from "./expectation-text.ts";
import { offsetsOf, readOffset, readProbe, readProfile, takeId, versionsOf } from "./rules-text.ts";
import {
  isAct,
  type Scenario,
  scenarioMistakesMax,
  type ScenarioProbe,
  scenarioResidencesMax,
  scenarioStepsMax,
  scenarioTextMax,
  type Step,
} from "./scenario.ts";
import { readReading, readSeries } from "./series-text.ts";
import { defaultStart, isZone, takeStart, takeTime, takeWindow } from "./times.ts";
import { invalid, type Statement, statementsOf, Words } from "./words.ts";

/**
 * Reads the text of a scenario (docs/scenarios.md). Throws a CodedError `scenario.invalid` that names, for each mistake, file and line, what was
 * expected and what stands there.
 */
export function parseScenario(file: string, text: string): Scenario {
  if (text.length > scenarioTextMax)
    throw invalid(file, 1, `expected at most ${scenarioTextMax} characters`, String(text.length));
  const draft = emptyDraft(file);
  const mistakes: CodedError[] = [];
  for (const statement of statementsOf(file, text)) {
    gather(mistakes, () => readStatement(statement, draft));
    if (mistakes.length >= scenarioMistakesMax) break;
  }
  if (mistakes.length === 0) gather(mistakes, () => checkWhole(draft));
  if (mistakes.length > 0) throw together(file, mistakes);
  return assemble(draft);
}

function gather(mistakes: CodedError[], read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    mistakes.push(error);
  }
}

function together(file: string, mistakes: readonly CodedError[]): CodedError {
  const message = mistakes.map((mistake) => mistake.message).join("\n");
  return new CodedError("scenario.invalid", message, { context: { file, mistakes: mistakes.length } });
}

function emptyDraft(file: string): Draft {
  return {
    file,
    title: null,
    start: defaultStart,
    zone: null,
    hasTimes: false,
    profiles: new Map(),
    probes: new Map(),
    hasNamedProbes: false,
    offsets: [],
    sent: [],
    residences: [],
    late: [],
    shuffleSeed: null,
    repeat: false,
    steps: [],
  };
}

const readers: Readonly<Record<string, (words: Words, draft: Draft) => void>> = {
  scenario: readTitle,
  zone: readZone,
  start: readStart,
  profile: readProfile,
  probe: readProbe,
  offset: readOffset,
  series: readSeries,
  reading: readReading,
  unit: readUnit,
  deliver: readDelivery,
  at: readMoment,
};

function readStatement(statement: Statement, draft: Draft): void {
  const words = new Words(draft.file, statement);
  const kind = words.takeOneOf(Object.keys(readers), "the beginning of a statement");
  if (!["scenario", "zone", "start"].includes(kind)) draft.hasTimes = true;
  readers[kind]?.(words, draft);
  words.takeEnd();
}

function readTitle(words: Words, draft: Draft): void {
  if (draft.title !== null) words.failBack("expected one title");
  const first = words.taken;
  do words.take("a title");
  while (words.peek() !== null);
  draft.title = words.textFrom(first);
}

function readZone(words: Words, draft: Draft): void {
  if (draft.hasTimes || draft.zone !== null) words.failBack("expected one zone, above all that has times");
  const zone = words.take("a time zone such as Europe/Brussels");
  if (!isZone(zone)) words.failBack("expected a time zone such as Europe/Brussels");
  draft.zone = zone;
}

function readStart(words: Words, draft: Draft): void {
  if (draft.hasTimes || draft.start !== defaultStart)
    words.failBack("expected one start, above all that has times");
  draft.start = takeStart(words, draft.zone);
}

/** `unit A in fridge-1 from -1h to 8m`; without `to` it stays. */
function readUnit(words: Words, draft: Draft): void {
  const unit = words.take("the name of a unit");
  words.takeExactly("in");
  const appliance = takeId(words, "an appliance");
  words.takeExactly("from");
  const from = takeTime(words, draft);
  const to = words.takeIf("to") ? takeTime(words, draft) : null;
  if (to !== null && to <= from) words.failBack("expected a time after the unit was put in");
  if (draft.residences.length >= scenarioResidencesMax)
    words.failBack(`expected at most ${scenarioResidencesMax} residences`);
  draft.residences.push({ unit, appliance, from, to });
}

/** `deliver in order`, `deliver shuffled seed 7`, `deliver repeat`, `deliver [fridge-1] late from 10m to 50m at 3h`. */
function readDelivery(words: Words, draft: Draft): void {
  const line = words.line;
  if (words.takeIf("in")) return words.takeExactly("order");
  if (words.takeIf("repeat")) {
    draft.repeat = true;
    return undefined;
  }
  if (words.takeIf("shuffled")) {
    words.takeExactly("seed");
    draft.shuffleSeed = words.takeCount("a seed: any whole number");
    return undefined;
  }
  const probe =
    words.peek() === "late" ? null : takeId(words, "a probe, or: in order, shuffled, repeat, late");
  words.takeExactly("late");
  const window = takeWindow(words, draft);
  words.takeExactly("at");
  const arriveAt = takeTime(words, draft);
  if (arriveAt < window.to) words.failBack("expected an arrival after the readings were sent");
  draft.late.push({ line, probe, ...window, arriveAt });
  return undefined;
}

/** `at 25m expect ...`: any number of things at one moment. */
function readMoment(words: Words, draft: Draft): void {
  const first = words.taken;
  const at = words.takeIf("end") ? "end" : takeTime(words, draft);
  const moment = `at ${words.textFrom(first)}`;
  do {
    const line = words.line;
    const begin = words.taken;
    const what = words.takeIf("expect") ? takeExpectation(words, draft, draft) : takeAct(words);
    if (at === "end" && isAct(what)) words.failBack("expected an act at a time, not at the end");
    if (draft.steps.length >= scenarioStepsMax)
      words.failBack(`expected at most ${scenarioStepsMax} expectations and acts`);
    draft.steps.push({ line, text: `${moment} ${words.textFrom(begin)}`, at, what });
  } while (words.peek() !== null);
}

/** What can only be judged once all lines are known. */
function checkWhole(draft: Draft): void {
  const fail = (line: number, expected: string, found: string | null): never => {
    throw invalid(draft.file, line, `expected ${expected}`, found);
  };
  if (draft.sent.length === 0) fail(1, "a line `series ...` with readings", "none");
  if (!draft.steps.some((step) => !isAct(step.what))) fail(1, "a line `at ... expect ...`", "none");
  const known = (line: number, probe: string | null): void => {
    if (probe !== null && !draft.probes.has(probe)) fail(line, "the name of a probe", probe);
  };
  for (const offset of draft.offsets) {
    known(offset.line, offset.probe);
    if (offset.probe === null && draft.probes.size > 1)
      fail(offset.line, "the name of the probe whose offset it is: there are several", null);
  }
  for (const late of draft.late) known(late.line, late.probe);
  for (const step of draft.steps) {
    if (!("probe" in step.what)) continue;
    known(step.line, step.what.probe);
    if (step.what.probe === null && draft.probes.size > 1 && needsProbe(step))
      fail(step.line, "the name of a probe: there are several", step.text);
  }
  const appliances = new Set([...draft.probes.values()].map((probe) => probe.appliance));
  for (const { appliance } of draft.residences)
    if (!appliances.has(appliance)) fail(1, "units in appliances that a probe watches", appliance);
}

function needsProbe({ what }: Step): boolean {
  return ["excursion", "coverage", "alarm", "revision", "revisions"].includes(what.kind);
}

function assemble(draft: Draft): Scenario {
  const probes = [...draft.probes.values()].map(({ id, appliance, profile }): ScenarioProbe => ({
    id,
    appliance,
    rules: { profiles: versionsOf(draft, profile), offsets: offsetsOf(draft, id) },
  }));
  return {
    file: draft.file,
    title: draft.title ?? draft.file,
    frame: { start: draft.start, zone: draft.zone },
    probes,
    sent: draft.sent,
    residences: draft.residences,
    delivery: { shuffleSeed: draft.shuffleSeed, repeat: draft.repeat, late: draft.late },
    steps: draft.steps,
  };
}
