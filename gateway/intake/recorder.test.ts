import { describe, expect, test } from "vitest";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { ReadingBuffer } from "../buffer/buffer.ts";
import { memoryBuffer, memoryEntryBytes } from "../buffer/memory-buffer.ts";
import { recorderBench as setup, start } from "../rig/recorder-bench.ts";
import { entryBytes } from "./capacity.ts";
import { failedRetryMs, type Outcome } from "./recorder.ts";

function failing() {
  const memory = memoryBuffer(start);
  let broken = false;
  const buffer: ReadingBuffer = {
    ...memory,
    append: (commit) => {
      if (broken) throw new CodedError("buffer.write-failed", "disk full");
      memory.append(commit);
    },
  };
  return { ...setup({ buffer }), fails: (now: boolean) => void (broken = now) };
}

describe("a commit", () => {
  test("serves all that came within its few milliseconds, and nobody is told before it", () => {
    const { clock, counters, hear } = setup();
    const heard = Array.from({ length: 50 }, (_, sequence) => hear({ sequence }));
    expect(heard.every((one) => one.outcome === null)).toBe(true);
    clock.advance(2);
    expect(heard.every((one) => one.outcome === "kept")).toBe(true);
    expect(counters.of("buffer.commit")).toBe(1);
  });

  test("that fails tells nobody that anything is kept, changes nothing, and the same samples can come again", () => {
    const memory = memoryBuffer(start);
    let broken = true;
    const buffer: ReadingBuffer = {
      ...memory,
      append: (commit) => {
        if (broken) throw new CodedError("buffer.write-failed", "disk full");
        memory.append(commit);
      },
    };
    const { now, counters, said, recorder } = setup({ buffer });
    expect(now({ sequence: 0 })).toBe("failed");
    expect(recorder.ledger("d", 1)).toBeUndefined();
    expect(now({ sequence: 1 })).toBe("failed");
    expect(said).toHaveLength(1);
    broken = false;
    expect(now({ sequence: 0 })).toBe("kept");
    expect(counters.of("buffer.write-failed")).toBe(2);
  });
});

describe("a sample", () => {
  test("is kept once however often it comes, in one commit or in several", () => {
    const { hear, recorder, now, buffer } = setup();
    const twice = [hear({ sequence: 3 }), hear({ sequence: 3 })];
    recorder.flush();
    expect(twice.map((one) => one.outcome)).toEqual(["kept", "duplicate"]);
    expect(now({ sequence: 3 })).toBe("duplicate");
    expect(buffer.heldReadings()).toBe(1);
  });

  test("of an unknown device is refused, counted, and shown once", () => {
    const { now, counters, buffer, said, recorder } = setup();
    for (let sequence = 0; sequence < 5; sequence += 1)
      expect(now({ device: "x", sequence })).toBe("refused");
    expect(counters.of("sample.device-unmapped", "s")).toBe(5);
    expect(buffer.evidence().map((one) => one.code)).toEqual(["sample.device-unmapped"]);
    expect(said).toHaveLength(1);
    expect(recorder.ledger("x", 1)).toBeUndefined();
  });

  test("with one unknown channel is taken without it", () => {
    const { now, counters, buffer } = setup();
    expect(now({ channels: { t: 4, v: 5, u: "open" } })).toBe("kept");
    expect(counters.of("sample.channel-unmapped")).toBe(1);
    expect(buffer.nextBatch("live", 9)?.entries).toEqual([
      { probe: "p", at: start, celsius: 4, time: { source: "uptime", uncertaintyMs: 1_000 } },
      { probe: "q", at: start, fault: "open", time: { source: "uptime", uncertaintyMs: 1_000 } },
    ]);
  });

  test("from the future is stamped by its uptime, and its device's clock said to be off until it agrees again", () => {
    const { now, clock, buffer, said } = setup();
    expect(now({ sequence: 0 }, { at: start + 300_001 })).toBe("kept");
    clock.advance(60_000);
    expect(now({ sequence: 1, uptimeMs: 60_000 }, { at: start + 360_001 })).toBe("kept");
    clock.advance(60_000);
    expect(now({ sequence: 2, uptimeMs: 120_000 }, { at: start + 120_400 })).toBe("kept");
    const event = (active: boolean, at: number) => ({ subject: "d", kind: "clock", active, at });
    const uptime = { source: "uptime", uncertaintyMs: 1_000 };
    expect(buffer.nextBatch("live", 9)?.entries).toEqual([
      { probe: "p", at: start, celsius: 4, time: uptime },
      event(true, start),
      { probe: "p", at: start + 60_000, celsius: 4, time: { ...uptime, uncertaintyMs: 1_012 } },
      { probe: "p", at: start + 120_400, celsius: 4, time: { source: "device", uncertaintyMs: 1_400 } },
      event(false, start + 120_000),
    ]);
    expect(buffer.evidence().map((one) => one.code)).toEqual(["sample.clock-off"]);
    expect(said).toHaveLength(2);
  });

  test("whose device's clock jumps keeps the time of its uptime, whichever way the clock went", () => {
    for (const byMs of [-7_200_000, 7_200_000]) {
      const { now, clock, times, counters } = setup();
      now({ sequence: 0, uptimeMs: 0 }, { at: start });
      clock.advance(60_000);
      now({ sequence: 1, uptimeMs: 60_000 }, { at: start + 60_000 + byMs });
      expect(times()).toEqual([start, start + 60_000, start + 60_000]);
      expect(counters.of("sample.clock-off")).toBe(1);
    }
  });

  test("that finds the buffer full is not kept; what is there already is still a duplicate", () => {
    const { now, said, buffer, recorder } = setup({ readingsMax: 2 });
    expect(now({ sequence: 0 })).toBe("kept");
    expect(now({ sequence: 1, channels: { t: 4, u: 5 } })).toBe("full");
    expect(now({ sequence: 2 })).toBe("kept");
    expect(recorder.stage()).toBe("reserve");
    expect(now({ sequence: 3 })).toBe("full");
    expect(now({ sequence: 0 })).toBe("duplicate");
    expect(said.filter((text) => text.startsWith("The buffer is full"))).not.toHaveLength(0);
    buffer.complete(buffer.nextBatch("live", 9)?.sequence ?? 0, []);
    expect(now({ sequence: 1 })).toBe("kept");
  });
});

describe("an observation", () => {
  test("is kept with its own time and how good that is", () => {
    const { observe, buffer, counters } = setup();
    const time = { source: "poll", uncertaintyMs: 20 };
    expect(observe({ channels: { t: 4, v: 1 } })).toBe("kept");
    expect(buffer.nextBatch("live", 9)?.entries).toEqual([{ probe: "p", at: start, celsius: 4, time }]);
    expect(counters.of("sample.channel-unmapped")).toBe(1);
  });

  test("of a temperature that cannot be is a fault of its probe", () => {
    const { observe, buffer } = setup();
    const time = { source: "poll", uncertaintyMs: 20 };
    expect(observe({ channels: { t: 5_000 } })).toBe("kept");
    expect(buffer.nextBatch("live", 9)?.entries).toEqual([
      { probe: "p", at: start, fault: "implausible", time },
    ]);
  });

  test("of an unknown device is refused and kept as evidence", () => {
    const { observe, buffer } = setup();
    expect(observe({ device: "x" })).toBe("refused");
    expect(buffer.evidence().map(({ code }) => code)).toEqual(["sample.device-unmapped"]);
    expect(buffer.heldReadings()).toBe(0);
  });

  test("from the future is set aside, not believed and not lost", () => {
    const { observe, buffer } = setup();
    const time = { source: "device", uncertaintyMs: 0 } as const;
    const at = start + 300_001;
    expect(observe({ stamp: { at, time } })).toBe("kept");
    const entry = { probe: "p", at, celsius: 4, time };
    expect(buffer.refused()).toEqual([{ entry, code: "sample.at-future", at: start }]);
    expect(buffer.heldReadings()).toBe(2);
    expect(buffer.nextBatch("live", 9)?.entries).toMatchObject([
      { kind: "clock", subject: "d", active: true },
    ]);
    expect(buffer.requeueRefused(({ code }) => code !== "sample.at-future")).toBe(0);
    expect(buffer.requeueRefused()).toBe(1);
  });

  test("that the gateway stamped is as far off as the gateway's own clock may be, too", () => {
    const { observe, buffer } = setup({ own: { errorMs: 700, isConfirmed: false } });
    observe({});
    expect(buffer.nextBatch("live", 9)?.entries).toMatchObject([{ time: { uncertaintyMs: 720 } }]);
  });

  test("that nobody else keeps goes into the reserve of a full buffer", () => {
    const { observe, buffer, recorder } = setup({ readingsMax: 100 });
    for (let n = 0; n < 100; n += 1) expect(observe({ keeps: true })).toBe("kept");
    expect(observe({ keeps: true })).toBe("full");
    expect(observe({})).toBe("kept");
    expect(buffer.heldReadings()).toBe(102);
    expect(recorder.stage()).toBe("reserve");
  });

  test("that finds the reserve full too makes room by thinning out, and is counted as lost where nothing can be", () => {
    const { observe, buffer, counters, clock, recorder } = setup({ readingsMax: 100 });
    const minutes = (count: number, fault: boolean): (Outcome | null)[] =>
      Array.from({ length: count }, (_, n) => {
        clock.advance(60_000);
        return observe({ channels: { t: fault ? "open" : n } });
      });
    expect(new Set(minutes(130, false))).toEqual(new Set(["kept"]));
    expect(counters.of("buffer.thinned")).toBeGreaterThan(26);
    expect(minutes(120, true)).toContain("full");
    expect(recorder.stage()).toBe("exhausted");
    const kept = buffer.nextBatch("live", 1_000)?.entries.filter((one) => "fault" in one).length ?? 0;
    expect(counters.of("sample.lost-full", "s")).toBe(120 - kept);
    const codes = buffer.evidence().map((one) => one.code);
    expect(codes.filter((code) => code === "sample.lost-full")).toHaveLength(
      1 + Math.floor((120 - kept) / 60),
    );
    expect(codes).toContain("buffer.thinned");
  });

  test("that nobody else keeps waits for a disk that fails, with the first commit that succeeds", () => {
    const { buffer, clock, observe, recorder, fails } = failing();
    fails(true);
    expect(observe({ channels: { t: 1 } })).toBeNull();
    expect(observe({ channels: { t: 2 }, keeps: true })).toBe("failed");
    fails(false);
    clock.advance(failedRetryMs);
    recorder.flush();
    expect(buffer.nextBatch("live", 9)?.entries).toMatchObject([{ celsius: 1 }]);
  });
});

describe("a full buffer", () => {
  const events = (buffer: ReadingBuffer) =>
    (buffer.nextBatch("live", 1_000)?.entries ?? []).filter((one) => "kind" in one);

  test("tells the server when it begins to refuse and when it is open again, across a restart", () => {
    const first = setup({ readingsMax: 20 });
    for (let n = 0; n < 22; n += 1) first.observe({ keeps: true });
    const event = { subject: "g", kind: "buffer", active: true, at: start };
    expect(events(first.buffer)).toEqual([event]);
    const second = setup({ readingsMax: 20, buffer: first.buffer });
    expect(second.observe({ keeps: true })).toBe("full");
    first.buffer.complete(start, []);
    second.clock.advance(1_000);
    expect(second.observe({ keeps: true })).toBe("kept");
    expect(events(first.buffer)).toEqual([{ ...event, active: false, at: start + 1_000 }]);
  });

  test("by its bytes refuses as one by its readings", () => {
    const { observe, recorder } = setup({ bytesMax: 20 * memoryEntryBytes + 10 * entryBytes });
    const outcomes = Array.from({ length: 50 }, () => observe({ keeps: true }));
    expect(outcomes.indexOf("full")).toBeGreaterThan(10);
    expect(outcomes.at(-1)).toBe("full");
    expect(observe({})).toBe("kept");
    expect(recorder.stage()).toBe("reserve");
  });
});

describe("a signal", () => {
  test("becomes an event at its first value and at each change, in line with the readings", () => {
    const { observe, clock, buffer } = setup();
    for (const door of [0, 0, 1, 1, "open", 0] as const) {
      observe({ channels: { door } });
      clock.advance(1_000);
    }
    const event = (active: boolean, at: number) => ({ subject: "fridge-1", kind: "door", active, at });
    expect(buffer.nextBatch("live", 9)?.entries).toEqual([
      event(false, start),
      event(true, start + 2_000),
      event(false, start + 5_000),
    ]);
    expect(buffer.signals()).toEqual([{ channel: "d/door", active: false, at: start + 5_000 }]);
  });

  test("that a resent sample tells of the past does not turn back what is known", () => {
    const { now, buffer } = setup();
    now({ sequence: 9, uptimeMs: 9_000, channels: { door: 0 } });
    for (const [sequence, door] of [0, 1, 1, 0].entries())
      now({ sequence, uptimeMs: sequence * 1_000, channels: { door } }, { live: false });
    const entries = buffer.nextBatch("live", 9)?.entries.map((one) => ("active" in one ? one.active : null));
    expect(entries).toEqual([false, false, true, false]);
    expect(buffer.signals()).toMatchObject([{ active: false, at: start }]);
  });
});

describe("what the gateway says of itself", () => {
  test("is stored, and waits for a disk that fails", () => {
    const memory = memoryBuffer(start);
    let broken = true;
    const append: ReadingBuffer["append"] = (commit) => {
      if (broken) throw new CodedError("buffer.write-failed", "disk full");
      memory.append(commit);
    };
    const { recorder, now, buffer } = setup({ buffer: { ...memory, append } });
    const event = { subject: "g", kind: "clock", active: true, at: start } as const;
    recorder.event(event);
    recorder.flush();
    expect(buffer.heldReadings()).toBe(0);
    broken = false;
    now({ sequence: 0 });
    expect(memory.nextBatch("live", 9)?.entries[0]).toEqual(event);
  });
});

describe("samples that were asked for", () => {
  test("are sent the newest first, after what is live, so that a batch that ends among them leaves no gap inside", () => {
    const { hear, recorder, buffer } = setup();
    hear({ sequence: 9, uptimeMs: 9_000 });
    for (const sequence of [3, 4, 5]) hear({ sequence, uptimeMs: sequence * 1_000 }, { live: false });
    recorder.flush();
    const times = buffer.nextBatch("live", 9)?.entries.map(({ at }) => at - start);
    expect(times).toEqual([0, -4_000, -5_000, -6_000]);
  });
});
