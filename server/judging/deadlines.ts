import { episodeFigures } from "@coldkeep/core/engine/excursion.ts";
import { unknownFromIfSilent } from "@coldkeep/core/engine/judge.ts";
import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import { type ProbeRules, ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/**
 * The next instant after `now`, up to which all was judged, at which the mere passing of time changes what is known of a probe: unknown time makes an excursion qualify, or an
 * alarm's delay (`alarmDueAt`) ends. Null if nothing will.
 */
export function nextDue(
  state: ProbeState,
  rules: ProbeRules,
  now: EpochMs,
  alarmDueAt: EpochMs | null,
): EpochMs | null {
  const { last } = state;
  const silentFrom = unknownFromIfSilent(state, rules);
  const due: EpochMs[] = alarmDueAt === null ? [] : [alarmDueAt];
  if (last !== null && silentFrom !== null) {
    const unknownFrom = state.unknownFrom ?? last.at;
    due.push(Math.max(silentFrom, unknownFrom + ruleAt(rules.profiles, unknownFrom).unmonitoredAfter + 1));
    for (const episode of state.episodes) {
      const { outMs, unknownMs } = episodeFigures(episode);
      const missing = ruleAt(rules.profiles, episode.start).excursionAfter - outMs - unknownMs;
      due.push(Math.max(silentFrom, last.at + missing));
    }
  }
  const coming = due.filter((at) => at > now || at === alarmDueAt);
  return coming.length === 0 ? null : Math.min(...coming);
}
