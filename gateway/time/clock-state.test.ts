import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clockErrorMs,
  type ClockEffect,
  type ClockState,
  driftPpm,
  slewMaxMs,
  startClock,
  stepClock,
  suspicionMs,
  unconfirmedErrorMs,
} from "./clock-state.ts";

const start = 1_795_000_000_000;

/** A world with a true time, a machine whose clock is off by `wallOff`, and a server that tells the truth unless `serverOff`. */
function world(options: { wallOff?: number; newestKnown?: number | null } = {}) {
  let wallOff = options.wallOff ?? 0;
  let monotonicMs = 1_000;
  let synchronizedAt: number | null = null;
  const bootAt = start - 1_000;
  const truth = (): number => bootAt + monotonicMs;
  const begun = startClock(truth() + wallOff, monotonicMs, options.newestKnown ?? null);
  let state: ClockState = begun.state;
  const effects: ClockEffect[] = [...begun.effects];
  const take = (step: { state: ClockState; effects: readonly ClockEffect[] }): void => {
    state = step.state;
    effects.push(...step.effects);
  };
  return {
    effects,
    pass: (ms: number) => void (monotonicMs += ms),
    jump: (ms: number) => void (wallOff += ms),
    look: (isSynchronized = false) => {
      const wallMs = truth() + wallOff;
      if (isSynchronized) synchronizedAt = wallMs;
      take(stepClock(state, { kind: "look", wallMs, monotonicMs, synchronizedAt }));
    },
    server: (serverOff = 0, tripMs = 40) => {
      const [sentMs, dateMs] = [monotonicMs, Math.floor((truth() + tripMs / 2 + serverOff) / 1_000) * 1_000];
      monotonicMs += tripMs;
      const wallMs = truth() + wallOff;
      take(stepClock(state, { kind: "server", dateMs, sentMs, receivedMs: monotonicMs, wallMs }));
    },
    off: () => Math.abs(monotonicMs + state.offsetMs - truth()),
    errorMs: () => clockErrorMs(state, monotonicMs),
    state: () => state,
  };
}

const kinds = (effects: readonly ClockEffect[]): string[] =>
  effects.map((effect) => (effect.kind === "off" ? `off ${effect.active}` : effect.kind));

describe("the gateway's own time", () => {
  test("stays where it was when the machine's clock jumps, and says so", () => {
    const w = world();
    w.look();
    w.server();
    w.jump(3_600_000);
    w.look();
    w.pass(60_000);
    w.look();
    expect(kinds(w.effects)).toEqual(["jumped", "off true"]);
    expect(w.off()).toBe(0);
    w.server();
    expect(w.off()).toBe(0);
    w.jump(-3_600_000);
    w.look();
    expect(kinds(w.effects)).toEqual(["jumped", "off true", "jumped", "off false"]);
  });

  test("follows a time server's gentle pull", () => {
    const w = world();
    for (let n = 0; n < 20; n += 1) {
      w.jump(slewMaxMs);
      w.look();
    }
    expect(w.effects).toEqual([]);
    expect(w.off()).toBe(20 * slewMaxMs);
  });

  test("is put right by a first synchronisation while nothing has confirmed it", () => {
    const w = world({ wallOff: -7_200_000 });
    w.look();
    expect(w.errorMs()).toBe(unconfirmedErrorMs);
    w.jump(7_200_000);
    w.look(true);
    expect(w.off()).toBe(0);
    expect(kinds(w.effects)).toEqual(["jumped", "moved"]);
    expect(w.errorMs()).toBeLessThan(1_000);
  });

  test("is put right by the server's first word, so that a box without a clock of its own stamps nothing wrongly", () => {
    const w = world({ wallOff: -7_200_000 });
    w.server();
    expect(w.off()).toBeLessThanOrEqual(500);
    expect(kinds(w.effects)).toEqual(["moved", "off true"]);
  });

  test("is no better than its drift since a time server was last heard, however long that mark stands", () => {
    const w = world();
    w.look(true);
    for (let day = 0; day < 7; day += 1) {
      w.pass(86_400_000);
      w.jump(100);
      w.look();
    }
    expect(w.off()).toBe(700);
    expect(w.errorMs()).toBeGreaterThanOrEqual(700 + (7 * 86_400_000 * driftPpm) / 1_000_000);
  });

  test("does not take a mark for the word of a time server that is older than one is ever silent", () => {
    const w = world();
    w.look(true);
    w.pass(86_400_000);
    w.jump(7_200_000);
    w.look();
    expect(w.off()).toBe(0);
    const late = world({ wallOff: -7_200_000 });
    const [wallMs, monotonicMs] = [start + 7_200_000, 1_000];
    const input = { kind: "look", wallMs, monotonicMs, synchronizedAt: start } as const;
    expect(stepClock(late.state(), input).effects.map(({ kind }) => kind)).toEqual(["jumped", "off"]);
  });

  test("that was confirmed needs two answers to be contradicted", () => {
    const w = world();
    w.look(true);
    w.server(7_200_000);
    expect(w.effects).toEqual([]);
    w.pass(suspicionMs);
    w.server(7_200_000);
    expect(kinds(w.effects)).toEqual(["moved", "off true"]);
  });

  test("is not moved by one wild answer between good ones", () => {
    const w = world();
    w.server();
    w.pass(suspicionMs);
    w.server(86_400_000);
    w.pass(suspicionMs);
    w.server();
    w.pass(suspicionMs);
    w.server(86_400_000);
    expect(w.off()).toBe(0);
    expect(w.effects).toEqual([]);
  });

  test("never lies before what is on disk already", () => {
    const w = world({ wallOff: -86_400_000, newestKnown: start - 5_000 });
    expect(w.off()).toBe(5_000);
    expect(kinds(w.effects)).toEqual(["jumped", "off true"]);
    expect(w.errorMs()).toBeGreaterThanOrEqual(86_395_000);
  });

  test("whatever jumps, once the server was heard the true time lies within the stated error", () => {
    const event = fc.oneof(
      fc.record({ what: fc.constant("jump" as const), ms: fc.integer({ min: -1e8, max: 1e8 }) }),
      fc.record({ what: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 1e7 }) }),
      fc.record({ what: fc.constant("server" as const), ms: fc.integer({ min: 0, max: 9_000 }) }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.array(event, { maxLength: 40 }),
        (wallOff, events) => {
          const w = world({ wallOff });
          w.look();
          w.server();
          for (const { what, ms } of events) {
            if (what === "jump") w.jump(ms);
            else if (what === "pass") w.pass(ms);
            else w.server(0, ms);
            w.look();
            expect(w.state().confirmed).not.toBeNull();
            expect(w.off()).toBeLessThanOrEqual(w.errorMs());
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
