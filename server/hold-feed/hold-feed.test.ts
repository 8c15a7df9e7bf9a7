import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import {
  type HoldConfirmation,
  type HoldMessage,
  holdPostSchema,
} from "@coldkeep/core/contract/hold-feed.ts";
import { formatInstant, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { type BloodBankLink, httpBloodBank, type Told } from "./blood-bank-link.ts";
import { type HoldFeed, makeHoldFeed } from "./hold-feed.ts";

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const din = (index: number): string => `G12341700000${index}`;
const confirmAll = (units: readonly HoldMessage[]): HoldConfirmation =>
  units.map(({ din: number, productCode, sequence }) => ({ din: number, productCode, sequence }));

/** A server with three units in a refrigerator that was too warm for 20 minutes: they are on hold. */
async function withHolds(): Promise<TestServer> {
  const running = await testServer({ start: testStart + 60 * minuteMs });
  ending.push(running.stop);
  const units = [1, 2, 3].map((index) => ({ din: din(index), productCode: "E0336V00" }));
  const movements = units.map((unit) => ({ ...unit, at: formatInstant(testStart), appliance: "fridge-1" }));
  expect((await running.call("POST", "/v1/units/feed", { units, movements })).status).toBe(200);
  const celsius = [4, ...Array.from({ length: 20 }, () => 9), 4, 4, 4, 4, 4, 4, 4, 4, 4];
  await running.post(
    "p1",
    celsius.map((each, minute) => ({ at: testStart + minute * minuteMs, celsius: each })),
  );
  return running;
}

function feedOf({ server }: TestServer, link: BloodBankLink): HoldFeed {
  const parts = { ...server.services, link, confirmWithinMs: 10 * minuteMs, warn: () => undefined };
  const feed = makeHoldFeed(parts);
  feed.start();
  ending.push(feed.stop);
  return feed;
}

/** Lets time pass second by second, with what follows from each. */
async function pass({ clock }: TestServer, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(secondMs);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
  }
}

test("each held unit is told until it is confirmed, and again when its hold changes", async () => {
  const running = await withHolds();
  const posts: HoldMessage[][] = [];
  let answer: (units: readonly HoldMessage[]) => Told = () => ({ ok: false, reason: "away" });
  const feed = feedOf(running, async (site, units) => {
    expect(site).toBe("mechelen");
    posts.push([...units]);
    return answer(units);
  });
  await pass(running, 10);
  expect(posts.length).toBeGreaterThan(1);
  expect(posts.length).toBeLessThan(6);
  expect(feed.owed()).toBe(3);
  answer = (units) => ({ ok: true, confirmed: confirmAll(units.slice(0, 2)) });
  await pass(running, 60);
  expect(feed.owed()).toBe(0);
  expect(posts.at(-1)?.map((unit) => [unit.din, unit.isHeld, unit.holds.length])).toEqual([
    [din(3), true, 1],
  ]);
  const told = posts.length;
  await pass(running, 60);
  expect(posts.length).toBe(told);
  const decision = { decision: "release", by: "Quality Officer", reason: "core stayed below 10" };
  await running.call("POST", `/v1/units/${din(2)}/E0336V00/disposition`, decision);
  await pass(running, 5);
  expect(posts.at(-1)).toMatchObject([{ din: din(2), isHeld: false, status: "released", holds: [] }]);
  expect(replay(running.server.services.database, () => undefined).differing).toEqual([]);
});

test("a confirmation of what has changed since confirms nothing", async () => {
  const running = await withHolds();
  let first: readonly HoldMessage[] = [];
  let release = (_told: Told): void => undefined;
  const feed = feedOf(running, (_site, units) => {
    if (first.length > 0) return Promise.resolve({ ok: true, confirmed: [] });
    first = units;
    return new Promise((resolve) => {
      release = resolve;
    });
  });
  await pass(running, 2);
  const decision = { decision: "discard", by: "Quality Officer", reason: "too warm" };
  await running.call("POST", `/v1/units/${din(1)}/E0336V00/disposition`, decision);
  release({ ok: true, confirmed: confirmAll(first) });
  await pass(running, 2);
  expect(feed.owed()).toBe(1);
});

test("what is not confirmed in time is an alarm, which ends with the confirmation", async () => {
  const running = await withHolds();
  let isAway = true;
  feedOf(running, async (_site, units) =>
    isAway ? { ok: false, reason: "it answered 503" } : { ok: true, confirmed: confirmAll(units) },
  );
  const alarms = () =>
    running.server.services.alarms
      .underWay()
      .filter(({ kind, state }) => kind === "holds-unconfirmed" && state.condition);
  await pass(running, 9 * 60);
  expect(alarms()).toEqual([]);
  await pass(running, 7 * 60);
  expect(alarms()).toHaveLength(1);
  isAway = false;
  await pass(running, 6 * 60);
  expect(alarms()).toEqual([]);
});

test("over HTTP: posts with its token, and takes for confirmed only what the answer says", async () => {
  const seen: { authorization: string | undefined; units: number }[] = [];
  let reply: { status: number; body: string } = { status: 200, body: "{}" };
  const system: Server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      const post = holdPostSchema.parse(JSON.parse(text));
      seen.push({ authorization: request.headers.authorization, units: post.units.length });
      response.writeHead(reply.status, { "content-type": "application/json" }).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => system.listen(0, "127.0.0.1", resolve));
  ending.push(() => new Promise((resolve) => system.close(resolve)));
  const address = system.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const token = "secret-of-the-blood-bank";
  const settings = { url: `http://127.0.0.1:${port}/holds`, token, confirmWithin: 10 * minuteMs };
  const link = httpBloodBank(settings);
  const at = formatInstant(testStart);
  const key = { din: din(1), productCode: "E0336V00", sequence: 4 };
  const unit = { ...key, changedAt: at, status: "held", isHeld: true, appliance: null, holds: [] };
  const stop = new AbortController();
  const tell = () => link("mechelen", [unit], stop.signal);
  expect(await tell()).toMatchObject({ ok: false });
  reply = { status: 200, body: JSON.stringify({ confirmed: [key] }) };
  expect(await tell()).toEqual({ ok: true, confirmed: [key] });
  reply = { status: 503, body: "<html>busy</html>" };
  expect(await tell()).toEqual({ ok: false, reason: "it answered 503" });
  expect(seen[0]).toEqual({ authorization: `Bearer ${token}`, units: 1 });
  const gone = await httpBloodBank({ ...settings, url: "http://127.0.0.1:9/holds" })(
    "x",
    [unit],
    stop.signal,
  );
  expect(gone.ok ? "" : gone.reason).toMatch(/could not be reached/);
  expect(JSON.stringify(gone)).not.toContain(token);
});
