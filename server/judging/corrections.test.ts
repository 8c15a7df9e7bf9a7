/**
 * Rules may be corrected for any time, at any moment: nasty traces come in over several channels in random order, while calibrations, profiles and assignments are
 * corrected in between. What is on record in the end must be what the naive model finds by the final rules over the readings routed by the final assignments,
 * and what was known at each moment must stay what was answered then.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveJudge } from "@coldkeep/core/engine-model/naive-model.ts";
import { deliveryArbitrary, profileArbitrary, traceArbitrary } from "@coldkeep/core/engine-model/traces.ts";
import { type ExcursionFigures, isGrowing } from "@coldkeep/core/engine/excursion.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { type Dated, type Profile, ruleAt } from "@coldkeep/core/site/profile.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { StandingExcursion } from "../excursions/excursion-reads.ts";
import { composeInside, type Inside } from "../inside.ts";
import { type Database, openDatabase } from "../store/database.ts";

const runs = Number(process.env["RUNS"] ?? 120);
const probes = ["p", "q"] as const;
const channels = ["p", "q", "c", "d"] as const;
const listAll = { limit: 10_000 };

type Probe = (typeof probes)[number];
type ChannelId = (typeof channels)[number];

/** Everything dated that a site file can say about two probes and the channels that reach them. */
interface Ruling {
  readonly profiles: Readonly<Record<Probe, readonly Dated<Profile>[]>>;
  readonly offsets: Readonly<Record<Probe, readonly Dated<number>[]>>;
  readonly assignments: Readonly<Partial<Record<ChannelId, readonly Dated<Probe | null>[]>>>;
}

function siteOf({ profiles, offsets, assignments }: Ruling): Site {
  const versions = (probe: Probe) =>
    profiles[probe].map(({ from, rule: { trust, ...rule } }) => ({ from, ...rule, ...(trust && { trust }) }));
  return {
    site: "s",
    timeZone: "UTC",
    profiles: { p: versions("p"), q: versions("q") },
    appliances: probes.map((id) => ({
      id: `fridge-${id}`,
      name: id,
      kind: "refrigerator" as const,
      profile: id,
      probes: [
        {
          id,
          kind: "product" as const,
          calibration: offsets[id].map(({ from, rule }) => ({ from, offset: rule })),
        },
      ],
    })),
    channels: Object.entries(assignments).map(([id, list]) => ({
      id,
      assignments: list.map(({ from, rule }) => ({ from, probe: rule })),
    })),
    contacts: [],
  };
}

/** A probe is a channel of its own unless the site lists its id; the first assignment reaches back to the beginning. */
function ownerOf({ assignments }: Ruling, channel: ChannelId, at: EpochMs): Probe | null {
  const list = assignments[channel];
  if (list === undefined) return channel === "p" || channel === "q" ? channel : null;
  return (list.findLast((each) => each.from <= at) ?? list[0])?.rule ?? null;
}

function datedArbitrary<Rule>(
  rule: fc.Arbitrary<Rule>,
  instant: fc.Arbitrary<EpochMs>,
  maxLength: number,
): fc.Arbitrary<Dated<Rule>[]> {
  return fc
    .uniqueArray(fc.record({ from: instant, rule }), {
      minLength: 1,
      maxLength,
      selector: (each) => each.from,
    })
    .map((list) => list.toSorted((a, b) => a.from - b.from));
}

function instantArbitrary(readings: readonly Reading[]): fc.Arbitrary<EpochMs> {
  return fc
    .tuple(fc.constantFrom(...readings), fc.constantFrom(0, 0, 1, -1, 7_500, minuteMs))
    .map(([{ at }, shiftMs]) => at + shiftMs);
}

/** `listed`: the probes that all of a case's site files list as channels. */
function rulingArbitrary(readings: readonly Reading[], listed: readonly Probe[]): fc.Arbitrary<Ruling> {
  const instant = instantArbitrary(readings);
  const profiles = datedArbitrary(profileArbitrary, instant, 3);
  const offsets = datedArbitrary(fc.constantFrom(0, 0.1, -0.25, 0.5, -2), instant, 3);
  const assigned = (own: Probe | null) =>
    datedArbitrary(fc.constantFrom<Probe | null>("p", "q", null, own), instant, 3);
  return fc.record({
    profiles: fc.record({ p: profiles, q: profiles }),
    offsets: fc.record({ p: offsets, q: offsets }),
    assignments: fc
      .record({
        p: assigned("p"),
        q: assigned("q"),
        c: assigned("p"),
        d: assigned("q"),
      })
      .map(({ p, q, c, d }) => ({
        ...(listed.includes("p") && { p }),
        ...(listed.includes("q") && { q }),
        c,
        d,
      })),
  });
}

/** Other timings for a while: what a correction of a few hours long ago looks like. */
interface Patch {
  readonly probe: Probe;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly excursionAfter: DurationMs;
  readonly unmonitoredAfter: DurationMs;
}

function patchArbitrary(readings: readonly Reading[]): fc.Arbitrary<Patch> {
  const timing = fc.constantFrom(0, minuteMs, 10 * minuteMs, 60 * minuteMs);
  const instant = instantArbitrary(readings);
  return fc.record({
    probe: fc.constantFrom(...probes),
    from: instant,
    to: instant,
    excursionAfter: timing,
    unmonitoredAfter: timing,
  });
}

function patched(before: Ruling, { probe, from, to, excursionAfter, unmonitoredAfter }: Patch): Ruling {
  const timeline = before.profiles[probe];
  const starts = [...timeline.map((each) => each.from), from, to];
  const profiles = [...new Set(starts)]
    .toSorted((a, b) => a - b)
    .map((start) => {
      const rule = ruleAt(timeline, start);
      const isInside = from <= start && start < to;
      return { from: start, rule: isInside ? { ...rule, excursionAfter, unmonitoredAfter } : rule };
    });
  return { ...before, profiles: { ...before.profiles, [probe]: profiles } };
}

/** Corrections often change one thing, or something for a while, and leave the rest. */
function correctionsArbitrary(
  readings: readonly Reading[],
  listed: readonly Probe[],
): fc.Arbitrary<Ruling[]> {
  const part = fc.constantFrom<keyof Ruling | "all" | "patch">(
    "profiles",
    "offsets",
    "assignments",
    "all",
    "patch",
    "patch",
    "patch",
  );
  const correction = fc.record({
    next: rulingArbitrary(readings, listed),
    patch: patchArbitrary(readings),
    part,
  });
  return fc.array(correction, { minLength: 1, maxLength: 4 }).map((list) =>
    list.reduce<Ruling[]>((rulings, { next, patch, part: which }) => {
      const before = rulings.at(-1);
      if (before === undefined || which === "all") rulings.push(next);
      else rulings.push(which === "patch" ? patched(before, patch) : { ...before, [which]: next[which] });
      return rulings;
    }, []),
  );
}

const cases = traceArbitrary.chain(({ readings, now }) =>
  fc.record({
    readings: fc.constant(readings),
    now: fc.constant(now),
    heardOn: fc.array(fc.subarray([...channels], { minLength: 1, maxLength: 2 }), {
      minLength: readings.length,
      maxLength: readings.length,
    }),
    batches: deliveryArbitrary(readings),
    rulings: fc.subarray([...probes]).chain((listed) => correctionsArbitrary(readings, listed)),
    correctEvery: fc.integer({ min: 1, max: 4 }),
    restartEvery: fc.integer({ min: 1, max: 6 }),
    checkpointEvery: fc.integer({ min: 1, max: 12 }),
  }),
);

const input = { kind: "batch" as const, source: "test", encoding: "identity", body: new Uint8Array() };

function take({ committer, engine }: Inside, byChannel: ReadonlyMap<string, readonly Reading[]>): void {
  committer.commit(input, (commit) => engine.take(commit, byChannel));
}

function tick({ committer, engine, clock }: Inside): void {
  if (engine.isDue(clock.epochMs())) committer.commit({ ...input, kind: "tick" }, engine.tick);
}

/** All that the records hold. */
function dump(database: Database): string {
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  return names
    .map(({ name }) => JSON.stringify(database.prepare(`SELECT * FROM "${String(name)}"`).all(), readable))
    .join("\n");
}

function readable(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}

/** What stays comparable of an answer: the figures of what was still growing go on growing between revisions. */
function settled({ figures, ...rest }: StandingExcursion): unknown {
  const { side, start, end } = figures;
  return { ...rest, figures: isGrowing(figures) ? { side, start, end } : figures };
}

function comparable(excursions: readonly ExcursionFigures[]): unknown[] {
  return excursions
    .map(({ degreeMinutes: _area, ...rest }) => rest)
    .sort((a, b) => a.start - b.start || a.side.localeCompare(b.side));
}

function revisionsOf(database: Database): Map<string, string> {
  const rows = database.prepare("SELECT * FROM revisions").all();
  return new Map(
    rows.map((row) => [`${String(row["excursion"])} ${String(row["revision"])}`, JSON.stringify(row)]),
  );
}

/** Rehearses a correction, sees that nothing changed, and applies it: then what was foretold must happen. */
function correct(inside: Inside, ruling: Ruling): void {
  const before = dump(inside.database);
  const head = inside.journal.head();
  const foretold = inside.rehearseSite(siteOf(ruling), "test");
  expect(dump(inside.database)).toBe(before);
  expect(inside.journal.head()).toEqual(head);
  expect(inside.applySite(siteOf(ruling), "test")).toEqual(foretold);
}

interface Moment {
  readonly at: EpochMs;
  readonly answer: readonly StandingExcursion[];
}

/** Looks at what is known now, and sees that what was recorded before stands unchanged. */
function look(inside: Inside, revisions: Map<string, string>): Moment {
  const at = inside.clock.epochMs();
  const recorded = revisionsOf(inside.database);
  for (const [key, row] of revisions) expect(recorded.get(key)).toBe(row);
  for (const [key, row] of recorded) revisions.set(key, row);
  return { at, answer: inside.excursions.list(listAll, at) };
}

function started(database: Database, clock: VirtualClock, checkpointEvery: number): Inside {
  const inside = composeInside(database, clock, checkpointEvery);
  inside.begin(null);
  return inside;
}

test("corrections at any moment end in what the final rules say, and what was known stays known", () => {
  fc.assert(
    fc.property(cases, (given) => {
      const { readings, batches, rulings, heardOn, checkpointEvery } = given;
      const clock = virtualClock(Math.max(given.now, ...readings.map((reading) => reading.at)));
      const database = openDatabase(":memory:");
      let inside = started(database, clock, checkpointEvery);
      const channelsOf = new Map(readings.map((reading, index) => [reading, heardOn[index] ?? []]));
      const waiting = [...rulings];
      const applied: Ruling[] = [];
      const moments: Moment[] = [];
      const revisions = new Map<string, string>();
      const applyNext = (): void => {
        const next = waiting.shift();
        if (next === undefined) return;
        correct(inside, next);
        applied.push(next);
      };
      const lookNow = (): void => {
        moments.push(look(inside, revisions));
        clock.advance(1);
      };
      applyNext();
      for (const [index, batch] of batches.entries()) {
        if (index % given.restartEvery === given.restartEvery - 1)
          inside = started(database, clock, checkpointEvery);
        const byChannel = new Map<string, Reading[]>();
        for (const reading of batch) {
          for (const channel of channelsOf.get(reading) ?? [])
            byChannel.set(channel, [...(byChannel.get(channel) ?? []), reading]);
        }
        take(inside, byChannel);
        lookNow();
        if (index % 4 === 3) tick(inside);
        if (index % given.correctEvery === given.correctEvery - 1) applyNext();
        lookNow();
      }
      while (waiting.length > 0) {
        applyNext();
        lookNow();
      }
      clock.advance(2 * minuteMs);
      tick(inside);
      moments.push(look(inside, revisions));

      const now = clock.epochMs();
      const ruling = applied.at(-1);
      if (ruling === undefined) throw new RangeError("no rules were applied");
      for (const probe of probes) {
        const own = readings.filter((reading) =>
          (channelsOf.get(reading) ?? []).some((channel) => ownerOf(ruling, channel, reading.at) === probe),
        );
        const rules = { profiles: ruling.profiles[probe], offsets: ruling.offsets[probe] };
        const recorded = inside.excursions.list({ ...listAll, probe }, now);
        expect(comparable(recorded.map((each) => each.figures))).toEqual(
          comparable(naiveJudge(own, rules, now).excursions),
        );
        expect(recorded.every((each) => (each.status === "open") === (each.figures.end === null))).toBe(true);
      }
      for (const { at, answer } of moments) {
        expect(inside.excursions.knownAt.list(listAll, at).map(settled)).toEqual(answer.map(settled));
        for (const each of answer) {
          const known = inside.excursions.knownAt.find(each.id, at);
          expect(known && settled(known)).toEqual(settled(each));
        }
      }
      database.close();
    }),
    { numRuns: runs },
  );
});

test("timings corrected for the moment at which a long excursion began reach to its end", () => {
  const clock = virtualClock(60 * minuteMs);
  const database = openDatabase(":memory:");
  const inside = started(database, clock, 4);
  const profile: Profile = {
    low: 2,
    high: 6,
    criticalLow: null,
    criticalHigh: null,
    deadband: 0,
    maxGap: 5 * minuteMs,
    excursionAfter: 60 * minuteMs,
    recoverAfter: 5 * minuteMs,
    unmonitoredAfter: 30 * minuteMs,
    alarmDelay: 5 * minuteMs,
  };
  const always = [{ from: 0, rule: profile }];
  const none = [{ from: 0, rule: 0 }];
  const ruling: Ruling = {
    profiles: { p: always, q: always },
    offsets: { p: none, q: none },
    assignments: {},
  };
  correct(inside, ruling);
  const readings = Array.from({ length: 60 }, (_, minute) => ({
    at: minute * minuteMs,
    celsius: minute >= 8 && minute <= 30 ? 8 : 4,
  }));
  for (const reading of readings) take(inside, new Map([["p", [reading]]]));
  expect(inside.excursions.list(listAll, clock.epochMs())).toEqual([]);
  const window = { probe: "p" as const, from: 7 * minuteMs, to: 9 * minuteMs };
  correct(inside, patched(ruling, { ...window, excursionAfter: minuteMs, unmonitoredAfter: 30 * minuteMs }));
  expect(inside.excursions.list(listAll, clock.epochMs())).toMatchObject([
    { probe: "p", status: "closed", figures: { side: "high", start: 7.5 * minuteMs, end: 30.5 * minuteMs } },
  ]);
  database.close();
});
