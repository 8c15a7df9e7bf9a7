import type { EpochMs } from "../time/millis.ts";
import { compare } from "./check.ts";
import { type Arrival, endOf, plannedArrivals } from "./deliveries.ts";
import { compareEnds } from "./same-end.ts";
import { isAct, type Scenario, type Step } from "./scenario.ts";
import { timelinesOf } from "./timeline.ts";
import { act, arrive, emptyWorld, passUntil, settle, type World } from "./world.ts";

/** One thing that was checked. */
export interface Check {
  /** The line of the file; null for what every scenario is checked for. */
  readonly line: number | null;
  readonly text: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly got: string;
  /** For a failed check what was known around it, drawn in characters. */
  readonly timeline: readonly string[];
}

/** What running a scenario gave. */
export interface ScenarioResult {
  readonly file: string;
  readonly title: string;
  readonly checks: readonly Check[];
  readonly passed: boolean;
}

/** What every scenario is checked for besides what it says itself. */
export const sameEndText = "the same end in any order, any batches and with repeats";

/**
 * Runs a scenario on the engine that judges real blood banks: readings arrive as the delivery says, time passes between them, and each expectation is compared with
 * what is known at its instant. Pure: the same scenario always gives the same result.
 */
export function runScenario(scenario: Scenario): ScenarioResult {
  const end = endOf(scenario);
  const steps = scenario.steps.map((step) => ({ ...step, at: step.at === "end" ? end : step.at }));
  const arrivals = Map.groupBy(plannedArrivals(scenario, end), ({ at }) => at);
  const moments = new Set([...arrivals.keys(), ...steps.map(({ at }) => at), end]);
  const instants = [...moments].sort((a, b) => a - b);
  const checks: Check[] = [];
  let world = emptyWorld(scenario, instants[0] ?? end);
  for (const at of instants) {
    world = passUntil(world, scenario, at);
    world = settle(takeAll(world, arrivals.get(at) ?? [], at), scenario, at);
    for (const step of steps) if (step.at === at) world = takeStep(world, scenario, step, checks);
  }
  const { isSame, ...ends } = compareEnds(scenario, world);
  const byLine = checks.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const all = [...byLine, { line: null, text: sameEndText, passed: isSame, ...ends, timeline: [] }];
  return {
    file: scenario.file,
    title: scenario.title,
    checks: all,
    passed: all.every(({ passed }) => passed),
  };
}

function takeAll(world: World, arrivals: readonly Arrival[], at: EpochMs): World {
  return arrivals.reduce((known, { readings }) => arrive(known, readings, at), { ...world, now: at });
}

function takeStep(world: World, scenario: Scenario, step: Step, checks: Check[]): World {
  const { line, text, what } = step;
  if (isAct(what)) {
    const done = act(world, what);
    const got = done.isDone ? what.kind : "no such alarm under way";
    const timeline = done.isDone ? [] : timelinesOf(world, step, scenario.frame);
    checks.push({ line, text, passed: done.isDone, expected: what.kind, got, timeline });
    return done.world;
  }
  const { isSame, expected, got } = compare(what, world, scenario);
  const timeline = isSame ? [] : timelinesOf(world, step, scenario.frame);
  checks.push({ line, text, passed: isSame, expected, got, timeline });
  return world;
}
