/** Several devices on one pair of wires, against a wire in memory that can be slow, stuck or unplugged. */
import { formatLine, parseLine, type SerialFrame } from "@coldkeep/core/serial/frame.ts";
import { lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredSample } from "../firmware/firmware.ts";
import type { Appliance } from "../hospital/appliance.ts";
import { applianceWithPast } from "../hospital/history.ts";
import { seededRandom } from "../random/random.ts";
import type { EventWord } from "../scenario/event.ts";
import { checkConfig, resolveAppliance } from "../settings.ts";
import { garble } from "./garbage.ts";
import { type SerialLine, serialLine, waitingLinesMax } from "./line.ts";
import type { LineEnd } from "./pty.ts";

const now = 1_790_000_000_000;
const config = checkConfig({}, "test");

const sharers = (historyMs = hourMs): readonly Appliance[] =>
  config.appliances
    .filter((one) => one.transport === "line-1")
    .map((one) =>
      applianceWithPast(resolveAppliance(one, config), 1, now, null, {
        historyMs,
        historyIntervalMs: minuteMs,
      }),
    );

interface Wire extends LineEnd {
  heard: boolean;
  stuck: boolean;
  readonly say: (frame: SerialFrame) => void;
  /** The good frames that came out so far, and how many lines were no good. */
  readonly taken: () => {
    samples: readonly { device: string; boot: number; sequence: number }[];
    bad: number;
  };
}

function wire(): Wire {
  const splitter = lineSplitter();
  let incoming = "";
  let lines: string[] = [];
  const made: Wire = {
    path: "memory",
    heard: true,
    stuck: false,
    read: () => {
      if (!made.heard) return "unheard";
      const bytes = Buffer.from(incoming);
      incoming = "";
      return bytes;
    },
    write: (bytes) => {
      if (made.stuck) return 0;
      const fits = bytes.subarray(0, 50);
      lines = [...lines, ...splitter.push(fits).lines];
      return fits.length;
    },
    flush: () => undefined,
    close: () => undefined,
    say: (frame) => {
      incoming += `${formatLine(frame)}\r\n`;
    },
    taken: () => {
      const parsed = lines.map(parseLine);
      const samples = parsed.flatMap((one) =>
        one.ok && one.frame.kind === "sample" ? [one.frame.sample] : [],
      );
      return { samples, bad: parsed.length - samples.length };
    },
  };
  return made;
}

function plugged(appliances = sharers()): { line: SerialLine; end: Wire; appliances: readonly Appliance[] } {
  const line = serialLine(appliances, 115_200, seededRandom(1, "line"));
  const end = wire();
  line.plug(end);
  return { line, end, appliances };
}

const fridge1 = "ckt-fridge-1";
const fridge2 = "ckt-fridge-2";

function sampleOf(appliance: Appliance | undefined): StoredSample {
  const sample = appliance?.sample(now);
  if (!sample) throw new TypeError("the device has power");
  return sample;
}

function offer(line: SerialLine, appliance: Appliance | undefined): StoredSample {
  const sample = sampleOf(appliance);
  if (appliance !== undefined) line.offer(appliance, sample);
  return sample;
}

function strike(appliance: Appliance | undefined, word: EventWord): () => void {
  const event = { at: 0, appliance: "fridge-1", event: word, for: minuteMs };
  appliance?.turn({ offsetMs: 0, phase: "begin", event }, now);
  return () => appliance?.turn({ offsetMs: minuteMs, phase: "end", event }, now);
}

describe("a serial line", () => {
  it("carries what several devices say and answers requests for each, at the pace of its baud rate", () => {
    const { line, end } = plugged();
    line.tick(0);
    end.say({ kind: "resend", device: fridge1, boot: 1, first: 0, last: 58 });
    end.say({ kind: "resend", device: fridge2, boot: 1, first: 10, last: 19 });
    line.tick(20);
    expect(end.taken().samples.length).toBeLessThan(8);
    for (let ticks = 0; ticks < 60; ticks += 1) line.tick(20);
    const numbers = (device: string): number[] =>
      end
        .taken()
        .samples.filter((sample) => sample.device === device)
        .map((sample) => sample.sequence);
    expect(numbers(fridge1)).toEqual(Array.from({ length: 59 }, (_, index) => index));
    expect(numbers(fridge2)).toEqual(Array.from({ length: 10 }, (_, index) => index + 10));
    expect(end.taken().bad).toBe(0);
  });

  it("lets a fresh sample go before old ones", () => {
    const { line, end, appliances } = plugged();
    end.say({ kind: "resend", device: fridge1, boot: 1, first: 0, last: 58 });
    line.tick(0);
    const fresh = offer(line, appliances[1]);
    line.tick(20);
    expect(end.taken().samples[0]).toMatchObject({ device: fridge2, sequence: fresh.sequence });
  });

  it("forgets in the device what the gateway has on disk", () => {
    const { line, end, appliances } = plugged();
    end.say({ kind: "acknowledge", device: fridge1, boot: 1, sequence: 49 });
    line.tick(20);
    expect(appliances[0]?.firmware().ring[0]?.sequence).toBe(50);
    expect(appliances[1]?.firmware().ring[0]?.sequence).toBe(0);
  });

  it("drops and counts beyond its limit when nobody reads, and the ring still has the samples", () => {
    const { line, end, appliances } = plugged(sharers(0));
    end.stuck = true;
    for (let count = 0; count < waitingLinesMax + 10; count += 1) offer(line, appliances[0]);
    line.tick(20);
    expect(line.counters.dropped).toBe(10);
    end.stuck = false;
    end.say({ kind: "resend", device: fridge1, boot: 1, first: 0, last: 9 });
    for (let ticks = 0; ticks < 200; ticks += 1) line.tick(20);
    const numbers = end.taken().samples.map((sample) => sample.sequence);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: waitingLinesMax + 10 }, (_, index) => index),
    );
  });

  it("says into the void while nobody has the other end open, and tells nothing of it later", () => {
    const { line, end, appliances } = plugged(sharers(0));
    end.heard = false;
    offer(line, appliances[0]);
    line.tick(20);
    expect(line.counters.unheard).toBe(1);
    end.heard = true;
    offer(line, appliances[0]);
    line.tick(20);
    line.tick(20);
    expect(end.taken().samples.map((sample) => sample.sequence)).toEqual([1]);
  });

  it("keeps silent devices silent, doubles and swaps as the scenario says, and loses nothing", () => {
    const sequences = (word: EventWord): number[] => {
      const { line, end, appliances } = plugged(sharers(0));
      const heal = strike(appliances[0], word);
      for (let count = 0; count < 5; count += 1) offer(line, appliances[0]);
      heal();
      offer(line, appliances[0]);
      for (let ticks = 0; ticks < 20; ticks += 1) line.tick(20);
      return end.taken().samples.map((sample) => sample.sequence);
    };
    expect(sequences("silence")).toEqual([5]);
    expect(sequences("offline")).toEqual([5]);
    expect(sequences("duplicate-sends")).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
    expect(sequences("reordered-sends")).toEqual([1, 0, 3, 2, 4, 5]);
  });

  it("sends garbage beside the samples, which costs none of them", () => {
    const { line, end, appliances } = plugged(sharers(0));
    strike(appliances[0], "garbage");
    for (let count = 0; count < 40; count += 1) offer(line, appliances[0]);
    for (let ticks = 0; ticks < 100; ticks += 1) line.tick(20);
    expect(new Set(end.taken().samples.map((sample) => sample.sequence)).size).toBe(40);
    expect(end.taken().bad).toBeGreaterThan(5);
  });
});

describe("garbage", () => {
  it("never holds a good frame", () => {
    const sample = sampleOf(sharers(0)[0]);
    const line = formatLine({ kind: "sample", sample });
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const split = lineSplitter();
        const bytes = garble(line, seededRandom(seed, "garbage"));
        const lines = [...split.push(bytes).lines, ...split.push(Buffer.from("\n")).lines];
        expect(lines.filter((one) => parseLine(one).ok)).toEqual([]);
      }),
    );
  });
});
