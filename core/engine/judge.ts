import { followWarning, hasWarnings } from "../alarms/warning.ts";
import { type Fault, isGood, type Reading } from "../readings/reading.ts";
import { type ProbeRules, type Profile, ruleAt } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import { hasTrustRules, judgeTrustBy } from "../trust/distrust.ts";
import { episodeFigures, type ExcursionFigures, qualifies, unmonitoredFigures } from "./excursion.ts";
import { above, type Line, valueAt } from "./line.ts";
import {
  addRun,
  beginEpisode,
  comeBack,
  type Episode,
  followRecovery,
  forgetProof,
  goOut,
  passUnknown,
  type RangeSide,
  recoverEpisode,
  settleEnd,
  type SideLimits,
  sideLimits,
} from "./out-of-range.ts";
import { isMeasured, type Part, partsBetween } from "./parts.ts";
import { activeEpisode, copyState, type LastReading, type ProbeState } from "./probe-state.ts";

/** What judging readings gave: the state after them, and the qualified excursions that became final on the way, in the order of their end. */
export interface Judged {
  readonly state: ProbeState;
  readonly ended: readonly ExcursionFigures[];
}

const sides: readonly RangeSide[] = ["high", "low"];

/**
 * Judges readings of one probe that follow, in the order of `compareReadings` and without repeats, on what `state` already knows. Pure: the
 * state handed in is not changed.
 */
export function judge(state: ProbeState, readings: Iterable<Reading>, rules: ProbeRules): Judged {
  const next = copyState(state);
  const ended: ExcursionFigures[] = [];
  const simple = rules.profiles.length === 1 ? rules.profiles[0]?.rule : undefined;
  const low = simple?.low ?? Number.NEGATIVE_INFINITY;
  const high = simple?.high ?? Number.POSITIVE_INFINITY;
  const mayDistrust = hasTrustRules(rules);
  const mayWarn = rules.profiles.some(({ rule }) => hasWarnings(rule));
  for (const reading of readings) {
    const distrusted = mayDistrust ? followTrust(next, reading, rules) : null;
    const isBelieved = isGood(reading) && distrusted === null;
    const celsius = isBelieved ? reading.celsius + offsetAt(rules, reading.at) : null;
    const quiet =
      simple !== undefined &&
      celsius !== null &&
      celsius >= low &&
      celsius <= high &&
      isQuiet(next, reading.at, simple);
    if (quiet) stepQuietly(next, reading.at, celsius);
    else stepFully(next, asJudged(reading, celsius, distrusted), rules, ended);
    if (mayWarn && celsius !== null)
      next.warning = followWarning(
        next.warning ?? null,
        reading.at,
        celsius,
        ruleAt(rules.profiles, reading.at),
      );
  }
  return { state: next, ended };
}

/** Why a reading is distrusted, or null; remembered in the state, on what the sensor said before any calibration. */
function followTrust(state: ProbeState, reading: Reading, rules: ProbeRules): Fault | null {
  const verdict = judgeTrustBy(state.trust ?? null, reading, rules);
  state.trust = verdict.memory;
  return verdict.fault;
}

function asJudged(reading: Reading, celsius: number | null, distrusted: Fault | null): LastReading {
  if (celsius !== null) return { at: reading.at, celsius };
  const fault = isGood(reading) ? distrusted : reading.fault;
  return { at: reading.at, celsius: null, fault: fault ?? "unspecified" };
}

function offsetAt(rules: ProbeRules, at: EpochMs): number {
  return rules.offsets.length === 1 ? (rules.offsets[0]?.rule ?? 0) : ruleAt(rules.offsets, at);
}

/** True where an in-range reading at `at` can only confirm what is: nothing under way, and measured, in-range time up to it. */
function isQuiet(state: ProbeState, at: EpochMs, profile: Profile): boolean {
  const { last } = state;
  return (
    last !== null &&
    state.instantGood &&
    state.unknownFrom === null &&
    state.episodes.length === 0 &&
    at > last.at &&
    at - last.at <= profile.maxGap
  );
}

function stepQuietly(state: ProbeState, at: EpochMs, celsius: number): void {
  state.provenGoodEarlier = state.provenGood;
  state.unknownSinceEarlierMs = 0;
  state.provenGood = at;
  state.last = { at, celsius };
}

function stepFully(
  state: ProbeState,
  reading: LastReading,
  rules: ProbeRules,
  ended: ExcursionFigures[],
): void {
  const { at, celsius } = reading;
  const profile = ruleAt(rules.profiles, at);
  const good = celsius !== null && isInRange(profile, celsius);
  if (state.last !== null) {
    if (at > state.last.at) endProven(state, rules, ended);
    else if (!good) takeProofBack(state);
    passSegment(state, state.last, reading, rules, ended);
  }
  if (celsius !== null) for (const side of sides) meetReading(state, sideLimits(profile, side), at, celsius);
  meetInstant(state, at, good);
  state.last = reading;
}

function isInRange(profile: Profile, celsius: number): boolean {
  return (
    (profile.low === null || celsius >= profile.low) && (profile.high === null || celsius <= profile.high)
  );
}

/** Once its instant has passed, what was proven good stays so: recovered episodes with proof are over. */
function endProven(state: ProbeState, rules: ProbeRules, ended: ExcursionFigures[]): void {
  if (state.episodes.length === 0) return;
  const isOver = (episode: Episode): boolean => episode.recovered && episode.provenGoodAfter !== null;
  for (const episode of state.episodes.filter(isOver)) {
    const figures = episodeFigures(episode);
    if (qualifies(figures, rules)) ended.push(figures);
  }
  state.episodes = state.episodes.filter((episode) => !isOver(episode));
}

/** A reading that is not in range, at an instant that was taken for proven good until now. */
function takeProofBack(state: ProbeState): void {
  if (!state.instantGood || state.last === null) return;
  state.instantGood = false;
  state.provenGood = state.provenGoodEarlier;
  state.unknownSinceGoodMs = state.unknownSinceEarlierMs;
  for (const episode of state.episodes) {
    if (episode.provenGoodAfter === state.last.at) forgetProof(episode);
  }
}

function passSegment(
  state: ProbeState,
  from: LastReading,
  to: LastReading,
  rules: ProbeRules,
  ended: ExcursionFigures[],
): void {
  for (const part of partsBetween(from.at, to.at, rules.profiles)) {
    if (from.celsius !== null && to.celsius !== null && isMeasured(part.profile, to.at - from.at)) {
      passMeasured(state, part, from.at, from.celsius, to.at, to.celsius);
      if (part.to > part.from) endUnmonitored(state, part.from, rules, ended);
    } else passUnknownPart(state, part);
  }
}

function passMeasured(
  state: ProbeState,
  part: Part,
  fromAt: EpochMs,
  fromCelsius: number,
  toAt: EpochMs,
  toCelsius: number,
): void {
  for (const side of sides) {
    const limits = sideLimits(part.profile, side);
    const line: Line = {
      fromAt,
      fromValue: fromCelsius * limits.sign,
      toAt,
      toValue: toCelsius * limits.sign,
    };
    passMeasuredSide(state, limits, line, part);
  }
}

function passMeasuredSide(state: ProbeState, limits: SideLimits, line: Line, part: Part): void {
  const before = activeEpisode(state, limits.side);
  const fromValue = valueAt(line, part.from);
  if (isOutSince(before) && !(fromValue > limits.limit)) comeBack(before, part.from);
  if (fromValue <= valueAt(line, part.to)) {
    recover(state, limits, line, part);
    passRun(state, limits, line, part);
  } else {
    passRun(state, limits, line, part);
    recover(state, limits, line, part);
  }
}

/** True where the probe has been out of range up to this instant, without unknown time since. */
function isOutSince(episode: Episode | undefined): episode is Episode {
  return episode !== undefined && episode.out && !episode.unknownSinceOut;
}

function passRun(state: ProbeState, limits: SideLimits, line: Line, part: Part): void {
  const run = above(line, limits.limit, part);
  if (run === null) return;
  const active = activeEpisode(state, limits.side);
  if (run.to > run.from) addRun(active ?? begin(state, limits.side, run.from), limits, line, part, run);
  else if (isOutSince(active) && !(valueAt(line, part.to) > limits.limit)) comeBack(active, run.to);
}

function recover(state: ProbeState, limits: SideLimits, line: Line, part: Part): void {
  const active = activeEpisode(state, limits.side);
  if (active === undefined) return;
  const recoveryFrom = followRecovery(active, limits, line, part, part.profile.recoverAfter);
  if (recoveryFrom !== null) recoverEpisode(active, recoveryFrom);
}

function begin(state: ProbeState, side: RangeSide, start: EpochMs): Episode {
  const episode = beginEpisode(side, start, state);
  state.episodes.push(episode);
  return episode;
}

function passUnknownPart(state: ProbeState, part: Part): void {
  const length = part.to - part.from;
  if (length === 0) return;
  state.unknownFrom ??= part.from;
  state.unknownSinceGoodMs += length;
  for (const episode of state.episodes) passUnknown(episode, length);
}

function endUnmonitored(state: ProbeState, end: EpochMs, rules: ProbeRules, ended: ExcursionFigures[]): void {
  if (state.unknownFrom === null) return;
  const figures = unmonitoredFigures(state.unknownFrom, end, end);
  if (qualifies(figures, rules)) ended.push(figures);
  state.unknownFrom = null;
}

function meetReading(state: ProbeState, limits: SideLimits, at: EpochMs, celsius: number): void {
  const value = celsius * limits.sign;
  const active = activeEpisode(state, limits.side);
  settleEnds(state, limits.side, value > limits.limit ? null : at);
  if (value > limits.limit) {
    const episode = active ?? begin(state, limits.side, at);
    goOut(episode, at);
    episode.lastOut = at;
    episode.critical ||= value > limits.critical;
    episode.extreme = limits.sign * Math.max(value, (episode.extreme ?? celsius) * limits.sign);
    return;
  }
  if (active?.out === true) comeBack(active, at);
  if (active !== undefined && value > limits.shrunk) active.stretchFrom = null;
}

/** The first reading after unknown time settles the end of what has recovered since, unless the probe was out again before it. */
function settleEnds(state: ProbeState, side: RangeSide, inRangeAt: EpochMs | null): void {
  for (const [index, episode] of state.episodes.entries()) {
    if (episode.side !== side || !episode.recovered || !episode.out) continue;
    const wasOutAgain = state.episodes.slice(index + 1).some((later) => later.side === side);
    settleEnd(episode, wasOutAgain ? null : inRangeAt);
  }
}

function meetInstant(state: ProbeState, at: EpochMs, good: boolean): void {
  if (state.last !== null && at === state.last.at) return;
  state.provenGoodEarlier = state.provenGood;
  state.unknownSinceEarlierMs = state.unknownSinceGoodMs;
  state.instantGood = good;
  if (!good) return;
  state.provenGood = at;
  state.unknownSinceGoodMs = 0;
  for (const episode of state.episodes) {
    if (episode.provenGoodAfter === null && at > episode.start && at >= episode.lastOut)
      episode.provenGoodAfter = at;
  }
}

/**
 * The qualified excursions that are not final yet, as judged at `now`: time after the last reading is unknown once it exceeds `maxGap` or at
 * once after a fault. Pure; sorted by start.
 */
export function present(state: ProbeState, rules: ProbeRules, now: EpochMs): ExcursionFigures[] {
  const { last } = state;
  if (last === null) return [];
  const silent = isUnknownAfter(state, rules, now);
  const extended = copyState(state);
  if (silent) {
    const until = Math.max(now, last.at);
    for (const part of partsBetween(last.at, until, rules.profiles)) passUnknownPart(extended, part);
  }
  const figures = extended.episodes.map(episodeFigures);
  if (extended.unknownFrom !== null) {
    const until = silent ? Math.max(now, last.at) : last.at;
    figures.push(unmonitoredFigures(extended.unknownFrom, silent ? null : last.at, until));
  }
  return figures.filter((each) => qualifies(each, rules)).sort((a, b) => a.start - b.start);
}

/** True where the time after the last reading is unknown rather than pending at `now` (design.md section 5, Evidence). */
export function isUnknownAfter(state: ProbeState, rules: ProbeRules, now: EpochMs): boolean {
  const { last } = state;
  if (last === null) return false;
  return last.celsius === null || now - last.at > ruleAt(rules.profiles, last.at).maxGap;
}

/** From when on the time after the last reading is unknown if nothing more arrives: at once after a fault; null before any reading. */
export function unknownFromIfSilent(state: ProbeState, rules: ProbeRules): EpochMs | null {
  const { last } = state;
  if (last === null) return null;
  return last.celsius === null ? last.at : last.at + ruleAt(rules.profiles, last.at).maxGap + 1;
}
