import { describe, expect, test } from "vitest";
import type { BornMetric, SparkplugMessage } from "./message.ts";
import { newNode, nodeTickMs, stepNode } from "./node-session.ts";
import { heldMax, type NodeEffect, type NodeInput, type NodeRules } from "./node-state.ts";
import { datatypes, emptyMetric, type Metric, qualities } from "./payload.ts";

const rules: NodeRules = { reorderMs: 2_000, rebirthPauseMs: 10_000 };

const born = (name: string, alias: bigint, at: number | null = null, number = 0): BornMetric => ({
  ...emptyMetric,
  name,
  alias,
  at,
  datatype: datatypes.float,
  value: { kind: "float", number },
});
const data = (alias: bigint, at: number | null, number: number): Metric => ({
  ...emptyMetric,
  alias,
  at,
  value: { kind: "float", number },
});
const nbirth = (at: number, bdSeq: bigint, ...metrics: BornMetric[]): SparkplugMessage => ({
  type: "NBIRTH",
  at,
  seq: 0,
  bdSeq,
  metrics,
});
const dbirth = (seq: number, at: number, device: string, ...metrics: BornMetric[]): SparkplugMessage => ({
  type: "DBIRTH",
  device,
  at,
  seq,
  metrics,
});
const ddata = (seq: number, at: number, device: string, ...metrics: Metric[]): SparkplugMessage => ({
  type: "DDATA",
  device,
  at,
  seq,
  metrics,
});

/** A session and everything that it did. */
function session() {
  let state = newNode(rules);
  const step = (input: NodeInput, nowMs: number): readonly string[] => {
    const next = stepNode(rules, state, input, nowMs);
    state = next.state;
    return next.effects.flatMap(shown);
  };
  return {
    hear: (message: SparkplugMessage, nowMs = 0) =>
      step({ kind: "heard", message, raw: Uint8Array.of(0) }, nowMs),
    tick: (nowMs: number) => step({ kind: "tick" }, nowMs),
    open: (nowMs: number) => step({ kind: "opened" }, nowMs),
    tickMs: () => nodeTickMs(state),
    phase: () => state.phase,
  };
}

function shown(effect: NodeEffect): string[] {
  switch (effect.kind) {
    case "samples":
      return effect.samples.map(
        ({ metric, at, value, historical }) =>
          `${effect.device ?? "node"} ${metric} ${at} ${value}${historical ? " late" : ""}`,
      );
    case "presence":
      return [`${effect.device ?? "node"} ${effect.online ? "online" : "offline"}`];
    case "refuse":
      return [effect.code];
    default:
      return [effect.kind];
  }
}

/** A session in which node and device are born with the aliases 1 and 2. */
function alive() {
  const it = session();
  it.hear(nbirth(100, 7n, born("mains", 9n)));
  it.hear(dbirth(1, 101, "fridge", born("product", 1n), born("air", 2n)));
  return it;
}

describe("births and data", () => {
  test("a birth's value is a reading where it has a time of its own", () => {
    const it = session();
    expect(it.hear(nbirth(100, 0n, born("mains", 9n, 99, 1), born("spare", 8n)))).toEqual([
      "node online",
      "node mains 99 1",
    ]);
    expect(it.hear(dbirth(1, 101, "fridge", born("product", 1n, 90, 4.1)))).toEqual([
      "fridge online",
      "fridge product 90 4.1",
    ]);
  });

  test("data by alias is a reading at the metric's time, else at the message's", () => {
    const it = alive();
    const both = ddata(2, 160, "fridge", data(1n, 150, 4.2), data(2n, null, 3.9));
    expect(it.hear(both)).toEqual(["fridge product 150 4.2", "fridge air 160 3.9"]);
  });

  test("late, null, bad, stale and transient metrics", () => {
    const it = alive();
    const say = (more: Partial<Metric>): Metric => ({ ...data(1n, 150, 4.2), ...more });
    expect(it.hear(ddata(2, 160, "fridge", say({ historical: true })))).toEqual([
      "fridge product 150 4.2 late",
    ]);
    expect(it.hear(ddata(3, 161, "fridge", say({ isNull: true, value: null })))).toEqual([
      "fridge product 150 unspecified",
    ]);
    expect(it.hear(ddata(4, 162, "fridge", say({ quality: qualities.bad })))).toEqual([
      "fridge product 150 unspecified",
    ]);
    expect(
      it.hear(ddata(5, 163, "fridge", say({ quality: qualities.stale }), say({ transient: true }))),
    ).toEqual([]);
  });

  test("an alias holds within its owner only; an unknown one asks for a birth, and the other metrics are taken", () => {
    const it = alive();
    const mixed = ddata(2, 160, "fridge", data(9n, 150, 1), data(1n, 150, 4.2));
    expect(it.hear(mixed)).toEqual(["fridge product 150 4.2", "sparkplug.alias-unknown", "rebirth"]);
    expect(it.hear(ddata(3, 161, "freezer", data(1n, 150, -30)))).toEqual(["sparkplug.before-birth"]);
  });

  test("a value of another type than its birth declared is refused", () => {
    const it = alive();
    const odd: Metric = { ...data(1n, 150, 0), value: { kind: "boolean", is: true } };
    expect(it.hear(ddata(2, 160, "fridge", odd))).toEqual(["sparkplug.value-mismatch"]);
  });
});

describe("the order of messages", () => {
  test("an early one waits for the missing one", () => {
    const it = alive();
    expect(it.hear(ddata(3, 161, "fridge", data(1n, 151, 4.3)))).toEqual([]);
    expect(it.tickMs()).toBe(2_000);
    expect(it.hear(ddata(2, 160, "fridge", data(1n, 150, 4.2)))).toEqual([
      "fridge product 150 4.2",
      "fridge product 151 4.3",
    ]);
    expect(it.tickMs()).toBeNull();
  });

  test("numbers go round from 255 to 0", () => {
    const it = alive();
    for (let seq = 2; seq < 256; seq += 1) it.hear(ddata(seq, 100 + seq, "fridge"));
    expect(it.hear(ddata(0, 400, "fridge", data(1n, 399, 4.2)))).toEqual(["fridge product 399 4.2"]);
  });

  test("the same message again is passed over", () => {
    const it = alive();
    const once = ddata(2, 160, "fridge", data(1n, 150, 4.2));
    it.hear(once);
    expect(it.hear(once)).toEqual(["duplicate"]);
    const early = ddata(4, 162, "fridge");
    it.hear(early);
    expect(it.hear(early)).toEqual(["duplicate"]);
  });

  test("after the wait what was held is given up and a birth asked for, again and again with growing pauses", () => {
    const it = alive();
    it.hear(ddata(3, 161, "fridge", data(1n, 151, 4.3)));
    expect(it.tick(1_999)).toEqual([]);
    expect(it.tick(2_000)).toEqual(["sparkplug.order-lost", "rebirth"]);
    expect(it.phase()).toBe("awaiting");
    expect(it.tickMs()).toBe(12_000);
    expect(it.tick(12_000)).toEqual(["rebirth"]);
    expect(it.tickMs()).toBe(32_000);
    expect(it.hear(nbirth(200, 7n, born("mains", 9n)), 13_000)).toEqual(["node online"]);
    expect(it.tickMs()).toBeNull();
  });

  test("half a round of lost messages is noticed too", () => {
    const it = alive();
    expect(it.hear(ddata(200, 900, "fridge", data(1n, 899, 4.3)))).toEqual([
      "sparkplug.order-lost",
      "rebirth",
    ]);
  });

  test("no more than so many are held", () => {
    const it = alive();
    for (let n = 0; n < heldMax; n += 1) expect(it.hear(ddata(3 + n, 200 + n, "fridge"))).toEqual([]);
    const last = it.hear(ddata(3 + heldMax, 300, "fridge"));
    expect(last).toEqual([...Array.from({ length: heldMax + 1 }, () => "sparkplug.order-lost"), "rebirth"]);
  });

  test("data before any birth waits for one that may be late, then asks", () => {
    const it = session();
    expect(it.hear(dbirth(1, 101, "fridge", born("product", 1n)))).toEqual([]);
    expect(it.hear(nbirth(100, 7n), 500)).toEqual(["node online", "fridge online"]);
    const other = session();
    other.hear(ddata(40, 101, "fridge", data(1n, 99, 4)));
    expect(other.tick(2_000)).toEqual(["sparkplug.before-birth", "rebirth"]);
  });
});

describe("metrics that are told by name", () => {
  const named = (alias: bigint | null, at: number, number: number): Metric => ({
    ...data(0n, at, number),
    alias,
    name: "product",
  });

  test("are taken from messages out of order, whatever their alias; those by alias alone are not", () => {
    const it = alive();
    it.hear(ddata(3, 161, "fridge", named(null, 151, 4.3), data(1n, 151, 4.3)));
    expect(it.tick(2_000)).toEqual(["fridge product 151 4.3", "sparkplug.order-lost", "rebirth"]);
    it.hear(ddata(4, 162, "fridge", named(2n, 152, 4.4)), 2_100);
    expect(it.tick(4_100)).toEqual(["fridge product 152 4.4"]);
    expect(it.hear(ddata(5, 90, "fridge", named(2n, 89, 4.2)), 4_200)).toEqual(["fridge product 89 4.2"]);
  });

  test("need a birth once, which says what they are", () => {
    const it = session();
    it.hear(ddata(3, 161, "fridge", named(null, 151, 4.3)));
    expect(it.tick(2_000)).toEqual(["sparkplug.before-birth", "rebirth"]);
  });

  test("with an alias that means another metric are refused where the order is right", () => {
    const it = alive();
    expect(it.hear(ddata(2, 160, "fridge", named(2n, 150, 4.2)))).toEqual([
      "sparkplug.alias-unknown",
      "rebirth",
    ]);
  });
});

describe("births anew", () => {
  test("what was held from before a birth is not read by its aliases", () => {
    const it = alive();
    it.hear(ddata(3, 161, "fridge", data(1n, 151, 4.3)));
    expect(it.hear(nbirth(200, 7n))).toEqual(["sparkplug.order-lost", "fridge offline", "node online"]);
    expect(it.hear(dbirth(1, 201, "fridge", born("air", 1n)))).toEqual(["fridge online"]);
    expect(it.hear(ddata(2, 160, "fridge", data(1n, 150, 4.2)))).toEqual([
      "sparkplug.message-old",
      "rebirth",
    ]);
    expect(it.hear(ddata(2, 202, "fridge", data(1n, 202, 3.9)))).toEqual(["fridge air 202 3.9"]);
  });

  test("an old birth that comes late changes nothing, the same one neither", () => {
    const it = alive();
    expect(it.hear(nbirth(50, 6n, born("air", 1n)))).toEqual(["sparkplug.birth-old"]);
    expect(it.hear(nbirth(100, 7n))).toEqual(["duplicate"]);
    expect(it.hear(ddata(2, 160, "fridge", data(1n, 150, 4.2)))).toEqual(["fridge product 150 4.2"]);
  });

  test("a node whose clock was set back is believed after a while", () => {
    const it = alive();
    expect(it.hear(ddata(2, 40, "fridge", data(1n, 40, 4.2)), 1_000)).toEqual([
      "sparkplug.message-old",
      "rebirth",
    ]);
    expect(it.hear(nbirth(41, 7n), 1_100)).toEqual(["sparkplug.birth-old"]);
    expect(it.tick(11_000)).toEqual(["rebirth"]);
    expect(it.hear(nbirth(51, 7n), 11_100)).toEqual(["fridge offline", "node online"]);
  });

  test("a new connection to the broker asks for births", () => {
    const it = alive();
    expect(it.open(1_000)).toEqual(["rebirth"]);
    expect(it.phase()).toBe("awaiting");
  });
});

describe("deaths", () => {
  test("a death of the present connection takes node and devices offline", () => {
    const it = alive();
    expect(it.hear({ type: "NDEATH", bdSeq: 7n })).toEqual(["node offline", "fridge offline"]);
    it.hear(ddata(2, 160, "fridge", data(1n, 150, 4.2)));
    expect(it.tick(2_000)).toEqual(["sparkplug.before-birth", "rebirth"]);
  });

  test("a death of an earlier connection is passed over", () => {
    const it = alive();
    expect(it.hear({ type: "NDEATH", bdSeq: 6n })).toEqual(["sparkplug.death-old"]);
    expect(it.hear(ddata(2, 160, "fridge", data(1n, 150, 4.2)))).toEqual(["fridge product 150 4.2"]);
  });

  test("a birth whose connection has ended already is void for a while, also where the node does not count", () => {
    const it = alive();
    expect(it.hear({ type: "NDEATH", bdSeq: 8n }, 1_000)).toEqual(["sparkplug.death-old"]);
    expect(it.hear(nbirth(200, 8n), 1_500)).toEqual(["sparkplug.birth-old"]);
    it.hear({ type: "NDEATH", bdSeq: 7n }, 2_000);
    expect(it.hear(nbirth(300, 7n), 11_999)).toEqual(["sparkplug.birth-old"]);
    expect(it.hear(nbirth(300, 7n), 12_000)).toEqual(["node online"]);
  });

  test("a device's death forgets its aliases", () => {
    const it = alive();
    expect(it.hear({ type: "DDEATH", device: "fridge", at: 150, seq: 2 })).toEqual(["fridge offline"]);
    expect(it.hear(ddata(3, 160, "fridge", data(1n, 150, 4.2)))).toEqual([
      "sparkplug.before-birth",
      "rebirth",
    ]);
  });
});
