import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeviceSample } from "@coldkeep/core/readings/sample.ts";
import { admit } from "../intake/admit.ts";
import { bootKey, type BootLedger, highestKept, settled } from "../intake/ledger.ts";
import { holds, missingIn, sizeOf, withRange } from "../intake/ranges.ts";
import {
  awaitedAs,
  garbledRoundsMax,
  isHeldBack,
  nextTickMs,
  noSession,
  resendChunkMax,
  roundsMax,
  stepSession,
} from "./session.ts";
import type { SessionEffect, SessionInput, SessionState } from "./session-state.ts";

const rules = { resendTimeoutMs: 2_000, resendAttempts: 3 };
const admitRules = {
  probes: new Map([["d/t", "p"]]),
  signals: new Map(),
  futureMaxMs: 300_000,
  driftMaxMs: 10_000,
};

const ownTime = { errorMs: 0, isConfirmed: true };

/** The gateway's half: ledgers as on disk, the session as in memory, and how often each sample was stored. */
function gatewayModel() {
  const ledgers = new Map<string, BootLedger>();
  const stored = new Map<string, number>();
  const lost = new Set<string>();
  let session: SessionState = noSession;
  let held: DeviceSample[] = [];
  const view = (device: string, boot: number): BootLedger | undefined => ledgers.get(bootKey(device, boot));
  function step(input: SessionInput, nowMs: number): SessionEffect[] {
    const result = stepSession(rules, session, view, input, nowMs);
    session = result.state;
    return result.effects.flatMap((effect) => {
      if (effect.kind === "release") {
        const samples = held;
        held = [];
        return samples.flatMap((sample) => commit(sample, nowMs));
      }
      if (effect.kind !== "lose") return [effect];
      const key = bootKey(effect.device, effect.boot);
      const ledger = ledgers.get(key);
      if (ledger !== undefined) ledgers.set(key, { ...ledger, lost: withRange(ledger.lost, effect.range) });
      for (let n = effect.range[0]; n <= effect.range[1]; n += 1) lost.add(`${effect.boot}/${n}`);
      return step({ kind: "lost", device: effect.device }, nowMs);
    });
  }
  function hear(sample: DeviceSample, nowMs: number): SessionEffect[] {
    const { device, boot, sequence } = sample;
    if (!isHeldBack(awaitedAs(session, device, boot, sequence), view, device, boot))
      return commit(sample, nowMs);
    held.push(sample);
    return step({ kind: "held", device, boot, sequence }, nowMs);
  }
  function commit(sample: DeviceSample, nowMs: number): SessionEffect[] {
    const key = bootKey(sample.device, sample.boot);
    const arrival = { source: "s", sample, at: null, arrivedAt: nowMs, raw: new Uint8Array() };
    const verdict = admit(admitRules, ledgers.get(key), arrival, nowMs - sample.uptimeMs, ownTime);
    if (verdict.ledger !== null) {
      ledgers.set(key, verdict.ledger);
      const name = `${sample.boot}/${sample.sequence}`;
      stored.set(name, (stored.get(name) ?? 0) + 1);
    }
    return step(
      { kind: "heard", device: sample.device, boot: sample.boot, sequence: sample.sequence },
      nowMs,
    );
  }
  const reopen = (nowMs: number): SessionEffect[] => {
    session = noSession;
    held = [];
    const boots = [...ledgers.values()].map(({ boot }) => boot).sort((a, b) => b - a);
    return step({ kind: "opened", known: boots.length === 0 ? [] : [{ device: "d", boots }] }, nowMs);
  };
  return { hear, step, reopen, view, stored, lost, session: () => session };
}

const sampleOf = (boot: number, sequence: number): DeviceSample => ({
  device: "d",
  boot,
  sequence,
  uptimeMs: sequence * 1_000,
  channels: { t: 4 },
});

describe("a session", () => {
  test("asks for what came before the first sample of a boot, newest first, in chunks", () => {
    const gateway = gatewayModel();
    const effects = gateway.hear(sampleOf(1, 1_000), 0);
    expect(effects).toEqual([
      { kind: "resend", device: "d", boot: 1, first: 1_000 - resendChunkMax, last: 999 },
    ]);
  });

  test("acknowledges cumulatively and skips no hole", () => {
    const gateway = gatewayModel();
    expect(gateway.hear(sampleOf(1, 0), 0)).toEqual([
      { kind: "acknowledge", device: "d", boot: 1, sequence: 0 },
    ]);
    expect(gateway.hear(sampleOf(1, 2), 1)).toEqual([
      { kind: "acknowledge", device: "d", boot: 1, sequence: 0 },
      { kind: "resend", device: "d", boot: 1, first: 1, last: 1 },
    ]);
    expect(gateway.hear(sampleOf(1, 1), 2)).toEqual([
      { kind: "acknowledge", device: "d", boot: 1, sequence: 2 },
    ]);
  });

  test("hands in a hole when it is whole, so that nobody sees it shrink", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 4), 0);
    for (const sequence of [0, 1, 2]) expect(gateway.hear(sampleOf(1, sequence), 1)).toEqual([]);
    expect(gateway.stored.size).toBe(1);
    expect(gateway.hear(sampleOf(1, 3), 2).at(-1)).toEqual({
      kind: "acknowledge",
      device: "d",
      boot: 1,
      sequence: 4,
    });
    expect(gateway.stored.size).toBe(5);
  });

  test("hands in what has come of a hole when the rest falls silent", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 4), 0);
    gateway.hear(sampleOf(1, 3), 1);
    gateway.step({ kind: "tick" }, 2_001);
    expect([...gateway.stored.keys()]).toEqual(["1/4", "1/3"]);
    expect(gateway.step({ kind: "tick" }, 4_001)).toEqual([
      { kind: "resend", device: "d", boot: 1, first: 0, last: 2 },
    ]);
  });

  test("acknowledges a duplicate again", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    expect(gateway.hear(sampleOf(1, 0), 1)).toEqual([
      { kind: "acknowledge", device: "d", boot: 1, sequence: 0 },
    ]);
  });

  test("gives up after its attempts, but not before the device is heard again", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    gateway.hear(sampleOf(1, 3), 0);
    const asked = [2_000, 4_000].flatMap((nowMs) => gateway.step({ kind: "tick" }, nowMs));
    expect(asked).toEqual(
      Array.from({ length: 2 }, () => ({ kind: "resend", device: "d", boot: 1, first: 1, last: 2 })),
    );
    expect(gateway.step({ kind: "tick" }, 6_000)).toEqual([]);
    expect(gateway.step({ kind: "tick" }, 86_400_000)).toEqual([]);
    expect(nextTickMs(gateway.session())).toBeNull();
    expect(gateway.lost.size).toBe(0);
    for (let round = 1; round <= roundsMax; round += 1) {
      expect(gateway.lost.size).toBe(0);
      gateway.hear(sampleOf(1, 3 + round), 86_400_000 + round * 60_000);
      for (let nowMs = 2_000; nowMs <= 6_000; nowMs += 2_000)
        gateway.step({ kind: "tick" }, 86_400_000 + round * 60_000 + nowMs);
    }
    expect([...gateway.lost]).toEqual(["1/1", "1/2"]);
  });

  test("does not take a disturbed line's silence for an answer", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    gateway.hear(sampleOf(1, 3), 0);
    for (let minute = 1; minute < garbledRoundsMax; minute += 1) {
      for (let nowMs = 0; nowMs <= 6_000; nowMs += 2_000)
        gateway.step({ kind: "tick" }, (minute - 1) * 60_000 + nowMs);
      gateway.step({ kind: "garbled" }, minute * 60_000 - 1);
      const asked = gateway.hear(sampleOf(1, 3 + minute), minute * 60_000);
      expect(asked).toContainEqual({ kind: "resend", device: "d", boot: 1, first: 1, last: 2 });
    }
    expect(gateway.lost.size).toBe(0);
  });

  test("asks for the boots between two that it heard, and takes one that it never heard as a whole", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    const asked = gateway.hear(sampleOf(4, 0), 1_000);
    expect(asked).toContainEqual({
      kind: "resend",
      device: "d",
      boot: 3,
      first: 0,
      last: resendChunkMax - 1,
    });
    for (let sequence = 0; sequence < resendChunkMax - 1; sequence += 1)
      gateway.hear(sampleOf(3, sequence), 1_100);
    expect(gateway.hear(sampleOf(3, resendChunkMax - 1), 1_200)).toEqual([
      { kind: "resend", device: "d", boot: 3, first: resendChunkMax, last: 2 * resendChunkMax - 1 },
    ]);
    gateway.hear(sampleOf(3, resendChunkMax), 1_300);
    expect([...gateway.stored.keys()]).toEqual(["1/0", "4/0"]);
    gateway.step({ kind: "tick" }, 3_300);
    expect(gateway.stored.size).toBe(2 + resendChunkMax + 1);
  });

  test("asks for the end of a boot that is over as often as for a hole, then for the boot before it", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    gateway.hear(sampleOf(3, 0), 1_000);
    const asked = [3_000, 5_000, 7_000, 9_000].flatMap((nowMs) => gateway.step({ kind: "tick" }, nowMs));
    expect(asked.map((effect) => (effect.kind === "resend" ? effect.boot : null))).toEqual([2, 2, 1, 1]);
  });

  test("does not count the boots of a device whose numbers are random", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    expect(gateway.hear(sampleOf(4_000, 0), 1_000)).toContainEqual({
      kind: "resend",
      device: "d",
      boot: 1,
      first: 1,
      last: resendChunkMax,
    });
  });

  test("a sample without room does not use up the attempts", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    gateway.hear(sampleOf(1, 2), 0);
    for (let nowMs = 2_000; nowMs <= 60_000; nowMs += 2_000) {
      gateway.step({ kind: "tick" }, nowMs);
      gateway.step({ kind: "untaken", device: "d" }, nowMs);
    }
    gateway.hear(sampleOf(1, 3), 60_001);
    expect(gateway.lost.size).toBe(0);
  });

  test("takes everything older for lost after two wholly silent chunks", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 1_000_000), 0);
    let [nowMs, live] = [0, 1_000_001];
    for (let round = 0; round < 30 && gateway.lost.size < 1_000_000; round += 1) {
      nowMs += 2_000;
      gateway.step({ kind: "tick" }, nowMs);
      if (nextTickMs(gateway.session()) === null) gateway.hear(sampleOf(1, live++), nowMs);
    }
    expect(gateway.lost.size).toBe(1_000_000);
  });

  test("asks a known device for its tail at the opening, and the boot before after a restart", () => {
    const gateway = gatewayModel();
    gateway.hear(sampleOf(1, 0), 0);
    expect(gateway.reopen(1)).toEqual([{ kind: "resend", device: "d", boot: 1, first: 1, last: 256 }]);
    expect(awaitedAs(gateway.session(), "d", 1, 5)).toBe("tail");
    gateway.step({ kind: "tick" }, 2_001);
    expect(gateway.hear(sampleOf(2, 0), 3_000)).toEqual([
      { kind: "acknowledge", device: "d", boot: 2, sequence: 0 },
      { kind: "resend", device: "d", boot: 1, first: 1, last: 256 },
    ]);
  });
});

type Event = "sample" | "reopen" | "restart" | "wait";

describe("whatever the line does", () => {
  test("every sample that the device still had is stored once, and nothing is acknowledged that is not settled", () => {
    const event = fc.oneof(
      { weight: 20, arbitrary: fc.constant<Event>("sample") },
      { weight: 1, arbitrary: fc.constant<Event>("reopen") },
      { weight: 1, arbitrary: fc.constant<Event>("restart") },
      { weight: 4, arbitrary: fc.constant<Event>("wait") },
    );
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 120 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })),
        fc.constantFrom(0.05, 0.3, 0.6),
        (events, stream, noise) => {
          const chance = (): number => stream.next().value;
          const gateway = gatewayModel();
          const made: DeviceSample[] = [];
          let [nowMs, boot, sequence] = [0, 1, 0];
          let faulty = true;
          const apply = (effects: readonly SessionEffect[], depth = 0): void => {
            for (const effect of effects) {
              if (effect.kind === "acknowledge") {
                const ledger = gateway.view(effect.device, effect.boot);
                expect(ledger && missingIn(settled(ledger), 0, effect.sequence)).toEqual([]);
              }
              if (effect.kind !== "resend" || depth > 200) continue;
              expect(effect.last - effect.first).toBeLessThan(resendChunkMax);
              if (faulty && chance() < noise) continue;
              const kept = made.filter(
                (one) =>
                  one.boot === effect.boot && one.sequence >= effect.first && one.sequence <= effect.last,
              );
              for (const one of kept) carry(one, depth + 1);
            }
          };
          const carry = (one: DeviceSample, depth = 0): void => {
            if (faulty && chance() < noise) return;
            apply(gateway.hear(one, nowMs), depth);
            if (faulty && chance() < noise / 3) apply(gateway.hear(one, nowMs), depth);
          };
          const produce = (): void => {
            const one = sampleOf(boot, sequence++);
            made.push(one);
            carry(one);
          };
          const wait = (): void => {
            nowMs += 500;
            apply(gateway.step({ kind: "tick" }, nowMs));
          };
          for (const what of events) {
            nowMs += 10;
            if (what === "sample") produce();
            else if (what === "reopen") apply(gateway.reopen(nowMs));
            else if (what === "wait") wait();
            else [boot, sequence] = [boot + 1, 0];
          }
          faulty = false;
          produce();
          for (let round = 0; round < 200; round += 1) wait();
          produce();
          for (let round = 0; round < 200; round += 1) wait();
          for (const [, times] of gateway.stored) expect(times).toBe(1);
          const running = gateway.view("d", boot);
          expect(running && sizeOf(settled(running))).toBe(sequence);
          expect(running && highestKept(running)).toBe(sequence - 1);
          for (const name of gateway.lost) {
            const [ofBoot, number] = name.split("/").map(Number);
            const ledger = gateway.view("d", ofBoot ?? 0);
            expect(ledger !== undefined && holds(settled(ledger), number ?? 0)).toBe(true);
          }
        },
      ),
    );
  });

  test("on a line that only delays, nothing is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 8 }), (outages) => {
        const gateway = gatewayModel();
        let [sequence, nowMs] = [0, 0];
        const answer = (effects: readonly SessionEffect[]): void => {
          for (const effect of effects) {
            if (effect.kind !== "resend") continue;
            for (let n = effect.first; n <= Math.min(effect.last, sequence - 1); n += 1)
              answer(gateway.hear(sampleOf(1, n), nowMs));
          }
        };
        for (const missed of outages) {
          sequence += missed + 1;
          nowMs += 60_000;
          answer(gateway.reopen(nowMs));
          answer(gateway.hear(sampleOf(1, sequence - 1), nowMs));
        }
        for (let round = 0; round < 50; round += 1) {
          nowMs += 2_000;
          answer(gateway.step({ kind: "tick" }, nowMs));
        }
        expect(gateway.lost.size).toBe(0);
        expect(gateway.view("d", 1)?.kept).toEqual([[0, sequence - 1]]);
      }),
    );
  });
});
