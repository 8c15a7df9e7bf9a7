import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { celsiusMax, celsiusMin, type Reading } from "@coldkeep/core/readings/reading.ts";
import { secondMs } from "@coldkeep/core/time/millis.ts";
import { influxFaultKinds, kindOf } from "./fault.ts";
import type { WriteOutcome } from "./influx-port.ts";
import { influxSettingsSchema, legalTermMs, targetName } from "./influx-settings.ts";
import { instantOfLine, nanos, subMax } from "./line.ts";
import { mendingPauseMs, pauseAfter, pauseMaxMs, pauseMinMs } from "./pause.ts";
import { openPending, pendingMax } from "./pending.ts";
import { influxDuration } from "./prepare.ts";
import { placeOf } from "./reading-line.ts";
import { progressText } from "./rebuild-command.ts";
import { asideAtOnceMax, writeLines } from "./write-lines.ts";

describe("the place of a reading inside its millisecond", () => {
  const good = (celsius: number): Reading => ({ at: 0, celsius });

  test("is within the millisecond for every temperature, and the same for the same", () => {
    fc.assert(
      fc.property(fc.double({ min: celsiusMin, max: celsiusMax, noNaN: true }), (celsius) => {
        const place = placeOf(good(celsius));
        expect(Number.isInteger(place) && place >= 0 && place < subMax).toBe(true);
        expect(placeOf(good(celsius))).toBe(place);
      }),
    );
  });

  test("is another for every two whole milli-degrees up to 700 °C, and for faults", () => {
    const places = new Set<number>();
    for (let milli = -273_150; milli <= 700_000; milli += 1) places.add(placeOf(good(milli / 1_000)));
    expect(places.size).toBe(973_151);
    expect(placeOf({ at: 0, fault: "open" })).toBe(subMax);
    expect(places.has(subMax)).toBe(false);
  });

  test("tells finer values apart as a rule", () => {
    const finer = Array.from({ length: 16 }, (_, index) => placeOf(good(4 + (index + 0.5) / 16_000)));
    expect(new Set(finer).size).toBe(16);
  });
});

test("a line's instant is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 4e12 }), fc.integer({ min: 0, max: subMax }), (at, sub) => {
      expect(nanos(at, sub)).toBe(String(BigInt(at) * 1_000_000n + BigInt(sub)));
      if (at >= 0) expect(instantOfLine(`m f=1 ${nanos(at, sub)}`)).toBe(at);
    }),
  );
});

describe("writing by halves", () => {
  /** An InfluxDB that takes the good lines of a write and refuses the rest of it, as 1.x does. */
  function picky(isBad: (line: string) => boolean) {
    const taken = new Set<string>();
    let calls = 0;
    return {
      taken,
      calls: () => calls,
      write: async (lines: readonly string[]): Promise<WriteOutcome> => {
        calls += 1;
        const bad = lines.filter(isBad);
        for (const line of lines) if (!isBad(line)) taken.add(line);
        return bad.length === 0
          ? { ok: true }
          : { ok: false, fault: { kind: "content", reason: `bad ${bad[0]}` } };
      },
    };
  }

  test("sets aside exactly the refused lines, in few calls", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(9_999), { minLength: 1, maxLength: 500 }),
        fc.array(fc.nat(499), { maxLength: 5 }),
        async (numbers, picked) => {
          const lines = numbers.map((number) => `m f=${number} ${number}`);
          const bad = new Set(picked.flatMap((index) => lines[index % lines.length] ?? []));
          const port = picky((line) => bad.has(line));
          const written = await writeLines(port, lines);
          expect(written.ok && new Set(written.asides.map(({ line }) => line))).toEqual(bad);
          expect(port.taken.size).toBe(lines.length - bad.size);
          expect(port.calls()).toBeLessThanOrEqual(1 + bad.size * 2 * (Math.log2(lines.length) + 2));
        },
      ),
    );
  });

  test("gives up where InfluxDB refuses nearly everything: then no line is at fault", async () => {
    const port = picky(() => true);
    const lines = Array.from({ length: 1_000 }, (_, index) => `m f=1 ${index}`);
    expect(await writeLines(port, lines)).toMatchObject({ ok: false, fault: { kind: "content" } });
    const few = await writeLines(port, lines.slice(0, asideAtOnceMax));
    expect(few.ok && few.asides).toHaveLength(asideAtOnceMax);
  });
});

test("pauses grow to their bound, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...influxFaultKinds),
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (kind, faults, drawn) => {
        const pause = pauseAfter(kind, faults, () => drawn);
        expect(pause).toBeGreaterThanOrEqual(pauseMinMs / 2);
        expect(pause).toBeLessThanOrEqual(Math.max(pauseMaxMs, mendingPauseMs));
        expect(pauseAfter(kind, faults + 1, () => drawn)).toBeGreaterThanOrEqual(pause);
      },
    ),
  );
  expect(pauseAfter("unreachable", 100, () => 0.999)).toBeLessThanOrEqual(30 * secondMs);
});

test("what is pending is never younger than what was said, also beyond the limit", () => {
  const pending = openPending(10, 12);
  expect(pending.from()).toBe(Number.MIN_SAFE_INTEGER);
  pending.settle(12);
  expect(pending.from()).toBe(Number.MAX_SAFE_INTEGER);
  for (let seq = 13; seq < 13 + pendingMax + 10; seq += 1) pending.note(seq, seq === 14 ? 5 : 1_000 + seq);
  expect(pending.from()).toBe(5);
  pending.settle(13 + pendingMax);
  expect(pending.from()).toBe(1_000 + 14 + pendingMax);
});

test("statuses and texts of InfluxDB are told apart", () => {
  expect(kindOf(401, "authorization failed")).toBe("denied");
  expect(kindOf(500, "engine: error writing WAL entry: write: no space left on device")).toBe("full");
  expect(kindOf(400, "partial write: field type conflict dropped=1")).toBe("content");
  expect(kindOf(404, 'database not found: "x"')).toBe("missing");
  expect(kindOf(429, "")).toBe("busy");
  expect(kindOf(503, "timeout")).toBe("unreachable");
  expect(kindOf(413, "request too large")).toBe("content");
});

test("durations of retention policies are read", () => {
  expect(influxDuration("0s")).toBe(0);
  expect(influxDuration("131760h0m0s")).toBe(legalTermMs);
  expect(influxDuration("INF")).toBeNull();
});

test("a target is another with another address or bucket, and its name tells no secret", () => {
  const of = (content: object): string => targetName(influxSettingsSchema.parse(content));
  const plain = of({ url: "http://influx:8086" });
  expect(of({ url: "http://user:secret@influx:8086/", token: "secret" })).toBe(plain);
  expect(of({ url: "http://influx:8086", bucket: "other" })).not.toBe(plain);
});

test("the bar says how far and how long", () => {
  const text = progressText({ entries: 25, of: 100, points: 1_000, asides: 0 }, 10 * secondMs);
  expect(text).toBe("[########......................] 25 %, 1000 points, 100/s, 30 s left");
});
