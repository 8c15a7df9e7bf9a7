import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BornMetric, SparkplugMessage } from "./message.ts";
import { newNode, stepNode } from "./node-session.ts";
import type { NodeRules } from "./node-state.ts";
import { datatypes, emptyMetric, type Metric } from "./payload.ts";

const rules: NodeRules = { reorderMs: 2_000, rebirthPauseMs: 10_000 };
const names = ["product", "air", "door", "mains"];

/**
 * A node that tells its births anew now and then, each time with its aliases dealt out anew. Every value says by itself which metric it
 * belongs to and when it was taken, so that a value under a wrong name shows.
 */
interface Life {
  readonly messages: readonly SparkplugMessage[];
  readonly told: ReadonlySet<string>;
}

const valueOf = (name: string, at: number): number => names.indexOf(name) * 1_000_000 + at;

function live(
  sessions: readonly { readonly messages: number; readonly turn: number }[],
  bdSeqOf = (connection: number): bigint => BigInt(connection),
): Life[] {
  let at = 0;
  return sessions.map(({ messages, turn }, connection) => {
    const said: SparkplugMessage[] = [];
    const told = new Set<string>();
    const alias = (name: string): bigint => BigInt((names.indexOf(name) + turn) % names.length);
    const births = (): BornMetric[] =>
      names.map((name) => ({ ...emptyMetric, name, alias: alias(name), datatype: datatypes.double }));
    said.push({ type: "NBIRTH", at: (at += 1), seq: 0, bdSeq: bdSeqOf(connection), metrics: births() });
    said.push({ type: "DBIRTH", device: "d", at: (at += 1), seq: 1, metrics: births() });
    for (let n = 2; n < messages + 2; n += 1) {
      at += 1;
      const taken = at;
      const name = names[n % names.length] ?? "";
      const number = valueOf(name, taken);
      const metric: Metric = {
        ...emptyMetric,
        alias: alias(name),
        at: taken,
        value: { kind: "double", number },
      };
      told.add(`${name} ${taken}`);
      said.push({ type: "DDATA", device: "d", at, seq: n % 256, metrics: [metric] });
    }
    return { messages: said, told };
  });
}

/** Plays messages to a session, 10 ms apart, and gives what it took. */
function play(messages: readonly SparkplugMessage[]): string[] {
  let state = newNode(rules);
  const taken: string[] = [];
  messages.forEach((message, index) => {
    for (const input of [
      { kind: "tick" } as const,
      { kind: "heard", message, raw: new Uint8Array() } as const,
    ]) {
      const next = stepNode(rules, state, input, index * 10);
      state = next.state;
      for (const effect of next.effects)
        if (effect.kind === "samples")
          for (const { metric, at, value } of effect.samples) {
            expect(value).toBe(valueOf(metric, at));
            taken.push(`${metric} ${at}`);
          }
    }
  });
  return taken;
}

const sessions = fc.array(fc.record({ messages: fc.integer({ min: 0, max: 300 }), turn: fc.nat(3) }), {
  minLength: 1,
  maxLength: 4,
});

/** What becomes of each message: places by which it is late (0 to 20), said twice, lost. */
const fates = fc.infiniteStream(
  fc.record({ late: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(20)), twice: fc.boolean() }),
);

const deathOf = (bdSeq: number): SparkplugMessage => ({ type: "NDEATH", bdSeq: BigInt(bdSeq) });

/** Each life ends with its death; what comes after is mixed up with what is still under way of the life before. */
function mixUp(
  lives: readonly Life[],
  fate: () => { late: number; twice: boolean },
  lost: (message: SparkplugMessage) => boolean,
): SparkplugMessage[] {
  const placed: { message: SparkplugMessage; place: number }[] = [];
  let place = 0;
  lives.forEach(({ messages }, bdSeq) => {
    for (const message of messages) {
      place += 1;
      if (lost(message)) continue;
      const { late, twice } = fate();
      placed.push({ message, place: place + late + 0.5 });
      if (twice) placed.push({ message, place: place + fate().late + 0.5 });
    }
    // A broker tells the death before anything of the next connection, and tells it again.
    place += 1;
    placed.push({ message: deathOf(bdSeq), place }, { message: deathOf(bdSeq), place: place + fate().late });
  });
  return placed.sort((a, b) => a.place - b.place).map(({ message }) => message);
}

describe("a node whose messages are lost, doubled and late", () => {
  test("late and doubled messages of one connection: every reading once", () => {
    fc.assert(
      fc.property(fc.nat(300), fates, (messages, stream) => {
        const [life] = live([{ messages, turn: 1 }]);
        if (life === undefined) return;
        const heard = mixUp(
          [life],
          () => stream.next().value ?? { late: 0, twice: false },
          () => false,
        );
        const beforeDeath = heard.filter((message) => message.type !== "NDEATH");
        expect(play(beforeDeath).toSorted()).toEqual([...life.told].toSorted());
      }),
    );
  });

  test("over several connections with aliases dealt out anew: no reading twice, none under another name", () => {
    fc.assert(
      fc.property(sessions, fates, fc.infiniteStream(fc.nat(9)), (lengths, stream, luck) => {
        const lives = live(lengths);
        const heard = mixUp(
          lives,
          () => stream.next().value ?? { late: 0, twice: false },
          () => luck.next().value === 0,
        );
        const taken = play(heard);
        const told = new Set(lives.flatMap((life) => [...life.told]));
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.filter((reading) => !told.has(reading))).toEqual([]);
      }),
    );
  });

  test("births anew within one connection: what is late or lost between two births gives no reading another name", () => {
    fc.assert(
      fc.property(sessions, fates, fc.infiniteStream(fc.nat(9)), (lengths, stream, luck) => {
        const fate = () => stream.next().value ?? { late: 0, twice: false };
        const lives = live(lengths, () => 0n);
        const heard = lives.flatMap((life) => {
          const [birth] = life.messages;
          const mixed = mixUp([life], fate, (message) => message !== birth && luck.next().value === 0);
          const rest = mixed.filter((message) => message !== birth && message.type !== "NDEATH");
          return birth === undefined ? rest : [birth, ...rest];
        });
        const taken = play(heard);
        const told = new Set(lives.flatMap((life) => [...life.told]));
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.filter((reading) => !told.has(reading))).toEqual([]);
      }),
    );
  });

  test("whatever comes in whatever order, nothing throws and no more is held than may be", () => {
    const message = fc.oneof(
      fc.record({ type: fc.constant("NDEATH" as const), bdSeq: fc.bigInt({ min: 0n, max: 2n }) }),
      fc.record({
        type: fc.constantFrom("NBIRTH" as const),
        at: fc.nat(9),
        seq: fc.nat(255),
        bdSeq: fc.option(fc.bigInt({ min: 0n, max: 2n })),
        metrics: fc.constant([]),
      }),
      fc.record({
        type: fc.constantFrom("DBIRTH" as const, "DDATA" as const),
        device: fc.constantFrom("a", "b"),
        at: fc.nat(9),
        seq: fc.nat(255),
        metrics: fc.constant([]),
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(message, fc.nat(3_000)), { maxLength: 200 }), (heard) => {
        let state = newNode(rules);
        let nowMs = 0;
        for (const [one, pause] of heard) {
          nowMs += pause;
          state = stepNode(rules, state, { kind: "tick" }, nowMs).state;
          const asked = state.askAgainMs;
          const next = stepNode(rules, state, { kind: "heard", message: one, raw: new Uint8Array(1) }, nowMs);
          if (next.effects.some(({ kind }) => kind === "rebirth"))
            expect(nowMs).toBeGreaterThanOrEqual(asked);
          state = next.state;
          expect(state.held.length).toBeLessThanOrEqual(64);
          expect(state.held.length > 0).toBe(state.heldUntilMs !== null);
        }
      }),
    );
  });
});
