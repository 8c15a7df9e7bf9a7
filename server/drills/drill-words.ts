import type { DrillOutcome, DrillState, DrillWhy } from "@coldkeep/core/drills/drill.ts";
import type { DrillScenario, DrillTrace } from "@coldkeep/core/drills/trace.ts";
import { type DurationMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { siteTime } from "../pages/site-time.ts";

/** How a drill stands, in words. */
export const drillOutcomeWords: Readonly<Record<DrillOutcome, string>> = {
  passed: "Passed",
  "not-passed": "Not passed",
  "broken-off": "Broken off",
  "not-held": "Not held",
  cancelled: "Cancelled",
};

/** Why a drill ended so, or what it waits for, in words that go on after it. */
export const drillWhyWords: Readonly<Record<DrillWhy, string>> = {
  "critical-alarm": "a critical alarm waited for an answer",
  "alarm-here": "its appliance had an alarm that nobody had taken on",
  "people-called": "people whom it calls were being called in earnest",
  "other-drill": "another drill was under way",
  "real-alarm": "a real alarm called people whom it calls, or was about its appliance",
  "probe-gone": "the site had its probe no more",
  "no-alarm-expected": "by the rules in force its course would have raised no alarm",
  "no-alarm": "no alarm was raised",
  "nobody-told": "no message was handed over",
  late: "the answer came later than the goal",
  unanswered: "nobody answered",
  person: "somebody stopped it",
};

/** The scenarios in words. */
export const scenarioWords: Readonly<Record<DrillScenario, string>> = {
  "too-warm": "Compressor fails: warmer and warmer, until critical",
  "door-open": "Door left open: above the limit, not critical",
  "too-cold": "Too cold: colder and colder",
  "probe-broken": "Probe breaks",
  silent: "Nothing is heard any more",
};

/** A drill's standing in a word or two. */
export function standingOf({ phase, outcome, waitsFor }: DrillState): string {
  if (outcome !== null) return drillOutcomeWords[outcome];
  if (phase === "under-way") return "Under way";
  return waitsFor === null ? "Planned" : "Waiting";
}

/** Why a drill stands so; null where there is no more to say. */
export function whyOf({ why, waitsFor, outcome }: DrillState): string | null {
  if (outcome === "cancelled" && why === "person") return null;
  const code = why ?? waitsFor;
  return code === null ? null : drillWhyWords[code];
}

/** What is played, in words. */
export function traceWords(trace: DrillTrace, timeZone: string): string {
  if (trace.kind === "scenario") return scenarioWords[trace.scenario];
  const time = siteTime(timeZone);
  return `What ${trace.probe} recorded from ${time.minute(trace.from)} to ${time.fullAfter(trace.from, trace.to)}`;
}

/** A measured length of time, to the second. */
export function measuredWords(length: DurationMs): string {
  const seconds = Math.max(0, Math.round(length / 1_000));
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** A length of whole minutes. */
export function minutesWords(length: DurationMs): string {
  const minutes = Math.round(length / minuteMs);
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

/** What happened in a drill, by the word on record. */
const happeningWords: Readonly<Record<string, string>> = {
  planned: "Planned",
  waiting: "Waits",
  started: "Began: the first reading was played",
  "alarm-raised": "Alarm raised",
  "alarm-worsened": "Alarm became critical",
  "alarm-returned": "Back to normal",
  "alarm-realarmed": "Called again",
  "alarm-acknowledged": "Answered",
  "alarm-declined": "Could not come",
  "alarm-suppressed": "The limit itself was passed: the warning stands back",
  "alarm-unsuppressed": "The warning stands by itself again",
  "nobody-found": "A step of the policy found nobody",
  unanswered: "All steps were called, and nobody answered in time",
  ended: "Ended",
};

/** A happening in words. */
export function happeningText(event: string): string {
  return happeningWords[event] ?? event;
}
