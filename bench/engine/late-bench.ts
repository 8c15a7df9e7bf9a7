import { judge } from "@coldkeep/core/engine/judge.ts";
import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { type Checkpoint, checkpointEvery, rejudge } from "@coldkeep/core/engine/rejudge.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { benchRules, temperature } from "./judge-bench.ts";

const histories = [10_000, 100_000, 1_000_000];
const lateReadings = 200;

/** What a late reading costs beside the length of the history that it falls into: judged anew from the checkpoint before it until the states meet. */
export async function benchLate(): Promise<readonly string[]> {
  const lines = histories.map((length) => {
    const { readings, checkpoints } = historyOf(length);
    let judged = 0;
    const start = systemClock.monotonicMs();
    for (let late = 0; late < lateReadings; late += 1) {
      const position = Math.floor(((late + 0.5) / lateReadings) * length * 0.9);
      judged += judgeLate(readings, checkpoints, position);
    }
    const each = (systemClock.monotonicMs() - start) / lateReadings;
    const perReading = Math.round(judged / lateReadings);
    return `late reading in a history of ${length.toLocaleString("en")}: ${perReading} readings judged anew, ${each.toFixed(3)} ms`;
  });
  return [...lines, memoryLine()];
}

function historyOf(length: number): { readings: Reading[]; checkpoints: Checkpoint[] } {
  const readings = Array.from({ length }, (_, minute) => ({
    at: minute * minuteMs,
    celsius: temperature(minute),
  }));
  const { checkpoints } = rejudge(unheardOf(), readings, [], Number.MAX_SAFE_INTEGER, benchRules);
  return { readings, checkpoints: [...checkpoints] };
}

function judgeLate(
  readings: readonly Reading[],
  checkpoints: readonly Checkpoint[],
  position: number,
): number {
  const at = (readings[position]?.at ?? 0) + minuteMs / 2;
  const before = Math.floor(position / checkpointEvery) - 1;
  const start = checkpoints[Math.max(0, before)] ?? { at: 0, state: unheardOf() };
  let judged = 0;
  function* after(): Generator<Reading> {
    for (let index = start.at / minuteMs + 1; index < readings.length; index += 1) {
      judged += 1;
      const reading = readings[index];
      if (reading === undefined) return;
      yield reading;
      if (index === position) yield { at, celsius: 7 };
    }
  }
  rejudge(start.state, after(), checkpoints.slice(before + 1, before + 20), at, benchRules);
  return judged;
}

/** Heap of 100,000 probes' states in the midst of an ordinary day. */
function memoryLine(): string {
  const probes = 100_000;
  const day = Array.from({ length: 3 }, (_, minute) => ({ at: minute * minuteMs, celsius: 4 }));
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const states = Array.from({ length: probes }, () => judge(unheardOf(), day, benchRules).state);
  globalThis.gc?.();
  const each = (process.memoryUsage().heapUsed - before) / states.length;
  return `memory of a probe's state: ${Math.round(each)} bytes${globalThis.gc === undefined ? " (with garbage; run node --expose-gc bench/main.ts late)" : ""}`;
}
