import { afterEach, describe, expect, test } from "vitest";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import type { ProbeReading, ReadingBuffer } from "../buffer/buffer.ts";
import { memoryBuffer } from "../buffer/memory-buffer.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { type Compression, httpServerLink } from "./server-link.ts";
import { type Misbehaviour, type StubServer, stubServer } from "./stub-server.ts";
import { uplink as makeUplink, type Uplink } from "./uplink.ts";
import { setAsideFast } from "./lane.ts";

const start = 1_795_000_000_000;
let ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

interface Setup {
  readonly buffer: ReadingBuffer;
  readonly server: StubServer;
  readonly up: Uplink;
  readonly counters: ReturnType<typeof makeCounters>;
  readonly said: { level: string; text: string; facts: Record<string, unknown> }[];
  readonly feed: (from: number, count: number) => void;
  readonly delivered: () => number[];
}

/** The wall clock, but pauses pass at once: what is tested is what happens, not how long it takes. */
const hasty = (pauses: number[]): Clock => ({
  ...systemClock,
  after: (delayMs, call) => {
    pauses.push(delayMs);
    return systemClock.after(delayMs === requestTimeoutMs ? delayMs : Math.min(delayMs, 1), call);
  },
});
const requestTimeoutMs = 150;

async function setup(
  decide: (sequence: number, request: number, readings: number) => Misbehaviour | null,
  options: { batchReadingsMax?: number; compression?: Compression; token?: string; pauses?: number[] } = {},
): Promise<Setup> {
  const server = await stubServer((batch, request) => decide(batch.sequence, request, batch.readings.length));
  const buffer = memoryBuffer(start);
  const counters = makeCounters();
  const said: Setup["said"] = [];
  const sayer = (level: string) => (facts: Record<string, unknown>, text: string) =>
    void said.push({ level, text, facts });
  const clock = hasty(options.pauses ?? []);
  const up = makeUplink({
    gateway: "g",
    buffer,
    clock,
    random: () => 0.5,
    counters,
    log: { info: sayer("info"), warn: sayer("warn"), error: sayer("error") },
    link: httpServerLink({
      url: server.url,
      token: options.token,
      compression: options.compression ?? "zstd",
      requestTimeoutMs,
      clock,
    }),
    rules: { pauseMaxMs: 30_000, lingerMs: 0, batchReadingsMax: options.batchReadingsMax ?? 100 },
  });
  ending.push(server.stop, up.stop);
  const feed = (from: number, count: number): void => {
    const entries = Array.from({ length: count }, (_, n): ProbeReading => ({
      probe: "p",
      at: start + from + n,
      celsius: 4,
    }));
    buffer.append({ entries, signals: [], setAside: [], ledgers: [], forgotten: [], evidence: [] });
    up.wake();
  };
  const delivered = (): number[] =>
    server.readings().map((reading) => (parseInstant(reading.at) ?? 0) - start);
  return { buffer, server, up, counters, said, feed, delivered };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const sorted = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b);

/** Waits until the buffer holds `held` readings: the answer that empties it is handled after the request is seen. */
async function emptied({ buffer, counters }: Setup, held = 0): Promise<void> {
  for (let turn = 0; buffer.heldReadings() !== held; turn += 1) {
    if (turn > 20_000)
      throw new RangeError(`still ${buffer.heldReadings()} held: ${JSON.stringify(counters.all())}`);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

describe("the uplink", () => {
  test.each<Compression>(["zstd", "gzip", "none"])(
    "delivers in order, packed with %s, with its token",
    async (compression) => {
      const world = await setup(() => null, { compression, token: "t0ken" });
      world.feed(0, 40);
      world.up.start();
      await world.server.until(() => world.delivered().length === 40);
      await emptied(world);
      expect(world.delivered()).toEqual(upTo(40));
      expect(world.server.seen[0]?.headers.authorization).toBe("Bearer t0ken");
      expect(JSON.stringify(world.said)).not.toContain("t0ken");
    },
  );

  test("sends what piled up before what comes in meanwhile, so that the server sees no gap", async () => {
    let isAway = true;
    const world = await setup(() => (isAway ? { kind: "status", status: 503 } : null));
    let next = 0;
    const feed = (count: number): void => {
      world.feed(next, count);
      next += count;
    };
    feed(50);
    world.up.start();
    await world.server.until(() => world.counters.all()["uplink.failed"] !== undefined);
    feed(3_000);
    isAway = false;
    // A reading comes in at each request that the server sees, as sensors do while a backlog is sent.
    for (let seen = 0; world.delivered().length < 3_050; seen += 1) {
      await world.server.until(() => world.server.seen.length > seen);
      if (next < 3_400) feed(1);
    }
    await emptied(world);
    expect(world.delivered()).toEqual(upTo(next));
  });

  const passing: [string, Misbehaviour][] = [
    ["500", { kind: "status", status: 500 }],
    ["503 with Retry-After", { kind: "status", status: 503, headers: { "retry-after": "20" } }],
    ["429", { kind: "status", status: 429 }],
    ["silence", { kind: "silence" }],
    ["a reset", { kind: "reset" }],
    ["a reset in mid-answer", { kind: "reset-after-record" }],
    ["a proxy's page", { kind: "answer", body: "<html>welcome</html>" }],
    [
      "another batch's answer",
      { kind: "answer", body: '{"committed":1,"accepted":0,"duplicates":0,"rejected":[]}' },
    ],
    ["401", { kind: "status", status: 401, code: "auth.token-unknown" }],
    ["404", { kind: "status", status: 404 }],
    ["a redirect", { kind: "status", status: 302, headers: { location: "http://127.0.0.1:1/" } }],
  ];
  test.each(passing)("sends exactly the same again after %s", async (_, misbehaviour) => {
    const world = await setup((_sequence, request) => (request < 3 ? misbehaviour : null));
    world.feed(0, 10);
    world.up.start();
    await world.server.until(() => world.server.seen.length === 1);
    world.feed(10, 5);
    await world.server.until(() => world.delivered().length === 15);
    await emptied(world);
    const texts = world.server.seen.slice(0, 4).map((one) => one.text);
    expect(new Set(texts).size).toBe(1);
    expect(world.delivered()).toEqual(upTo(15));
    expect(world.said.filter((one) => one.level === "warn")).toHaveLength(1);
    expect(world.said.at(-1)?.text).toBe("The server takes batches again.");
  });

  test("pauses grow, and keep to Retry-After", async () => {
    const pauses: number[] = [];
    const world = await setup(
      (_sequence, request) =>
        request < 6
          ? { kind: "status", status: 503, ...(request === 5 ? { headers: { "retry-after": "17" } } : {}) }
          : null,
      { pauses },
    );
    world.feed(0, 1);
    world.up.start();
    await world.server.until(() => world.delivered().length === 1);
    await emptied(world);
    expect(pauses.filter((pause) => pause !== requestTimeoutMs)).toEqual([
      125, 250, 500, 1_000, 2_000, 17_000,
    ]);
  });

  test.each([400, 413, 422])(
    "a batch refused with %d is halved down to the reading at fault, which is set aside",
    async (status) => {
      const bad = 13;
      const server = { poisoned: (from: number[]) => from.includes(bad) };
      const world = await setup(() => null);
      await world.server.stop();
      const picky = await stubServer((batch) =>
        server.poisoned(batch.readings.map((reading) => (parseInstant(reading.at) ?? 0) - start))
          ? { kind: "status", status, code: "batch.shape-invalid" }
          : null,
      );
      ending.push(picky.stop);
      const counters = makeCounters();
      const up = makeUplink({
        gateway: "g",
        buffer: world.buffer,
        clock: hasty([]),
        random: () => 0.5,
        counters,
        log: { info: () => {}, warn: () => {}, error: () => {} },
        link: httpServerLink({
          url: picky.url,
          token: undefined,
          compression: "none",
          requestTimeoutMs,
          clock: systemClock,
        }),
        rules: { pauseMaxMs: 30_000, lingerMs: 0, batchReadingsMax: 100 },
      });
      ending.push(up.stop);
      world.feed(0, 40);
      up.start();
      await emptied({ ...world, counters }, 1);
      const got = picky.readings().map((reading) => (parseInstant(reading.at) ?? 0) - start);
      expect(got).toEqual(upTo(40).filter((n) => n !== bad));
      expect(world.buffer.refused().map((one) => [one.entry.at - start, one.code])).toEqual([
        [bad, "batch.shape-invalid"],
      ]);
      expect(new Set(picky.seen.map((one) => one.batch.sequence)).size).toBe(picky.seen.length);
    },
  );

  test("a server that refuses everything is not fed reading after reading at full speed", async () => {
    const pauses: number[] = [];
    const world = await setup(() => ({ kind: "status", status: 400, code: "stub.hates-all" }), { pauses });
    world.feed(0, 12);
    world.up.start();
    while (world.buffer.refused().length < 12) await new Promise((resolve) => setImmediate(resolve));
    expect(pauses.filter((pause) => pause === 30_000)).toHaveLength(12 - setAsideFast + 1);
  });

  test("a sequence that is taken is left for a fresh one above it", async () => {
    const world = await setup((sequence) =>
      sequence === start ? { kind: "status", status: 409, code: "batch.sequence-reused" } : null,
    );
    world.feed(0, 5);
    world.up.start();
    await world.server.until(() => world.delivered().length === 5);
    await emptied(world);
    expect(world.server.seen[1]?.batch.sequence).toBeGreaterThan(start);
    expect(world.server.seen[1]?.batch.readings).toEqual(world.server.seen[0]?.batch.readings);
  });

  test("readings that the server rejected within a batch are kept as evidence", async () => {
    const rejected = [{ index: 2, code: "reading.probe-unknown" }];
    const world = await setup((sequence) => ({
      kind: "answer",
      body: JSON.stringify({ committed: sequence, accepted: 4, duplicates: 0, rejected }),
    }));
    world.feed(0, 5);
    world.up.start();
    await emptied(world);
    const [evidence] = world.buffer.evidence();
    expect(evidence?.code).toBe("reading.probe-unknown");
    expect(Buffer.from(evidence?.excerpt ?? []).toString()).toContain(`"at":${start + 2}`);
  });

  test("what is new overtakes a backlog, even while the server is slow with it", async () => {
    const world = await setup(
      (_sequence, _request, readings) => (readings === 10 ? { kind: "silence" } : null),
      {
        batchReadingsMax: 10,
      },
    );
    world.feed(0, 95);
    world.up.start();
    await world.server.until(() => world.server.seen.length >= 1);
    world.feed(1_000, 3);
    await world.server.until(() => world.delivered().length === 3);
    expect(world.delivered()).toEqual([1_000, 1_001, 1_002]);
  });

  test("a backlog goes out oldest first and whole", async () => {
    const world = await setup(
      (_sequence, request) => (request % 4 === 1 ? { kind: "reset-after-record" } : null),
      {
        batchReadingsMax: 10,
      },
    );
    world.feed(0, 95);
    world.up.start();
    await world.server.until(() => new Set(world.delivered()).size === 95);
    await emptied(world);
    expect(world.delivered()).toEqual(upTo(95));
    world.feed(95, 3);
    await emptied(world);
    expect(sorted(world.delivered())).toEqual(upTo(98));
  });

  test("stops at once in the middle of a request, and nothing is lost by it", async () => {
    const world = await setup(() => ({ kind: "silence" }));
    world.feed(0, 5);
    world.up.start();
    await world.server.until(() => world.server.seen.length === 1);
    await world.up.stop();
    expect(world.buffer.heldReadings()).toBe(5);
  });
});
