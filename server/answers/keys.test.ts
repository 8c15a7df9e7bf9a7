/** Calls that are answered by pressing a key: from the alarm through a telephone that Twilio rings to the alarm's record. */
import { createHmac } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { formatInstant, type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { HttpCall } from "../channels/http-call.ts";
import { twilioVoice } from "../channels/twilio.ts";
import { sendTest, testOrder } from "../duty-pages/test-message.ts";
import { replay } from "../replay/replay.ts";
import { type FakeChannel, fakeChannel } from "../testing/fake-channel.ts";
import { exampleSite, type TestServer, testServer, testStart } from "../testing/test-server.ts";
import { keyPromiseMs } from "./take-key.ts";

const publicUrl = "https://cold.example.org";
const authToken = "a token of twenty-odd characters";
const site = `${exampleSite.slice(0, exampleSite.indexOf("contacts:"))}
contacts:
  - { id: an, name: An Peeters, phone: "+32470000001", by: [voice, sms], language: nl }
  - { id: bo, name: Bo Claes, phone: "+32470000002", by: [voice], language: fr }
  - { id: cy, name: Cy Maes, phone: "+32470000003", by: [voice] }
policies:
  - id: standard
    steps:
      - { call: [ { contact: an } ], by: [voice] }
      - { after: 10m, call: [ { contact: bo }, { contact: cy } ] }
    answerWithin: 60m
`;

const idle = virtualClock(testStart);
let running: TestServer | null = null;
afterEach(async () => {
  if (running !== null)
    expect(replay(running.server.services.database, () => undefined).differing).toEqual([]);
  await running?.stop();
  running = null;
});

interface World {
  readonly server: TestServer;
  readonly sms: FakeChannel;
  /** The telephones that were rung, with what each was told. */
  readonly rung: { readonly to: string; readonly keysUrl: string; readonly twiml: string }[];
}

/** A server whose calls go to a stand-in for Twilio that takes them all; how they end is told by nobody. */
async function start(): Promise<World> {
  const rung: { to: string; keysUrl: string; twiml: string }[] = [];
  const call = async ({ method, body }: HttpCall) => {
    const answer = { ok: true as const, retryAfterMs: null };
    if (method === "GET") return { ...answer, status: 200, text: JSON.stringify({ status: "in-progress" }) };
    const fields = new URLSearchParams(body);
    const twiml = fields.get("Twiml") ?? "";
    const keysUrl = (/action="([^"]*)"/.exec(twiml)?.[1] ?? "").replaceAll("&amp;", "&");
    rung.push({ to: fields.get("To") ?? "", keysUrl, twiml });
    return { ...answer, status: 201, text: JSON.stringify({ sid: `CA${rung.length}` }) };
  };
  const settings = {
    kind: "twilio-voice",
    id: "calls",
    accountSid: "AC1",
    authToken,
    baseUrl: "https://api",
    from: "+3215",
  } as const;
  const sms = fakeChannel("sms-1", "sms");
  const now = (): Clock => running?.clock ?? idle;
  const clock: Clock = {
    epochMs: () => now().epochMs(),
    monotonicMs: () => now().monotonicMs(),
    after: (delay, act) => now().after(delay, act),
  };
  const channels = [twilioVoice(settings, call, clock, publicUrl), sms];
  const server = await testServer({ site, channels, publicUrl });
  running = server;
  await server.server.start();
  return { server, sms, rung };
}

/** Lets time pass, second by second, with a warm reading each minute. */
async function pass({ server }: World, length: DurationMs): Promise<void> {
  for (let done = 0; done < length; done += secondMs) {
    if (done % minuteMs === 0) await server.post("p1", [{ at: server.clock.epochMs(), celsius: 9 }]);
    server.clock.advance(secondMs);
    for (let turn = 0; turn < 6; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      server.clock.advance(0);
    }
  }
}

/** Twilio tells of the n-th call: a key, or how it stands. */
async function tell({ server, rung }: World, nth: number, fields: Record<string, string>): Promise<string> {
  const { to = "", keysUrl = "" } = rung[nth - 1] ?? {};
  const url = "Digits" in fields ? keysUrl : `${publicUrl}/v1/channels/calls/status`;
  const sent = { CallSid: `CA${nth}`, To: to, ...fields };
  const sorted = Object.entries(sent).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const answer = await server.server.web.inject({
    method: "POST",
    url: url.slice(publicUrl.length),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": createHmac("sha1", authToken)
        .update(url + sorted.flat().join(""))
        .digest("base64"),
    },
    payload: new URLSearchParams(sent).toString(),
  });
  expect(answer.statusCode).toBe(200);
  return answer.payload;
}

const telephones = ({ rung }: World): string[] => rung.map(({ to }) => to.slice(-1));
const rows = ({ server }: World, sql: string) => server.server.services.database.prepare(sql).all();
const kinds = ({ server }: World): string[] =>
  server.server.services.alarms
    .underWay()
    .filter(({ state }) => state.condition)
    .map(({ kind }) => kind)
    .toSorted();

test("1 takes the call on for a while, proves that a person heard it, and says until when; said twice it counts once", async () => {
  const world = await start();
  await pass(world, 6 * minuteMs);
  expect(telephones(world)).toEqual(["1"]);
  expect(world.rung[0]?.twiml).toContain("Druk op één om het op u te nemen.");
  const until = world.server.clock.epochMs() + keyPromiseMs;
  const said = await tell(world, 1, { Digits: "1" });
  expect(said).toContain('language="nl-NL">Genoteerd: u neemt het op u, tot ');
  expect(said).toMatch(/tot [a-zé]+ uur [a-zëé]+\./);
  expect(await tell(world, 1, { Digits: "1" })).toBe(said);
  const [alarm] = world.server.server.services.alarms.underWay();
  expect(alarm?.state).toMatchObject({
    acknowledged: true,
    acknowledgedBy: "An Peeters",
    promise: { what: "on the way", until },
  });
  expect(rows(world, "SELECT actor, note FROM alarm_events WHERE event = 'acknowledged'")).toEqual([
    { actor: "contact:an", note: `by voice; on the way (by ${formatInstant(until)})` },
  ]);
  expect(rows(world, "SELECT sender, text, contact, outcome FROM replies")).toEqual([
    { sender: "+32470000001", text: "1", contact: "an", outcome: "taken" },
  ]);
  expect(rows(world, "SELECT contact, outcome FROM deliveries")).toEqual([
    { contact: "an", outcome: "delivered" },
  ]);
  // How the call ended is of no interest any more.
  await tell(world, 1, { CallStatus: "completed" });
  await pass(world, 14 * minuteMs);
  expect([telephones(world), world.sms.sent]).toEqual([["1"], []]);
  await pass(world, 2 * minuteMs);
  expect(telephones(world)).toEqual(["1", "1"]);
});

test("3 calls the next step at once, and stands in the alarm's record", async () => {
  const world = await start();
  await pass(world, 6 * minuteMs);
  expect(await tell(world, 1, { Digits: "3" })).toContain("u kunt niet komen");
  await pass(world, 2 * secondMs);
  expect(telephones(world)).toEqual(["1", "2", "3"]);
  expect(rows(world, "SELECT actor, note FROM alarm_events WHERE event = 'declined'")).toEqual([
    { actor: "contact:an", note: "by voice; cannot come" },
  ]);
  // One of two can still come: nobody else is called, and nothing is raised.
  expect(await tell(world, 2, { Digits: "3" })).toContain("vous ne pouvez pas venir");
  expect(kinds(world)).toEqual(["temperature-high"]);
  // Nobody is left: that nobody comes is not waited for.
  await tell(world, 3, { Digits: "3" });
  expect(kinds(world)).toEqual(["temperature-high", "unanswered"]);
  // Who can come after all still may.
  expect(await tell(world, 2, { Digits: "1" })).toContain("vous vous en chargez");
  expect(kinds(world)).toEqual(["temperature-high"]);
});

test("a call that is taken by nobody, or by what presses no key, is gone round by the next way", async () => {
  const world = await start();
  await pass(world, 6 * minuteMs);
  await tell(world, 1, { CallStatus: "completed", AnsweredBy: "human" });
  await pass(world, 2 * secondMs);
  expect(world.sms.sent.map(({ address }) => address)).toEqual(["+32470000001"]);
  expect(rows(world, "SELECT event, detail FROM delivery_events WHERE event = 'not-delivered'")).toEqual([
    { event: "not-delivered", detail: "the call was taken, but no key was pressed" },
  ]);
});

test("2 says it again, any other key says that it does nothing, and none at all that others are called", async () => {
  const world = await start();
  await pass(world, 6 * minuteMs);
  const again = await tell(world, 1, { Digits: "2" });
  expect(again).toContain("Druk op één om het op u te nemen.");
  expect(again).toContain("<Gather");
  expect(await tell(world, 1, { Digits: "9" })).toContain("Die toets doet hier niets. ");
  expect(await tell(world, 1, { Digits: "" })).toContain("Er werd geen toets ingedrukt.");
  expect(rows(world, "SELECT text, outcome FROM replies")).toEqual([
    { text: "9", outcome: "not-understood" },
  ]);
  expect(world.server.server.services.alarms.underWay()[0]?.state.acknowledged).toBe(false);
});

test("a key about what somebody has taken on already, or about no message, changes nothing", async () => {
  const world = await start();
  await pass(world, 6 * minuteMs);
  await tell(world, 1, { Digits: "3" });
  await pass(world, 2 * secondMs);
  await tell(world, 2, { Digits: "1" });
  expect(await tell(world, 3, { Digits: "1" })).toContain("nothing left to take on");
  expect(await tell(world, 3, { Digits: "3" })).toContain("nothing left to take on");
  expect(world.server.server.services.alarms.underWay()[0]?.state.acknowledgedBy).toBe("Bo Claes");
  world.rung.push({
    to: "+32470000001",
    keysUrl: `${publicUrl}/v1/channels/calls/keys?message=none`,
    twiml: "",
  });
  expect(await tell(world, 4, { Digits: "1" })).toBe("<Response/>");
  expect(rows(world, "SELECT contact, text, outcome FROM replies ORDER BY reference")).toEqual([
    { contact: "an", text: "3", outcome: "declined" },
    { contact: "bo", text: "1", outcome: "taken" },
    { contact: "cy", text: "1", outcome: "nothing-open" },
    { contact: "cy", text: "3", outcome: "nothing-open" },
  ]);
});

test("a call that only tries whether calls arrive asks for any key, and that is its proof", async () => {
  const world = await start();
  const { services } = world.server.server;
  const by = { actor: "person:sara", name: "Sara Claes", role: "quality" } as const;
  const channels = [{ id: "calls", medium: "voice", proves: "delivery", hearsKeys: true }] as const;
  const to = { contact: "an", medium: "voice" } as const;
  sendTest(services, testOrder(services, channels, to, by, world.server.clock.epochMs()));
  await pass(world, 2 * secondMs);
  expect(world.rung[0]?.twiml).toContain("Druk op een toets, dan weten we dat u dit gehoord hebt.");
  expect(world.rung[0]?.twiml).not.toContain("We verwittigen anderen");
  expect(await tell(world, 1, { Digits: "" })).toContain("Er werd geen toets ingedrukt.</Say>");
  expect(await tell(world, 1, { Digits: "1" })).toContain("Dank u. We weten dat u dit gehoord hebt.");
  expect(rows(world, "SELECT contact, outcome FROM deliveries")).toEqual([
    { contact: "an", outcome: "delivered" },
  ]);
  expect(rows(world, "SELECT outcome FROM replies")).toEqual([]);
});
