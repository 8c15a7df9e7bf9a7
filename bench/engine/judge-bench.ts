import { judge } from "@coldkeep/core/engine/judge.ts";
import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { constantRules } from "@coldkeep/core/site/profile.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";

const readings = 2_000_000;
const probes = 5_000;

/** The rules of the benches: red cells by the EU directive. */
export const benchRules = constantRules({
  low: 2,
  high: 6,
  criticalLow: 1,
  criticalHigh: 10,
  deadband: 0.3,
  maxGap: 5 * minuteMs,
  excursionAfter: 10 * minuteMs,
  recoverAfter: 5 * minuteMs,
  unmonitoredAfter: 30 * minuteMs,
  alarmDelay: 5 * minuteMs,
});

/** A refrigerator's cycling, with a warm spell now and then. */
export const temperature = (minute: number): number =>
  3.6 + (minute % 17) / 20 + (minute % 120 > 100 ? 4 : 0);

/** Engine alone, readings in order from 5,000 probes in turn, against a bare loop that only compares each with its limits. */
export async function benchEngine(): Promise<readonly string[]> {
  const perProbe = readings / probes;
  const traces = Array.from({ length: perProbe }, (_, minute) => ({
    at: minute * minuteMs,
    celsius: temperature(minute),
  }));
  const states = Array.from({ length: probes }, unheardOf);
  const bareStart = systemClock.monotonicMs();
  let out = 0;
  for (let round = 0; round < probes; round += 1) {
    for (const { celsius } of traces) if (celsius > 6 || celsius < 2) out += 1;
  }
  const bareMs = systemClock.monotonicMs() - bareStart;
  const start = systemClock.monotonicMs();
  let ended = 0;
  for (const reading of traces) {
    for (let probe = 0; probe < probes; probe += 1) {
      const judged = judge(states[probe] ?? unheardOf(), [reading], benchRules);
      states[probe] = judged.state;
      ended += judged.ended.length;
    }
  }
  const tookMs = systemClock.monotonicMs() - start;
  return [
    `${rate(readings, tookMs)} readings/s one by one from ${probes} probes in turn (${ended} excursions)`,
    `ratio to a bare comparison of ${rate(readings, bareMs)}/s: ${(bareMs / tookMs).toFixed(4)} (${out} out of range)`,
  ];
}

/** Things per second, with thousands marked. */
export function rate(count: number, tookMs: number): string {
  return Math.round(count / (tookMs / 1_000)).toLocaleString("en");
}
