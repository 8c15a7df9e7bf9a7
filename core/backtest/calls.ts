import { probeConditions } from "../alarms/probe-conditions.ts";
import type { AlarmKind } from "../alarms/alarm.ts";
import { judge } from "../engine/judge.ts";
import { type ProbeState, unheardOf } from "../engine/probe-state.ts";
import type { Reading } from "../readings/reading.ts";
import type { ProbeRules } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";

/** An alarm that would have come on, and so called a person. */
export interface WouldCall {
  readonly at: EpochMs;
  readonly kind: AlarmKind;
}

/**
 * The calls that a probe would have caused if each reading had arrived at its own instant: the conditions of its alarms are followed from
 * reading to reading and at each deadline in between, up to `until`. Pure.
 */
export function callsOf(readings: readonly Reading[], rules: ProbeRules, until: EpochMs): WouldCall[] {
  const calls: WouldCall[] = [];
  const on = new Set<AlarmKind>();
  let state = unheardOf();
  for (const [index, reading] of readings.entries()) {
    state = judge(state, [reading], rules).state;
    const next = readings[index + 1]?.at ?? until;
    follow(state, rules, reading.at, next, on, calls);
  }
  return calls;
}

function follow(
  state: ProbeState,
  rules: ProbeRules,
  from: EpochMs,
  until: EpochMs,
  on: Set<AlarmKind>,
  calls: WouldCall[],
): void {
  for (let at: EpochMs | null = from; at !== null && (at < until || at === from);) {
    const { conditions, dueAt } = probeConditions(state, rules, at);
    for (const { kind, condition } of conditions) {
      if (condition === "on" && !on.has(kind)) calls.push({ at, kind });
      if (condition === "on") on.add(kind);
      if (condition === "off") on.delete(kind);
    }
    at = dueAt !== null && dueAt > at ? dueAt : null;
  }
}
