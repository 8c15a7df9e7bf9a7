/** A drill from its plan to its record, on the real records under a virtual clock. */
import { afterEach, expect, test } from "vitest";
import { type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { openSentCalls } from "../influx/sent-calls.ts";
import { replay } from "../replay/replay.ts";
import { type FakeChannel, fakeChannel } from "../testing/fake-channel.ts";
import { exampleSite, type TestServer, testServer } from "../testing/test-server.ts";

const site = `${exampleSite.slice(0, exampleSite.indexOf("contacts:"))}
contacts:
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001", by: [sms, email], language: nl }
  - { id: bo, name: Bo Claes, email: bo@example.org, phone: "+32470000002", by: [sms, email] }
  - { id: head, name: Head of ward, email: head@example.org }
policies:
  - id: other
    appliances: [fridge-2]
    steps: [ { call: [ { contact: head } ] } ]
  - id: standard
    steps:
      - { call: [ { contact: an } ], by: [sms] }
      - { after: 10m, call: [ { contact: bo } ], by: [sms] }
    repeatEvery: 10m
    answerWithin: 15m
`;

interface Chain {
  server: TestServer;
  readonly sms: FakeChannel;
  readonly mail: FakeChannel;
}

let running: Chain | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  if (stopping === null) return;
  const { server, clock, stop } = stopping.server;
  expect(replay(server.services.database, () => undefined).differing).toEqual([]);
  const ended = { is: false };
  const stopped = stop().finally(() => {
    ended.is = true;
  });
  while (!ended.is) {
    clock.advance(secondMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await stopped;
});

async function start(): Promise<Chain> {
  const sms = fakeChannel("sms-1", "sms");
  const mail = fakeChannel("mail", "email");
  const server = await testServer({ site, channels: [sms, mail], publicUrl: "https://cold.example.org" });
  await server.server.start();
  running = { server, sms, mail };
  return running;
}

async function settle({ server }: Chain): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    server.clock.advance(0);
  }
}

/** Lets time pass, second by second, with a reading of each refrigerator a minute. */
async function pass(chain: Chain, length: DurationMs, celsius = 4, second = 4): Promise<void> {
  for (let done = 0; done < length; done += secondMs) {
    if (done % minuteMs === 0) {
      const at = chain.server.clock.epochMs();
      await chain.server.post("p1", [{ at, celsius }]);
      await chain.server.post("p2", [{ at, celsius: second }]);
    }
    chain.server.clock.advance(secondMs);
    await settle(chain);
  }
}

interface Shown {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly why: string | null;
  readonly answeredBy: string | null;
  readonly startedAt: string | null;
  readonly raisedAt: string;
  readonly handedOverAt: string;
  readonly answeredAt: string;
  readonly endedAt: string;
  readonly startAt: string;
  readonly expected: { readonly kind: string; readonly afterSeconds: number };
  readonly happenings: readonly { readonly event: string }[];
  readonly messages: readonly {
    readonly id: string;
    readonly contact: string;
    readonly isCall: boolean;
    readonly outcome: string | null;
  }[];
}

const order = {
  probe: "p1",
  trace: { scenario: "door-open" },
  answerWithinMinutes: 10,
  reason: "Quarterly test",
  by: "Quality",
};

async function plan({ server }: Chain, more: object = {}): Promise<Shown> {
  const answer = await server.call("POST", "/v1/drills", { ...order, ...more });
  expect(answer.status, answer.text).toBe(201);
  return answer.json as Shown;
}

async function drill({ server }: Chain, id = "drill-1"): Promise<Shown> {
  return (await server.call("GET", `/v1/drills/${id}`)).json as Shown;
}

const said = (channel: FakeChannel): string[] =>
  channel.sent.map(
    ({ address, text, subject }) =>
      `${address.slice(0, 2) === "+3" ? address.slice(-1) : address.split("@")[0]} ${(text.split("\n")[0] ?? subject).slice(0, 40)}`,
  );

async function realAlarms({ server }: Chain): Promise<string[]> {
  const { items } = (await server.call("GET", "/v1/alarms")).json as { items: { kind: string }[] };
  return items.map(({ kind }) => kind);
}

const count = ({ server }: Chain, table: string): number =>
  Number(server.server.services.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"]);

test("a drill calls the people of the appliance's policy about an alarm of its own, and is passed once one of them answers in time", async () => {
  const chain = await start();
  await pass(chain, 2 * minuteMs);
  const before = count(chain, "readings");
  await plan(chain);
  await pass(chain, 5 * minuteMs);
  expect((await drill(chain)).phase).toBe("under-way");
  expect(chain.sms.sent).toHaveLength(0);
  await pass(chain, 2 * minuteMs);
  expect(said(chain.sms)).toEqual(["1 OEFENING: Alarm: Red cells 1: 7,5 C bove"]);
  expect(chain.sms.sent[0]?.text).toContain("maar verplaats geen eenheden");
  expect(await realAlarms(chain)).toEqual([]);
  const code = /Antwoord (\d{4})/.exec(chain.sms.sent[0]?.text ?? "")?.[1] ?? "";
  await chain.sms.events()?.reply({
    channel: "sms-1",
    from: "+32470000001",
    text: `${code} 20 ik kijk`,
    at: chain.server.clock.epochMs(),
    reference: "r1",
  });
  await pass(chain, 10 * secondMs);
  const over = await drill(chain);
  expect(over).toMatchObject({ phase: "over", outcome: "passed", why: null, answeredBy: "An Peeters" });
  expect(over.expected).toEqual({
    kind: "temperature-high",
    severity: "warning",
    afterSeconds: expect.closeTo(335, 0),
  });
  const [started, raised, handed, answered] = [
    over.startedAt ?? "",
    over.raisedAt,
    over.handedOverAt,
    over.answeredAt,
  ].map((text) => Date.parse(text)) as [number, number, number, number];
  expect((raised - started) / secondMs).toBeGreaterThanOrEqual(334);
  expect((raised - started) / secondMs).toBeLessThanOrEqual(337);
  expect(handed - raised).toBeLessThanOrEqual(2 * secondMs);
  expect(answered).toBeGreaterThan(raised);
  expect(said(chain.sms).slice(1)).toEqual(["1 OEFENING: Red cells 1: voorbij, An Peete"]);
  expect(
    over.messages.filter(({ isCall }) => isCall).map(({ contact, outcome }) => [contact, outcome]),
  ).toEqual([["an", "delivered"]]);
  expect(over.happenings.map(({ event }) => event)).toEqual([
    "planned",
    "started",
    "alarm-raised",
    "alarm-acknowledged",
    "ended",
  ]);
  await pass(chain, 30 * minuteMs);
  expect(chain.sms.sent).toHaveLength(2);
  expect(chain.mail.sent).toHaveLength(0);
  expect(
    count(chain, "alarms") +
      count(chain, "alarm_events") +
      count(chain, "excursions") +
      count(chain, "calls"),
  ).toBe(0);
  expect(count(chain, "readings") - before).toBe(2 * 38);
  // Nor do its messages stand among the calls that Grafana shows.
  const { services } = chain.server.server;
  const book = services.site();
  if (book === null) throw new RangeError("no site");
  expect(openSentCalls(services.database, "test").next(book, services.clock.epochMs()).lines).toEqual([]);
});

test("a real alarm that calls the same people breaks the drill off at once, and they are told which messages are real", async () => {
  const chain = await start();
  await plan(chain);
  await pass(chain, 7 * minuteMs);
  expect(said(chain.sms)).toHaveLength(1);
  await pass(chain, 4 * minuteMs, 9);
  expect((await drill(chain)).phase).toBe("under-way");
  await pass(chain, 2 * minuteMs, 9);
  expect(await drill(chain)).toMatchObject({ outcome: "broken-off", why: "real-alarm" });
  expect(said(chain.sms)).toEqual([
    "1 OEFENING: Alarm: Red cells 1: 7,5 C bove",
    "1 Alarm: Red cells 1: 9,0 C boven 6,0 C si",
    "1 OEFENING: Red cells 1: afgebroken, er is",
  ]);
  expect(await realAlarms(chain)).toEqual(["temperature-high"]);
  await pass(chain, 11 * minuteMs, 9);
  expect(
    said(chain.sms)
      .slice(3)
      .map((each) => each.includes("DRILL") || each.includes("OEFENING")),
  ).toEqual([false]);
});

test("a real alarm of another appliance that calls other people lets the drill go on", async () => {
  const chain = await start();
  await plan(chain);
  await pass(chain, 9 * minuteMs, 4, 9);
  expect(await realAlarms(chain)).toEqual(["temperature-high"]);
  expect(said(chain.mail)).toEqual([expect.stringMatching(/^head Alarm: Red cells 2/)]);
  expect(await drill(chain)).toMatchObject({ phase: "under-way" });
});

test("a drill waits while a critical alarm is unanswered, begins once somebody has answered it, and is not held where that takes an hour", async () => {
  const chain = await start();
  await pass(chain, 2 * minuteMs, 4, 13);
  await plan(chain);
  await pass(chain, 10 * secondMs, 4, 13);
  expect(await drill(chain)).toMatchObject({ phase: "planned", why: "critical-alarm" });
  const [alarm] = ((await chain.server.call("GET", "/v1/alarms")).json as { items: { id: string }[] }).items;
  await chain.server.call("POST", `/v1/alarms/${alarm?.id}/acknowledge`, { by: "An" });
  await pass(chain, 2 * secondMs, 4, 13);
  expect(await drill(chain)).toMatchObject({ phase: "under-way" });
  await chain.server.call("POST", "/v1/drills/drill-1/cancel", { reason: "enough", by: "Quality" });
  expect(await drill(chain)).toMatchObject({ outcome: "cancelled", why: "person" });
  await pass(chain, 31 * minuteMs, 4, 13);
  await plan(chain);
  await pass(chain, 61 * minuteMs, 4, 13);
  expect(await drill(chain, "drill-2")).toMatchObject({ outcome: "not-held", why: "critical-alarm" });
});

test("nobody answers: each step is called, the drill is not passed, and that nobody answers is no alarm", async () => {
  const chain = await start();
  await plan(chain);
  await pass(chain, 32 * minuteMs);
  expect(await drill(chain)).toMatchObject({ outcome: "not-passed", why: "unanswered" });
  expect(said(chain.sms).map((each) => each.slice(0, 12))).toEqual([
    "1 OEFENING: ",
    "2 DRILL: Sti",
    "2 DRILL: Sti",
    "1 OEFENING: ",
    "2 DRILL: Red",
  ]);
  expect(await realAlarms(chain)).toEqual([]);
  expect(chain.mail.sent).toEqual([]);
});

test("messages of a drill that get nowhere raise no alarm about people or channels; the record says so", async () => {
  const chain = await start();
  chain.sms.treat = () => "fail";
  chain.mail.treat = () => "fail";
  await plan(chain);
  await pass(chain, 32 * minuteMs);
  expect(await drill(chain)).toMatchObject({ outcome: "not-passed", why: "nobody-told" });
  expect(await realAlarms(chain)).toEqual([]);
  expect(count(chain, "channel_failures")).toBe(0);
});

test("a restart in the middle of a drill goes on with it", async () => {
  const chain = await start();
  await plan(chain, { trace: { scenario: "probe-broken" } });
  await pass(chain, 3 * minuteMs);
  chain.server = await chain.server.restart();
  await chain.server.server.start();
  await pass(chain, 4 * minuteMs);
  expect(said(chain.sms)).toHaveLength(1);
  chain.server = await chain.server.restart();
  await chain.server.server.start();
  await pass(chain, 10 * minuteMs);
  expect(said(chain.sms).map((each) => each[0])).toEqual(["1", "2"]);
});

test("a drill is answered by the link in its mail, and the page says what it is", async () => {
  const chain = await start();
  chain.sms.treat = () => "refuse";
  await plan(chain, { announce: true });
  await pass(chain, 7 * minuteMs);
  expect(said(chain.mail)).toEqual([
    "an OEFENING: Red cells 1: alarmtest begint",
    "bo DRILL: Red cells 1: an alarm test begins",
    expect.stringMatching(/^an OEFENING: Alarm: Red cells 1: 7,5/),
  ]);
  const path = /https:\/\/cold\.example\.org(\/a\/\S+)/.exec(chain.mail.sent[2]?.text ?? "")?.[1] ?? "";
  const { web } = chain.server.server;
  const page = await web.inject({ method: "GET", url: path });
  expect(page.payload).toContain("<h1>OEFENING: Op u nemen</h1>");
  expect(page.payload).toContain("maar verplaats geen eenheden");
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const taken = await web.inject({ method: "POST", url: path, headers, payload: "what=kijken&minutes=20" });
  expect(taken.payload).toContain("Met uw antwoord is de oefening voorbij");
  await pass(chain, 2 * secondMs);
  expect(await drill(chain)).toMatchObject({ outcome: "passed", answeredBy: "An Peeters" });
});

test("a drill that is held again is planned for the same time of day, also across a change of clocks", async () => {
  const chain = await start();
  await plan(chain, { startAt: "2026-11-22T08:30:00Z", repeatDays: 150 });
  await chain.server.call("POST", "/v1/drills/drill-1/cancel", { reason: "no", by: "Quality" });
  expect((await chain.server.call("GET", "/v1/drills/drill-2")).status).toBe(404);
  await plan(chain, { repeatDays: 150 });
  await pass(chain, 32 * minuteMs);
  // 01:00 in Brussels: UTC+1 in November, UTC+2 in April.
  expect(await drill(chain, "drill-3")).toMatchObject({
    phase: "planned",
    startAt: "2027-04-20T23:00:00.000Z",
  });
});

test("an answer without a code goes to what is real, also in the moment before the drill is broken off", async () => {
  const chain = await start();
  await plan(chain);
  await pass(chain, 7 * minuteMs);
  await chain.server.post("p1", [{ at: chain.server.clock.epochMs(), celsius: 13 }]);
  await chain.sms.events()?.reply({
    channel: "sms-1",
    from: "+32470000001",
    text: "ok",
    at: chain.server.clock.epochMs(),
    reference: "r2",
  });
  expect(await drill(chain)).toMatchObject({ phase: "under-way", answeredBy: null });
  const { items } = (await chain.server.call("GET", "/v1/alarms")).json as { items: { phase: string }[] };
  expect(items.map(({ phase }) => phase)).toEqual(["acknowledged"]);
  await pass(chain, 2 * secondMs, 13);
  expect(await drill(chain)).toMatchObject({ outcome: "broken-off" });
});

test.each([
  [{ probe: "p9" }, "drill.probe-unknown"],
  [{ startAt: "2029-01-01T00:00:00Z" }, "drill.too-late"],
  [{ trace: { from: "2026-11-22T00:00:00Z", to: "2026-11-22T00:10:00Z" } }, "drill.no-alarm"],
  [{ trace: { from: "2026-11-21T00:00:00Z", to: "2026-11-21T00:10:00Z" } }, "drill.trace-unfit"],
  [{ trace: { from: "2026-11-22T00:00:00Z", to: "2026-11-22T09:00:00Z" } }, "drill.trace-unfit"],
])("what cannot be held is refused when it is planned: %j", async (more, code) => {
  const chain = await start();
  await pass(chain, 11 * minuteMs);
  const answer = await chain.server.call("POST", "/v1/drills", { ...order, ...more });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain(code);
  expect(count(chain, "drills")).toBe(0);
});

test("a piece of the probe's own past is played as it was", async () => {
  const chain = await start();
  await pass(chain, 8 * minuteMs, 9);
  const [alarm] = ((await chain.server.call("GET", "/v1/alarms")).json as { items: { id: string }[] }).items;
  await chain.server.call("POST", `/v1/alarms/${alarm?.id}/acknowledge`, { by: "An" });
  await pass(chain, 12 * minuteMs);
  const sent = chain.sms.sent.length;
  await plan(chain, { trace: { from: "2026-11-22T00:00:00Z", to: "2026-11-22T00:12:00Z" } });
  await pass(chain, 6 * minuteMs);
  expect(said(chain.sms).slice(sent)).toEqual(["1 OEFENING: Alarm: Red cells 1: 9,0 C bove"]);
  await pass(chain, 30 * minuteMs);
  expect(await drill(chain)).toMatchObject({ outcome: "not-passed", why: "unanswered" });
  expect(
    said(chain.sms)
      .slice(sent + 1)
      .some((each) => each.includes("Weer in orde")),
  ).toBe(true);
});
