/** A stay in a transport box is measured from the box's probe by the limits of transport, also from a logger that is read out afterwards; rules about transport advise. */
import { afterEach, expect, test } from "vitest";
import { formatInstant, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { exampleProfile, type TestServer, testServer, testStart } from "../testing/test-server.ts";

const site = `
site: s
timeZone: UTC
profiles:
  cells: ${exampleProfile}
  carried: { low: 2, high: 10, deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m }
  air: { maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m }
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: cells, probes: [ { id: p1 } ] }
  - { id: box-1, name: Box 1, kind: transport-box, profile: carried, probes: [ { id: b1 }, { id: b1-air, kind: air, profile: air } ] }
  - { id: box-2, name: Box 2, kind: transport-box, profile: carried, probes: [ { id: b2 } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;
const unit = { din: "G123417000001", productCode: "E0336V00" };
const instant = (minute: number): string => formatInstant(testStart + minute * minuteMs);

interface Totals {
  readonly count: number;
  readonly outMs: number;
  readonly unknownMs: number;
}

interface Detail {
  readonly status: string;
  readonly ledger: Totals & {
    readonly byKind: Record<string, Totals>;
    readonly exposures: readonly { readonly kind: string; readonly causes: readonly string[] }[];
  };
  readonly advice: {
    readonly rules: readonly { rule: string; verdict: string; figures: readonly string[] }[];
  };
}

let running: TestServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function server(minute: number): Promise<TestServer> {
  running = await testServer({ site, start: testStart + minute * minuteMs });
  return running;
}

async function detail(at: TestServer): Promise<Detail> {
  return (await at.call("GET", `/v1/units/${unit.din}/${unit.productCode}`)).json as Detail;
}

async function move(at: TestServer, ...steps: readonly (readonly [minute: number, place: string | null])[]) {
  const movements = steps.map(([minute, appliance]) => ({ ...unit, at: instant(minute), appliance }));
  await at.call("POST", "/v1/units/feed", { units: [unit], movements });
}

const readings = (from: number, to: number, celsius: (minute: number) => number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    at: testStart + (from + index) * minuteMs,
    celsius: celsius(from + index),
  }));

const adviceOf = ({ advice }: Detail, id: string) => advice.rules.find(({ rule }) => rule === id);

test("what the logger of a box tells afterwards becomes the transport's figures, and its excursion is not one of equipment", async () => {
  const at = await server(300);
  await move(at, [0, "fridge-1"], [60, null], [65, "box-1"], [185, "fridge-1"]);
  const before = await detail(at);
  expect(before.ledger.byKind["transport"]).toMatchObject({
    count: 1,
    lengthMs: 2 * hourMs,
    longestLengthMs: 2 * hourMs,
    outMs: 0,
    unknownMs: 2 * hourMs,
    worstCaseMs: 2 * hourMs,
    minCelsius: null,
  });
  expect(adviceOf(before, "transport-red-cells-24-h")).toMatchObject({ verdict: "cannot-tell" });
  // Warmer than 10 degrees for a quarter of an hour; the air, which has no limits, is warmer still and is only recorded.
  await at.post(
    "b1",
    readings(60, 190, (minute) => (minute >= 100 && minute < 115 ? 11 : 6)),
  );
  await at.post(
    "b1-air",
    readings(60, 190, () => 15),
  );
  const after = await detail(at);
  const { byKind, exposures } = after.ledger;
  expect(after.status).toBe("held");
  expect(byKind["equipment"]?.count).toBe(0);
  expect(byKind["out-of-storage"]).toMatchObject({ count: 1, outMs: 5 * minuteMs });
  expect(byKind["transport"]).toMatchObject({ count: 1, lengthMs: 2 * hourMs, unknownMs: 0, maxCelsius: 11 });
  // 14 minutes between the readings above, and the crossings at 10 °C on the way from 6 to 11 and back: a fifth of a minute each.
  expect(byKind["transport"]?.outMs).toBe(14.4 * minuteMs);
  expect(after.ledger).toMatchObject({ count: 1, outMs: 14.4 * minuteMs });
  const [carried] = exposures.filter(({ kind }) => kind === "transport");
  expect(carried).toMatchObject({ limits: { low: 2, high: 10 }, causes: [expect.any(String)] });
  expect(adviceOf(after, "transport-red-cells-24-h")).toMatchObject({
    verdict: "exceeded",
    figures: [
      "at the longest 2 h 00 min in transport; allowed: 24 h 00 min",
      "warmest 11 °C in transport; allowed: up to 10 °C",
      "coldest 6 °C in transport; allowed: down to 2 °C",
    ],
  });
});

test("boxes one straight after the other are one transport for the rules, and one that goes on lasts until now", async () => {
  const at = await server(26 * 60);
  await move(at, [0, "fridge-1"], [30, "box-1"], [700, "box-2"]);
  await at.post(
    "b1",
    readings(30, 700, () => 5),
  );
  await at.post(
    "b2",
    readings(700, 26 * 60, () => 5),
  );
  const found = await detail(at);
  expect(found.ledger.byKind["transport"]).toMatchObject({
    count: 2,
    lengthMs: (26 * 60 - 30) * minuteMs,
    longestLengthMs: (26 * 60 - 30) * minuteMs,
    outMs: 0,
    unknownMs: 0,
  });
  expect(adviceOf(found, "transport-red-cells-24-h")).toMatchObject({ verdict: "exceeded" });
  expect(found.ledger.count).toBe(0);
});
