import type { Medium } from "../duty/media.ts";
import { type DurationMs, type EpochMs, minuteMs, secondMs } from "../time/millis.ts";

/** How a breach is to go, as the site said when it began. */
export interface CanaryTerms {
  readonly everyMs: DurationMs;
  /** So long after the sample and the delay it is late. */
  readonly withinMs: DurationMs;
  /** The delay of its alarm. */
  readonly delayMs: DurationMs;
  /** By what it must come in: by all of these. */
  readonly media: readonly Medium[];
}

/** How a breach ended: received by all media in time; not so; or nobody can say, because the server or its clock was not there all the time. */
export type CanaryOutcome = "in-time" | "late" | "interrupted";

/** One breach on its way. Plain data. */
export interface CanaryRun {
  /** Counts breaches, from 1. */
  readonly number: number;
  readonly sampleAt: EpochMs;
  readonly terms: CanaryTerms;
  /** When it came in, by each medium. */
  readonly received: Readonly<Partial<Record<Medium, EpochMs>>>;
}

/** Where the canary stands. Plain data; its timers are instants in here. */
export interface CanaryState {
  /** Breaches so far. */
  readonly runs: number;
  readonly current: CanaryRun | null;
  /** Those that ended before they had come in by all media, which they may do yet; the oldest first. */
  readonly missing: readonly CanaryRun[];
  /** True from the first late one until one is in time. */
  readonly isLate: boolean;
  /** When the next may begin. */
  readonly nextAt: EpochMs;
}

/** What can happen to it. `interrupt`: the server started, its clock was set or it stood still. `stop`: the site has no canary any more. */
export type CanaryInput =
  | { readonly kind: "begin"; readonly terms: CanaryTerms }
  | { readonly kind: "received"; readonly run: number; readonly medium: Medium }
  | { readonly kind: "tick" }
  | { readonly kind: "interrupt" }
  | { readonly kind: "stop" };

/** What follows: a breach began, came in by a medium, or ended; it is late, or good again. `waits`: the media by which it has not come in. */
export type CanaryEffect =
  | { readonly kind: "began"; readonly run: CanaryRun }
  | { readonly kind: "received"; readonly run: number; readonly medium: Medium }
  | { readonly kind: "ended"; readonly run: CanaryRun; readonly outcome: CanaryOutcome }
  | { readonly kind: "late"; readonly run: CanaryRun; readonly waits: readonly Medium[] }
  | { readonly kind: "good-again" };

/** The state after an input, and what follows. The same state object where nothing changed. */
export interface CanaryStep {
  readonly state: CanaryState;
  readonly effects: readonly CanaryEffect[];
}

/** While it is late the next breach follows so soon, so that people hear soon that the chain works again. */
export const whileLateEveryMs: DurationMs = 10 * minuteMs;

/** After an interruption the next breach follows so soon: until then nobody knows. */
export const afterInterruptionMs: DurationMs = 15 * secondMs;

/** Ended breaches that may still come in; beyond that the oldest is not waited for any more. */
export const missingMax = 50;

/** Before the first breach. */
export const noCanary: CanaryState = { runs: 0, current: null, missing: [], isLate: false, nextAt: 0 };

/** Advances the canary by one input. Pure. Time that has passed is judged first. */
export function stepCanary(state: CanaryState, input: CanaryInput, at: EpochMs): CanaryStep {
  if (input.kind === "interrupt") return interrupt(state, at);
  const timely = tick(state, at);
  const next = apply(timely.state, input, at);
  return timely.effects.length === 0
    ? next
    : { state: next.state, effects: [...timely.effects, ...next.effects] };
}

/** When a breach counts as late. */
export function lateAt({ sampleAt, terms }: CanaryRun): EpochMs {
  return sampleAt + terms.delayMs + terms.withinMs;
}

/** True where the passing of time ends a breach. */
export function isCanaryDue({ current }: CanaryState, at: EpochMs): boolean {
  return current !== null && (at > lateAt(current) || at < current.sampleAt);
}

/** True where the next breach is to begin. A clock that was set back does not put it off for longer than usual. */
export function isBreachDue({ current, nextAt }: CanaryState, everyMs: DurationMs, at: EpochMs): boolean {
  return current === null && (at >= nextAt || nextAt - at > everyMs);
}

/** The media by which a breach has not come in. */
export function waitsFor({ terms, received }: CanaryRun): Medium[] {
  return terms.media.filter((medium) => received[medium] === undefined);
}

function apply(
  state: CanaryState,
  input: Exclude<CanaryInput, { kind: "interrupt" }>,
  at: EpochMs,
): CanaryStep {
  switch (input.kind) {
    case "begin":
      return begin(state, input.terms, at);
    case "received":
      return receive(state, input.run, input.medium, at);
    case "tick":
      return still(state);
    case "stop":
      return stop(state, at);
  }
}

function tick(state: CanaryState, at: EpochMs): CanaryStep {
  const { current } = state;
  if (current === null || !isCanaryDue(state, at)) return still(state);
  return at < current.sampleAt ? interrupt(state, at) : fail(state, current, at);
}

function begin(state: CanaryState, terms: CanaryTerms, at: EpochMs): CanaryStep {
  if (!isBreachDue(state, terms.everyMs, at)) return still(state);
  const run: CanaryRun = { number: state.runs + 1, sampleAt: at, terms, received: {} };
  return {
    state: { ...state, runs: run.number, current: run, nextAt: at + terms.everyMs },
    effects: [{ kind: "began", run }],
  };
}

function receive(state: CanaryState, number: number, medium: Medium, at: EpochMs): CanaryStep {
  const { current } = state;
  const run = current?.number === number ? current : state.missing.find((each) => each.number === number);
  if (run === undefined || !waitsFor(run).includes(medium)) return still(state);
  const heard = { ...run, received: { ...run.received, [medium]: at } };
  const effects: CanaryEffect[] = [{ kind: "received", run: number, medium }];
  const isAll = waitsFor(heard).length === 0;
  if (run !== current) {
    const missing = state.missing.flatMap((each) => (each !== run ? [each] : isAll ? [] : [heard]));
    return { state: { ...state, missing }, effects };
  }
  if (!isAll) return { state: { ...state, current: heard }, effects };
  effects.push({ kind: "ended", run: heard, outcome: "in-time" });
  if (state.isLate) effects.push({ kind: "good-again" });
  const { everyMs } = heard.terms;
  return { state: { ...state, current: null, isLate: false, nextAt: heard.sampleAt + everyMs }, effects };
}

function fail(state: CanaryState, run: CanaryRun, at: EpochMs): CanaryStep {
  const nextAt = Math.min(run.sampleAt + run.terms.everyMs, at + whileLateEveryMs);
  return {
    state: { ...ended(state, run), isLate: true, nextAt },
    effects: [
      { kind: "ended", run, outcome: "late" },
      { kind: "late", run, waits: waitsFor(run) },
    ],
  };
}

function interrupt(state: CanaryState, at: EpochMs): CanaryStep {
  const { current } = state;
  if (current === null) return still(state);
  return {
    state: { ...ended(state, current), nextAt: at + afterInterruptionMs },
    effects: [{ kind: "ended", run: current, outcome: "interrupted" }],
  };
}

function stop(state: CanaryState, at: EpochMs): CanaryStep {
  const { state: stopped, effects } = interrupt(state, at);
  if (!stopped.isLate) return { state: stopped, effects };
  return { state: { ...stopped, isLate: false }, effects: [...effects, { kind: "good-again" }] };
}

function ended(state: CanaryState, run: CanaryRun): CanaryState {
  return { ...state, current: null, missing: [...state.missing, run].slice(-missingMax) };
}

function still(state: CanaryState): CanaryStep {
  return { state, effects: [] };
}
