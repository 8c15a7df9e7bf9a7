/** Sensors that lie, through the whole server: a distrusted reading is unknown and says why, two probes that disagree call a person once, and a forecast stands on the board. */
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { afterEach, expect, test } from "vitest";
import { exampleProfile, testServer, type TestServer, testStart } from "../testing/test-server.ts";

const trust =
  "trust: { powerOn: true, disconnected: true, allZeroBeyond: 1, maxJumpPerMinute: 2, stuckAfter: 2h }";
const site = (profile: string, pair: string): string => `
site: mechelen
timeZone: Europe/Brussels
profiles:
  red-cells-eu: ${profile}
appliances:
  - id: fridge-1
    name: Red cells 1
    kind: refrigerator
    profile: red-cells-eu
    probes: [ { id: p1 ${pair} }, { id: p2 } ]
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;
const trusting = site(exampleProfile.replace("}", `, ${trust} }`), "");
const paired = site(exampleProfile, ", pair: { with: p2, difference: 1.5, after: 10m }");

const running: TestServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function start(text: string): Promise<TestServer> {
  const server = await testServer({ site: text });
  running.push(server);
  return server;
}

const at = (minute: number): number => testStart + minute * minuteMs;
const iso = (minute: number): string => new Date(at(minute)).toISOString();

async function items(server: TestServer, path: string): Promise<Record<string, unknown>[]> {
  return ((await server.call("GET", path)).json as { items: Record<string, unknown>[] }).items;
}

/** Lets a minute pass and posts what probes say at its end. */
async function minute(server: TestServer, said: Readonly<Record<string, number>>): Promise<void> {
  server.clock.advance(minuteMs);
  for (const [probe, celsius] of Object.entries(said))
    await server.post(probe, [{ at: server.clock.epochMs(), celsius }]);
}

const disagreements = async (server: TestServer): Promise<Record<string, unknown>[]> =>
  (await items(server, "/v1/alarms")).filter(({ kind }) => kind === "probe-disagreement");

test("codes, zeros and jumps make unknown time and no excursion; the readings say why and what the sensor said", async () => {
  const server = await start(trusting);
  const said = [4, 4, 85, 4, -127, 4, 0, 4, 30, 4, 4, 4];
  server.clock.advance(11 * minuteMs);
  await server.post(
    "p1",
    said.map((celsius, index) => ({ at: at(index), celsius })),
  );
  const window = `from=${iso(0)}&to=${iso(11)}`;
  expect((await server.call("GET", `/v1/probes/p1/coverage?${window}`)).json).toEqual({
    inMs: 3 * minuteMs,
    lowMs: 0,
    highMs: 0,
    unknownMs: 8 * minuteMs,
    pendingMs: 0,
  });
  const { json } = await server.call("GET", `/v1/probes/p1/readings?${window}`);
  const { readings } = json as { readings: { fault?: string; said?: number }[] };
  expect(readings.flatMap(({ fault, said: value }) => (fault === undefined ? [] : [[fault, value]]))).toEqual(
    [
      ["power-on", 85],
      ["disconnected", -127],
      ["bus", 0],
      ["jump", 30],
    ],
  );
  expect(await items(server, "/v1/excursions")).toEqual([]);
});

test("the same readings under a profile without a section are what they say", async () => {
  const server = await start(site(exampleProfile, ""));
  await server.post("p1", [
    { at: at(-2), celsius: 4 },
    { at: at(-1), celsius: 85 },
    { at: at(0), celsius: 4 },
  ]);
  expect(await items(server, "/v1/excursions")).toMatchObject([
    { side: "high", critical: true, extremeCelsius: 85 },
  ]);
});

test("a board tells the reason in words where the latest reading is distrusted", async () => {
  const server = await start(trusting);
  await minute(server, { p1: 4, p2: 4 });
  await minute(server, { p1: 85, p2: 4 });
  expect((await server.call("GET", "/")).text).toContain("Sensor just started");
});

test("two probes that disagree for long enough call a person once, also across a restart, and it is over when they agree", async () => {
  let server = await start(paired);
  for (let passed = 0; passed < 9; passed += 1) await minute(server, { p1: 4, p2: 5.8 });
  running.splice(0);
  server = await server.restart();
  running.push(server);
  await minute(server, { p1: 4, p2: 5.8 });
  expect(await disagreements(server)).toEqual([]);
  await minute(server, { p1: 4, p2: 5.8 });
  await minute(server, { p1: 4, p2: 5.8 });
  const [alarm, ...others] = await disagreements(server);
  expect(others).toEqual([]);
  expect(alarm).toMatchObject({ probe: "p1", appliance: "fridge-1", phase: "unacknowledged" });
  expect(String(alarm?.["text"])).toContain("p1 says 4.0 °C, p2 says 5.8 °C");
  expect((await server.call("GET", "/appliances/fridge-1")).text.match(/class="doubt"/g)).toHaveLength(2);
  expect(await items(server, "/v1/excursions")).toEqual([]);
  await minute(server, { p1: 4, p2: 5.2 });
  expect(await disagreements(server)).toMatchObject([{ phase: "returned-unacknowledged" }]);
  expect((await server.call("GET", "/appliances/fridge-1")).text).not.toContain(`class="doubt"`);
});

test("a pair that the site no longer has ends its alarm", async () => {
  let server = await start(paired);
  for (let passed = 0; passed < 12; passed += 1) await minute(server, { p1: 4, p2: 5.8 });
  expect(await disagreements(server)).toMatchObject([{ phase: "unacknowledged" }]);
  running.splice(0);
  server = await server.restart({ site: site(exampleProfile, "") });
  running.push(server);
  await minute(server, { p1: 4, p2: 5.8 });
  expect(await disagreements(server)).toMatchObject([{ phase: "returned-unacknowledged" }]);
});

test("a probe that heads for its limit has a forecast on the board and on its page, one that stands still has none", async () => {
  const server = await start(site(exampleProfile, ""));
  for (let passed = 0; passed < 12; passed += 1) await minute(server, { p1: 4 + 0.1 * passed, p2: 4 });
  const board = (await server.call("GET", "/")).text;
  expect(board).toMatch(/At this rate above 6\s°C at <b>01:21<\/b>/);
  const page = (await server.call("GET", "/appliances/fridge-1")).text;
  expect(page.match(/class="forecast"/g)).toHaveLength(1);
});
