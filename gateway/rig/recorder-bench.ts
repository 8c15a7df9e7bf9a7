import type { DeviceSample } from "@coldkeep/core/readings/sample.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { ReadingBuffer } from "../buffer/buffer.ts";
import { memoryBuffer } from "../buffer/memory-buffer.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import type { Observation, OwnTime } from "../intake/admit.ts";
import { type Outcome, recorder as makeRecorder } from "../intake/recorder.ts";

/** When the bench's clock starts. */
export const start = 1_795_000_000_000;

/** A recorder over a buffer in memory under a virtual clock, with what tests hand in and look at. */
export function recorderBench(
  options: { buffer?: ReadingBuffer; readingsMax?: number; bytesMax?: number; own?: OwnTime } = {},
) {
  const clock = virtualClock(start);
  const buffer = options.buffer ?? memoryBuffer(start);
  const counters = makeCounters();
  const said: string[] = [];
  const log = {
    ...silentLog,
    warn: (_: unknown, text: string) => said.push(text),
    error: (_: unknown, text: string) => said.push(text),
  };
  const recorder = makeRecorder({
    buffer,
    clock,
    counters,
    log,
    rules: {
      probes: new Map([
        ["d/t", "p"],
        ["d/u", "q"],
      ]),
      signals: new Map([["d/door", { subject: "fridge-1", kind: "door", active: { equals: 1 } }]]),
      futureMaxMs: 300_000,
      driftMaxMs: 10_000,
    },
    ownTime: () => options.own ?? { errorMs: 0, isConfirmed: true },
    commitWithinMs: 2,
    gateway: "g",
    limits: {
      readingsMax: options.readingsMax ?? 1_000_000,
      bytesMax: options.bytesMax ?? 1e9,
      diskFreeMin: 0,
    },
    committed: () => {},
  });
  const hear = (
    sample: Partial<DeviceSample>,
    more: { live?: boolean; at?: number | null } = {},
  ): { outcome: Outcome | null } => {
    const result: { outcome: Outcome | null } = { outcome: null };
    recorder.sample(
      {
        source: "s",
        sample: { device: "d", boot: 1, sequence: 0, uptimeMs: 0, channels: { t: 4 }, ...sample },
        at: more.at ?? null,
        arrivedAt: clock.epochMs(),
        raw: Buffer.from("raw"),
      },
      more.live ?? true,
      (outcome) => {
        result.outcome = outcome;
      },
    );
    return result;
  };
  const now = (
    sample: Partial<DeviceSample>,
    more: { live?: boolean; at?: number | null } = {},
  ): Outcome | null => {
    const result = hear(sample, more);
    recorder.flush();
    return result.outcome;
  };
  const times = (): number[] => buffer.nextBatch("live", 10_000)?.entries.map((one) => one.at) ?? [];
  const observe = (part: Partial<Observation>): Outcome | null => {
    let result: Outcome | null = null;
    const at = clock.epochMs();
    recorder.observe(
      {
        source: "s",
        device: "d",
        stamp: { at, time: { source: "poll", uncertaintyMs: 20 } },
        arrivedAt: at,
        channels: { t: 4 },
        raw: Buffer.from("raw"),
        keeps: false,
        ...part,
      },
      (outcome) => {
        result = outcome;
      },
    );
    recorder.flush();
    return result;
  };
  return { clock, buffer, counters, said, recorder, hear, now, times, observe };
}

/** A recorder over a buffer that can be made to fail. */
