import { expect, test } from "vitest";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { ReadingBuffer } from "../buffer/buffer.ts";
import { memoryBuffer } from "../buffer/memory-buffer.ts";
import { counters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import { failedRetryMs, recorder as makeRecorder } from "./recorder.ts";

const start = 1_795_000_000_000;

/** A buffer whose n-th write fails, counted over all calls that write; `writes` says how many there were. */
function failingAt(n: number): { buffer: ReadingBuffer; writes: () => number } {
  const memory = memoryBuffer(start);
  let writes = 0;
  const writing =
    <Parts extends readonly unknown[], Result>(call: (...parts: Parts) => Result) =>
    (...parts: Parts): Result => {
      if (writes++ === n) throw new CodedError("buffer.write-failed", "disk full");
      return call(...parts);
    };
  const buffer = {
    ...memory,
    append: writing(memory.append),
    thinOut: writing(memory.thinOut),
    complete: writing(memory.complete),
  };
  return { buffer, writes: () => writes };
}

/** Two devices, one that keeps what is not taken and repeats it, one that is polled, over a small buffer that fills up, thins out and is drained at the end. */
function story(n: number) {
  const clock = virtualClock(start);
  const { buffer, writes } = failingAt(n);
  const counted = counters();
  const recorder = makeRecorder({
    gateway: "g",
    buffer,
    clock,
    counters: counted,
    log: silentLog,
    rules: {
      probes: new Map([
        ["kept/t", "p"],
        ["polled/t", "q"],
      ]),
      signals: new Map(),
      futureMaxMs: 300_000,
      driftMaxMs: 10_000,
    },
    ownTime: () => ({ errorMs: 0, isConfirmed: true }),
    commitWithinMs: 2,
    limits: { readingsMax: 60, bytesMax: 1e9, diskFreeMin: 0 },
    committed: () => {},
  });
  const owed: number[] = [];
  const acknowledged: number[] = [];
  const raw = Buffer.from("raw");
  let polled = 0;
  for (let minute = 0; minute < 90; minute += 1) {
    owed.push(minute);
    for (const sequence of owed) {
      const sample = {
        device: "kept",
        boot: 1,
        sequence,
        uptimeMs: sequence * 60_000,
        channels: { t: sequence },
      };
      const at = start + sequence * 60_000;
      recorder.sample({ source: "s", sample, at, arrivedAt: clock.epochMs(), raw }, true, (outcome) => {
        if (outcome !== "kept" && outcome !== "duplicate") return;
        acknowledged.push(sequence);
        owed.splice(owed.indexOf(sequence), 1);
      });
    }
    const stamp = { at: clock.epochMs(), time: { source: "poll", uncertaintyMs: 0 } as const };
    recorder.observe(
      {
        source: "s",
        device: "polled",
        stamp,
        arrivedAt: stamp.at,
        channels: { t: minute },
        raw,
        keeps: false,
      },
      (outcome) => (polled += outcome === "kept" ? 1 : 0),
    );
    recorder.flush();
    clock.advance(60_000);
  }
  clock.advance(failedRetryMs);
  const delivered: { probe: string; celsius: number }[] = [];
  for (let idle = 0; idle < 3;)
    for (const lane of ["live", "backlog"] as const) {
      const batch = buffer.nextBatch(lane, 50);
      idle = batch === null ? idle + 1 : 0;
      if (batch === null) continue;
      try {
        buffer.complete(batch.sequence, []);
        for (const one of batch.entries)
          if ("celsius" in one) delivered.push({ probe: one.probe, celsius: one.celsius });
      } catch {
        // The same batch is handed out again.
      }
    }
  const thinned = counted.of("buffer.thinned");
  return { acknowledged, polled, delivered, thinned, writes, failed: counted.of("buffer.write-failed") };
}

test("whichever write fails, what was acknowledged is delivered once or was thinned out and counted", () => {
  const whole = story(-1);
  expect(whole.failed).toBe(0);
  expect(whole.thinned).toBeGreaterThan(0);
  expect(whole.writes()).toBeGreaterThan(90);
  for (let n = 0; n < whole.writes(); n += 1) {
    const { acknowledged, polled, delivered, thinned } = story(n);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    expect(polled).toBe(90);
    const names = delivered.map(({ probe, celsius }) => `${probe} ${celsius}`);
    expect(new Set(names).size).toBe(names.length);
    expect(delivered).toHaveLength(acknowledged.length + polled - thinned);
    const owned = new Set(acknowledged.map((sequence) => `p ${sequence}`));
    expect(names.filter((name) => name.startsWith("p ") && !owned.has(name))).toEqual([]);
  }
});
