/**
 * The device against a naive model: a plain list of the samples that it must still hold, under any sequence of samples, requests,
 * acknowledgements and power cuts.
 */
import { counterMax } from "@coldkeep/core/readings/sample.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FirmwareInput,
  type FirmwareState,
  type MemoryKind,
  powerOn,
  stepFirmware,
  type StoredSample,
  takeResend,
} from "./firmware.ts";
import { resendRangesMax } from "./resend.ts";

const device = "ckt-fridge-1";
const ringSamples = 8;
const start = 1_790_000_000_000;
const fresh = (memory: MemoryKind = "volatile"): FirmwareState =>
  powerOn({ device, ringSamples, memory }, 1, start);

const run = (state: FirmwareState, ...inputs: readonly FirmwareInput[]): FirmwareState =>
  inputs.reduce((current, input) => stepFirmware(current, input).state, state);
const sample = (at = start): FirmwareInput => ({ kind: "sample", at, channels: { product: 4 } });
const resend = (first: number, last: number, boot = 1): FirmwareInput => ({
  kind: "frame",
  frame: { kind: "resend", device, boot, first, last },
});
const acknowledge = (sequence: number, boot = 1): FirmwareInput => ({
  kind: "frame",
  frame: { kind: "acknowledge", device, boot, sequence },
});

function drain(state: FirmwareState): { state: FirmwareState; sent: readonly StoredSample[] } {
  const sent: StoredSample[] = [];
  let current = state;
  for (;;) {
    const taken = takeResend(current);
    current = taken.state;
    if (taken.sample === null) return { state: current, sent };
    sent.push(taken.sample);
  }
}

const numbers = fc.tuple(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 3 }));
const inputs = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(sample()) },
    { weight: 3, arbitrary: numbers.map(([a, b, boot]) => resend(Math.min(a, b), Math.max(a, b), boot)) },
    { weight: 1, arbitrary: numbers.map(([a, , boot]) => acknowledge(a, boot)) },
    {
      weight: 1,
      arbitrary: numbers.map(([sequence, , boot]) => ({ kind: "delivered" as const, boot, sequence })),
    },
    { weight: 1, arbitrary: fc.constant<FirmwareInput>({ kind: "reboot", at: start }) },
  ),
  { maxLength: 80 },
);
const memories = fc.constantFrom<MemoryKind>("volatile", "kept");
const key = (of: { boot: number; sequence: number }): string => `${of.boot}/${of.sequence}`;

/** What a device must still hold, told as simply as possible. */
function model(all: readonly FirmwareInput[], memory: MemoryKind): string[] {
  let kept: { boot: number; sequence: number }[] = [];
  let boot = 1;
  let sequence = 0;
  for (const input of all) {
    if (input.kind === "sample") {
      kept = [...kept, { boot, sequence }].slice(-ringSamples);
      sequence += 1;
    } else if (input.kind === "reboot") {
      if (memory === "volatile") kept = [];
      boot += 1;
      sequence = 0;
    } else if (input.kind === "delivered") kept = kept.filter((held) => key(held) !== key(input));
    else if (input.kind === "frame" && input.frame.kind === "acknowledge") {
      const { frame } = input;
      kept = kept.filter((held) => held.boot !== frame.boot || held.sequence > frame.sequence);
    }
  }
  return kept.map(key);
}

describe("the firmware's memory", () => {
  it("holds exactly what was not acknowledged, whatever came", () => {
    fc.assert(
      fc.property(inputs, memories, (all, memory) => {
        expect(run(fresh(memory), ...all).ring.map(key)).toEqual(model(all, memory));
      }),
    );
  });

  it("answers requests with exactly the held samples that were asked for, each once", () => {
    fc.assert(
      fc.property(inputs, memories, fc.array(numbers, { maxLength: 6 }), (all, memory, asked) => {
        const before = drain(run(fresh(memory), ...all)).state;
        const requests = asked.map(([a, b, boot]) => resend(Math.min(a, b), Math.max(a, b), boot));
        const { sent } = drain(run(before, ...requests));
        const wanted = before.ring.filter((held) =>
          asked.some(
            ([a, b, boot]) =>
              held.boot === boot && held.sequence >= Math.min(a, b) && held.sequence <= Math.max(a, b),
          ),
        );
        expect(sent.map(key).sort()).toEqual(wanted.map(key).sort());
      }),
    );
  });

  it("never gives one number to two samples", () => {
    fc.assert(
      fc.property(inputs, memories, (all, memory) => {
        let state = fresh(memory);
        const seen: string[] = [];
        for (const input of all) {
          const step = stepFirmware(state, input);
          state = step.state;
          if (step.sampled !== null) seen.push(key(step.sampled));
        }
        expect(new Set(seen).size).toBe(seen.length);
      }),
    );
  });
});

describe("the firmware", () => {
  it("does not send again what is still to come: a request beyond the newest ends there", () => {
    const asked = run(fresh(), sample(), sample(), resend(0, 100), sample());
    expect(drain(asked).sent.map((sent) => sent.sequence)).toEqual([0, 1]);
  });

  it("answers a request again when it is made again", () => {
    const first = drain(run(fresh(), sample(), sample(), resend(0, 1)));
    expect(drain(run(first.state, resend(0, 1))).sent).toEqual(first.sent);
  });

  it("passes over frames for other devices and other boots", () => {
    const held = run(fresh(), sample());
    const other: FirmwareInput = {
      kind: "frame",
      frame: { kind: "acknowledge", device: "ckt-other", boot: 1, sequence: 9 },
    };
    expect(run(held, other, acknowledge(9, 2), resend(0, 9, 2))).toEqual(held);
  });

  it("counts what it overwrites and the requests that find no room", () => {
    const full = run(fresh(), ...Array.from({ length: ringSamples + 3 }, () => sample()));
    expect(full.overwritten).toBe(3);
    const roomy = powerOn({ device, ringSamples: 500, memory: "volatile" }, 1, start);
    const many = run(roomy, ...Array.from({ length: 200 }, () => sample()));
    const gaps = Array.from({ length: resendRangesMax + 2 }, (_, index) => resend(index * 3, index * 3));
    expect(run(many, ...gaps).resendsRefused).toBe(2);
  });

  it("shows its own clock and uptime, and starts a new boot when its counter is used up", () => {
    const jumped = run(fresh(), { kind: "clock-jump", byMs: -90_000 }, sample(start + 5_000));
    expect(jumped.ring[0]).toMatchObject({ at: start - 85_000, uptimeMs: 5_000, boot: 1 });
    const last = run({ ...fresh("kept"), nextSequence: counterMax }, sample(), sample(start + 1_000));
    expect(last.ring.map(key)).toEqual([`1/${counterMax}`, "2/0"]);
    expect(last.ring[1]?.uptimeMs).toBe(0);
  });
});
