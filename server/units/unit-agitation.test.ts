/** Agitators stop, mains fail, gateways tell of it late, twice and in any order, units move about: what a unit's ledger says of agitation is what looking minute by minute finds, and a replay says the same. */
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { parse } from "yaml";
import type { ExposureLedger } from "@coldkeep/core/exposure/ledger.ts";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import { formatInstant, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { composeInside } from "../inside.ts";
import { replay } from "../replay/replay.ts";
import { openDatabase } from "../store/database.ts";
import { exampleProfile, type TestServer, testServer, testStart } from "../testing/test-server.ts";
import { takeFeed } from "./take-feed.ts";

const siteText = `
site: s
timeZone: UTC
profiles:
  platelets: { low: 20, high: 24, deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m }
  cells: ${exampleProfile}
appliances:
  - { id: inc-1, name: Platelets 1, kind: incubator, profile: platelets, agitatorDelay: 5m, probes: [ { id: i1 } ] }
  - { id: inc-2, name: Platelets 2, kind: incubator, profile: platelets, probes: [ { id: i2 } ] }
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: cells, probes: [ { id: p1 } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;
const unit = { din: "G123417000001", productCode: "E2834V00" };
const instant = (minute: number): string => formatInstant(testStart + minute * minuteMs);

interface Detail {
  readonly ledger: {
    readonly outMs: number;
    readonly byKind: Record<string, Record<string, number>>;
    readonly exposures: readonly {
      readonly kind: string;
      readonly place: string | null;
      readonly start: string;
      readonly end: string;
      readonly outMs: number;
      readonly unknownMs: number;
    }[];
  };
  readonly advice: {
    readonly component: string;
    readonly rules: readonly { readonly rule: string; readonly verdict: string }[];
  };
}

let running: TestServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function server(minute: number): Promise<TestServer> {
  running = await testServer({ site: siteText, start: testStart + minute * minuteMs });
  return running;
}

async function tell(at: TestServer, ...events: object[]): Promise<unknown> {
  const body = { gateway: "g", sequence: sequence++, readings: [], events };
  return (await at.call("POST", "/v1/batches", body)).json;
}
let sequence = 1;

async function detail(at: TestServer): Promise<Detail> {
  return (await at.call("GET", `/v1/units/${unit.din}/${unit.productCode}`)).json as Detail;
}

const agitator = (minute: number, active: boolean, subject = "inc-1") => ({
  subject,
  kind: "agitator",
  active,
  at: instant(minute),
});

test("an agitator that stands still is an alarm after its delay, and time without agitation of what lies there", async () => {
  const at = await server(1);
  const movements = [
    { ...unit, at: instant(0), appliance: "inc-1", reason: "stock" },
    { ...unit, at: instant(100), appliance: null, reason: "to the ward" },
    { ...unit, at: instant(130), appliance: "fridge-1", reason: "wrong place" },
    { ...unit, at: instant(150), appliance: "inc-1", reason: "returned" },
  ];
  await tell(at, agitator(0, false));
  at.clock.advance(20 * minuteMs);
  expect(await tell(at, agitator(17, true))).toMatchObject({ events: { accepted: 1 } });
  const alarms = async () =>
    (
      (await at.call("GET", "/v1/alarms")).json as { items: { kind: string; text: string; phase: string }[] }
    ).items.filter(({ kind }) => kind === "agitator");
  expect(await alarms()).toEqual([]);
  at.clock.advance(2 * minuteMs);
  at.server.ticker.tick();
  expect(await alarms()).toMatchObject([
    { phase: "unacknowledged", text: expect.stringMatching(/^Platelets 1: agitator stopped since /) },
  ]);
  at.clock.advance(7 * hourMs);
  await at.call("POST", "/v1/units/feed", { units: [unit], movements });
  await tell(at, agitator(60, false), { subject: "i1", kind: "power", active: true, at: instant(200) });
  expect(await alarms()).toMatchObject([{ phase: "returned-unacknowledged" }]);
  const { ledger, advice } = await detail(at);
  expect(advice.component).toBe("platelets");
  const until = 23 + 7 * 60;
  expect(ledger.byKind["no-agitation"]).toMatchObject({
    count: 3,
    outMs: (60 - 17 + 50) * minuteMs,
    unknownMs: (until - 200) * minuteMs,
    longestOutMs: 50 * minuteMs,
    longestLengthMs: (until - 200) * minuteMs,
  });
  expect(ledger.byKind["out-of-storage"]).toMatchObject({ count: 1, outMs: 30 * minuteMs });
  expect(ledger.outMs).toBe(0);
  expect(
    ledger.exposures
      .filter(({ kind }) => kind === "no-agitation")
      .map(({ place, start, outMs }) => [place, start, outMs / minuteMs]),
  ).toEqual([
    ["inc-1", instant(17), 43],
    [null, instant(100), 30],
    ["fridge-1", instant(130), 20],
    ["inc-1", instant(200), 0],
  ]);
  expect(advice.rules.find(({ rule }) => rule === "platelets-agitation")).toMatchObject({
    verdict: "within",
  });
  at.clock.advance(5 * hourMs);
  expect((await detail(at)).advice.rules.find(({ rule }) => rule === "platelets-agitation")).toMatchObject({
    verdict: "cannot-tell",
  });
});

test("where nothing is heard of the appliance nothing is known of its agitation, until late readings show that it was", async () => {
  const at = await server(600);
  await at.call("POST", "/v1/units/feed", {
    units: [unit],
    movements: [{ ...unit, at: instant(0), appliance: "inc-1", reason: "stock" }],
  });
  await tell(at, agitator(0, false));
  const minutes = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      at: testStart + (from + index) * minuteMs,
      celsius: 22,
    }));
  await at.post("i1", minutes(0, 100));
  await at.post("i1", minutes(300, 600));
  const silent = (await detail(at)).ledger;
  expect(silent.byKind["no-agitation"]).toMatchObject({ count: 1, outMs: 0, unknownMs: 200 * minuteMs });
  expect(silent.byKind["equipment"]).toMatchObject({ count: 1, unknownMs: 200 * minuteMs });
  await at.post("i1", minutes(101, 299));
  expect((await detail(at)).ledger.byKind["no-agitation"]).toMatchObject({ count: 0, unknownMs: 0 });
});

test("without a word of any agitator all is unknown, and agitators are of appliances alone", async () => {
  const at = await server(600);
  await at.call("POST", "/v1/units/feed", {
    units: [unit],
    movements: [{ ...unit, at: instant(0), appliance: "inc-2", reason: "stock" }],
  });
  const { ledger, advice } = await detail(at);
  expect(ledger.byKind["no-agitation"]).toMatchObject({ count: 1, outMs: 0, unknownMs: 600 * minuteMs });
  expect(advice.rules.find(({ rule }) => rule === "platelets-agitation")).toMatchObject({
    verdict: "cannot-tell",
  });
  expect(await tell(at, agitator(1, true, "i2"), agitator(1, true, "logger-7"))).toMatchObject({
    events: {
      accepted: 0,
      rejected: [{ code: "event.subject-unknown" }, { code: "event.subject-unknown" }],
    },
  });
});

const length = 120;
const places = ["inc-1", "inc-2", "fridge-1", null] as const;
const words = fc.array(
  fc.record({
    minute: fc.integer({ min: -5, max: length - 1 }),
    active: fc.boolean(),
    subject: fc.constantFrom("inc-1", "inc-2"),
    kind: fc.constantFrom("agitator", "agitator", "power"),
  }),
  { maxLength: 14 },
);
const walks = fc.uniqueArray(
  fc.record({ minute: fc.integer({ min: 0, max: length - 1 }), place: fc.constantFrom(...places) }),
  { minLength: 1, maxLength: 8, selector: ({ minute }) => minute },
);

/** Minutes without agitation and unknown ones, by looking at each. */
function naive(
  told: readonly { minute: number; active: boolean; subject: string; kind: string }[],
  steps: readonly { minute: number; place: string | null }[],
): { out: number; unknown: number } {
  const found = { out: 0, unknown: 0 };
  const placeAt = (minute: number) =>
    steps.filter((step) => step.minute <= minute).toSorted((a, b) => b.minute - a.minute)[0]?.place;
  const word = (kind: string, subject: string | null, minute: number): boolean | undefined => {
    const own = told.filter(
      (each) => each.kind === kind && each.subject === subject && each.minute <= minute,
    );
    const last = Math.max(...own.map((each) => each.minute));
    return own.length === 0 ? undefined : own.some((each) => each.minute === last && each.active);
  };
  const inside = steps.filter(({ place }) => place !== null).map(({ minute }) => minute);
  for (let minute = Math.min(...inside); minute < length; minute += 1) {
    const place = placeAt(minute) ?? null;
    if (place === null) {
      if (inside.some((each) => each > minute)) found.out += 1;
    } else if (place === "fridge-1" || word("agitator", place, minute) === true) found.out += 1;
    else if (word("agitator", place, minute) === undefined || word("power", place, minute) === true)
      found.unknown += 1;
  }
  return found;
}

test("whatever comes in whatever order, the ledger is that of the naive model, and a replay makes the same", async () => {
  let outSeen = 0;
  await fc.assert(
    fc.asyncProperty(words, walks, fc.func(fc.nat()), async (told, steps, rank) => {
      const clock = virtualClock(testStart + length * minuteMs);
      const database = openDatabase(":memory:");
      const inside = composeInside(database, clock, undefined, undefined, [
        { product: "E2834", component: "platelets" },
      ]);
      inside.begin(null);
      inside.applySite(siteSchema.parse(parse(siteText)), "test");
      takeFeed(inside, "feed", { units: [unit], movements: [] });
      const acts = [
        ...told.map((word) => ({ word })),
        ...told.slice(0, 3).map((word) => ({ word })),
        ...steps.map((step) => ({ step })),
      ].toSorted((a, b) => rank(a) - rank(b));
      for (const [index, act] of acts.entries()) {
        if ("step" in act) {
          const { minute, place } = act.step;
          takeFeed(inside, "feed", {
            units: [],
            movements: [{ ...unit, at: instant(minute), appliance: place, reason: "walk" }],
          });
          continue;
        }
        const { minute, ...event } = act.word;
        const batch = {
          gateway: "g",
          sequence: index,
          readings: [],
          events: [{ ...event, at: instant(minute) }],
        };
        const text = JSON.stringify(batch);
        inside.takeBatch({ encoding: "identity", body: new TextEncoder().encode(text), text, source: "g" });
      }
      const number = inside.units.find(unit)?.number ?? expect.fail();
      const ledger: ExposureLedger = await inside.units.ledger(number, clock.epochMs());
      const { outMs, unknownMs } = ledger.byKind["no-agitation"];
      const expected = steps.some(({ place }) => place !== null)
        ? naive(told, steps)
        : { out: 0, unknown: 0 };
      expect({ out: outMs / minuteMs, unknown: unknownMs / minuteMs }).toEqual(expected);
      outSeen += expected.out;
      expect(replay(database, () => undefined).differing).toEqual([]);
      database.close();
    }),
    { numRuns: Number(process.env["RUNS"] ?? 100) },
  );
  expect(outSeen).toBeGreaterThan(100);
});
