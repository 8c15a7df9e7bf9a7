import { naiveDistrust } from "@coldkeep/core/engine-model/naive-trust.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import type { ProbeRules } from "@coldkeep/core/site/profile.ts";
import { type DurationMs, hourMs } from "@coldkeep/core/time/millis.ts";

/** The trust in a reading depends on what came before it no further back than a value may stand still, and this much more. */
const marginMs: DurationMs = hourMs;
/** Readings judged at a time; the naive model goes back over all of them for each. */
const chunk = 500;

/** Readings as the naive model trusts them: a distrusted one is a fault in its place. They are in order and without repeats. */
export function naiveTrusted(readings: readonly Reading[], rules: ProbeRules): Reading[] {
  const trusted: Reading[] = [];
  const leadMs = marginMs + Math.max(...rules.profiles.map(({ rule }) => rule.trust?.stuckAfter ?? 0));
  let leadFrom = 0;
  for (let from = 0; from < readings.length; from += chunk) {
    const firstAt = readings[from]?.at ?? 0;
    while ((readings[leadFrom]?.at ?? firstAt) < firstAt - leadMs) leadFrom += 1;
    const part = readings.slice(leadFrom, from + chunk);
    const words = naiveDistrust(part, rules);
    for (const [index, reading] of part.entries()) {
      if (index < from - leadFrom) continue;
      const fault = words[index] ?? null;
      trusted.push(fault === null ? reading : { at: reading.at, fault });
    }
  }
  return trusted;
}

/** The same rules where every good reading is believed. */
export function believing({ profiles, offsets }: ProbeRules): ProbeRules {
  return { offsets, profiles: profiles.map(({ from, rule }) => ({ from, rule: { ...rule, trust: null } })) };
}
