/** A gateway that kept watch alone: its alarm is the same alarm at the server, once, and nobody who was not reached counts as called. */
import { afterEach, expect, test } from "vitest";
import { alarmIdentity } from "@coldkeep/core/alarms/identity.ts";
import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import type { EdgeAnswer, EdgeCall, WireWatch } from "@coldkeep/core/contract/edge.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { exampleSite, type TestServer, testServer, testStart } from "../testing/test-server.ts";

let server: TestServer;
afterEach(() => server.stop());

const iso = (minute: number): string => formatInstant(testStart + minute * minuteMs);
const at = (minute: number): number => testStart + minute * minuteMs;

/** Minutes of readings of both probes as they come in. */
async function live(from: number, to: number, celsius: (minute: number) => number): Promise<void> {
  for (let minute = from; minute < to; minute += 1) {
    server.clock.advance(at(minute) - server.clock.epochMs());
    for (const probe of ["p1", "p2"])
      await server.post(probe, [{ at: at(minute), celsius: probe === "p1" ? celsius(minute) : 4 }]);
    server.server.ticker.tick();
  }
}

/** Minutes in which nothing reaches the server. */
function alone(from: number, to: number): void {
  for (let minute = from; minute < to; minute += 1) {
    server.clock.advance(at(minute) - server.clock.epochMs());
    server.server.ticker.tick();
  }
}

async function backlog(from: number, to: number, celsius: (minute: number) => number): Promise<void> {
  for (let start = from; start < to; start += 50) {
    const minutes = Array.from({ length: Math.min(50, to - start) }, (_, index) => start + index);
    for (const probe of ["p1", "p2"])
      await server.post(
        probe,
        minutes.map((minute) => ({ at: at(minute), celsius: probe === "p1" ? celsius(minute) : 4 })),
      );
  }
}

interface Told {
  readonly kind?: AlarmKind;
  readonly subject?: string;
  readonly raised: number;
  readonly cleared?: number;
  readonly acknowledged?: number;
  readonly calls?: readonly Partial<EdgeCall>[];
  readonly severity?: string;
}

function edgeAlarm({
  kind = "temperature-high",
  subject = "p1",
  raised,
  cleared,
  acknowledged,
  calls = [],
  severity,
}: Told) {
  return {
    id: alarmIdentity(kind, subject, at(raised), () => false),
    kind,
    subject,
    raisedAt: iso(raised),
    clearedAt: cleared === undefined ? null : iso(cleared),
    acknowledgedAt: acknowledged === undefined ? null : iso(acknowledged),
    acknowledgedBy: acknowledged === undefined ? null : "N. Night",
    ...(severity === undefined ? {} : { severity }),
    calls: calls.map((call) => ({
      at: iso(raised),
      by: "sms",
      to: "+3225550000",
      outcome: "delivered",
      ...call,
    })),
  };
}

async function report(minute: number, ...alarms: readonly unknown[]): Promise<EdgeAnswer> {
  const answer = await server.call("POST", "/v1/gateways/g1/edge-alarms", { asOf: iso(minute), alarms });
  expect(answer.status).toBe(200);
  return answer.json as EdgeAnswer;
}

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly phase: string;
  readonly calls: number;
  readonly raisedAt: string;
}

async function alarms(kind?: string): Promise<Listed[]> {
  const { items } = (await server.call("GET", "/v1/alarms")).json as { items: Listed[] };
  return items.filter((each) => kind === undefined || each.kind === kind);
}

/** What people were told by mail about p1's refrigerator. */
function mails(): string[] {
  return server.server.services.database
    .prepare("SELECT subject FROM notifications ORDER BY owed_at, id")
    .all()
    .map((row) => String(row["subject"]))
    .filter((subject) => subject.includes("Red cells 1"))
    .map((subject) => subject.replace(/ (?:since|from) .*/, ""));
}

function journalEntries(): number {
  return server.server.services.journal.head().sequence;
}

function expectReplayed(): void {
  expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
}

const warm = (minute: number): number => (minute >= 60 ? 8 : 4);
const warmForAWhile = (minute: number): number => (minute >= 60 && minute < 100 ? 8 : 4);

/** In touch for half an hour, alone for two hours. */
async function outage(): Promise<void> {
  server = await testServer();
  await live(0, 30, () => 4);
  alone(30, 150);
}

test("an alarm that is still on is taken over under its id, and people are called again only when it has lasted", async () => {
  await outage();
  const told = edgeAlarm({ raised: 66, calls: [{ at: iso(66) }, { at: iso(126), about: "again" }] });
  expect(await report(149, told)).toMatchObject({
    alarms: [{ id: told.id, alarm: told.id, fate: "taken-over", phase: "unacknowledged" }],
    rejected: [],
  });
  await backlog(30, 150, warm);
  expect(await alarms("temperature-high")).toMatchObject([{ id: told.id, raisedAt: iso(66), calls: 2 }]);
  expect(mails()).toEqual([]);
  await live(150, 155, warm);
  expect(mails()).toEqual([]);
  await live(155, 157, warm);
  expect(mails()).toEqual(["Still on: Red cells 1: 8.0 °C above 6.0 °C"]);
  await live(157, 170, () => 4);
  expect(await alarms("temperature-high")).toMatchObject([
    { id: told.id, phase: "returned-unacknowledged", calls: 4 },
  ]);
  expect(mails().slice(1)).toEqual(["Back to normal: Red cells 1: was too warm"]);
  expect(await alarms("late-excursion")).toEqual([]);
  expectReplayed();
});

test("where nobody was reached the server calls at once, and a siren or a message that was only sent reaches nobody", async () => {
  await outage();
  const calls = [
    { outcome: "failed" as const },
    { by: "siren" as const, to: null, outcome: "sounded" as const },
    { at: iso(67), outcome: "sent" as const },
  ];
  const told = edgeAlarm({ raised: 66, calls });
  expect(await report(149, told)).toMatchObject({ alarms: [{ fate: "taken-over" }] });
  expect(mails()).toEqual(["Alarm: Red cells 1: too warm"]);
  expect(await alarms("temperature-high")).toMatchObject([{ id: told.id, calls: 4 }]);
  await backlog(30, 150, warm);
  expect(await alarms("temperature-high")).toHaveLength(1);
  expectReplayed();
});

test("what the server knew before the gateway saw it does not end it", async () => {
  await outage();
  await report(149, edgeAlarm({ raised: 66, calls: [{ at: iso(140) }] }));
  await backlog(30, 60, warm);
  for (const seconds of [10, 60, 120]) {
    server.clock.advance(seconds * 1_000);
    server.server.ticker.tick();
    expect(await alarms("temperature-high")).toMatchObject([{ phase: "unacknowledged", calls: 1 }]);
  }
  server = await server.restart();
  server.server.ticker.tick();
  expect(await alarms("temperature-high")).toMatchObject([{ phase: "unacknowledged", calls: 1 }]);
  await server.post("p1", [{ at: server.clock.epochMs(), celsius: 4 }]);
  expect(await alarms("temperature-high")).toMatchObject([{ phase: "returned-unacknowledged" }]);
  expectReplayed();
});

test("what equipment told before the gateway saw it does not end it, what it told later does", async () => {
  await outage();
  const power = async (active: boolean, minute: number) => {
    const event = { subject: "fridge-1", kind: "power", active, at: iso(minute) };
    const body = { gateway: "g2", sequence: minute, readings: [], events: [event] };
    expect((await server.call("POST", "/v1/batches", body)).status).toBe(200);
  };
  await report(149, edgeAlarm({ kind: "power", subject: "fridge-1", raised: 66, calls: [{ at: iso(140) }] }));
  await power(false, 50);
  expect(await alarms("power")).toMatchObject([{ phase: "unacknowledged", calls: 1 }]);
  await power(true, 66);
  expect(await alarms("power")).toMatchObject([{ phase: "unacknowledged", calls: 1 }]);
  await power(false, 120);
  expect(await alarms("power")).toMatchObject([{ phase: "returned-unacknowledged", calls: 2 }]);
  expectReplayed();
});

test("about an appliance out of service nobody is called, and everybody who should be when it is back", async () => {
  server = await testServer();
  await live(0, 30, () => 4);
  const out = { by: "T. Technician", reason: "repair", until: iso(155) };
  expect((await server.call("POST", "/v1/appliances/fridge-1/out-of-service", out)).status).toBe(200);
  alone(30, 150);
  const told = edgeAlarm({ raised: 66, calls: [{ outcome: "failed" }] });
  expect(await report(149, told)).toMatchObject({ alarms: [{ phase: "out-of-service" }] });
  await backlog(30, 150, warm);
  await live(150, 154, warm);
  expect(mails()).toEqual([]);
  await live(154, 157, warm);
  expect(mails()).toHaveLength(1);
  expect(await alarms("temperature-high")).toMatchObject([
    { id: told.id, phase: "unacknowledged", calls: 2 },
  ]);
});

test("a critical alarm of which people were told as a warning is called", async () => {
  await outage();
  await report(149, edgeAlarm({ raised: 66, severity: "critical", calls: [{ at: iso(140) }] }));
  expect(mails()).toEqual(["CRITICAL: Red cells 1: too warm"]);
});

test("what somebody acknowledged at the gateway stays acknowledged, and is called again when it outlasts that", async () => {
  await outage();
  const told = edgeAlarm({ raised: 66, acknowledged: 130, calls: [{ outcome: "failed" }] });
  expect(await report(149, told)).toMatchObject({ alarms: [{ phase: "acknowledged" }] });
  await backlog(30, 150, warm);
  await live(150, 159, warm);
  expect(mails()).toEqual([]);
  await live(159, 162, warm);
  expect(mails()).toEqual(["Still on: Red cells 1: 8.0 °C above 6.0 °C"]);
  expectReplayed();
});

test("what came and went is on record with its history; the excursion that it stood for is noted and not called", async () => {
  await outage();
  const told = edgeAlarm({ raised: 66, cleared: 106, acknowledged: 80, calls: [{ at: iso(67) }] });
  expect(await report(149, told)).toMatchObject({ alarms: [{ fate: "recorded", phase: "normal" }] });
  await backlog(30, 150, warmForAWhile);
  await live(150, 160, () => 4);
  expect((await alarms()).map(({ kind }) => kind)).toEqual(["gateway-silent"]);
  expect(mails()).toEqual(["Back to normal: Red cells 1: was too warm"]);
  const events = server.server.services.database
    .prepare("SELECT at, event, note FROM alarm_events WHERE alarm = ? ORDER BY number")
    .all(told.id);
  expect(events.filter(({ event }) => String(event).startsWith("edge-"))).toEqual([
    { at: at(66), event: "edge-raised", note: null },
    { at: at(67), event: "edge-called", note: "sms to +3225550000, onset: delivered" },
    { at: at(80), event: "edge-acknowledged", note: null },
    { at: at(106), event: "edge-returned", note: null },
  ]);
  const { items } = (await server.call("GET", "/v1/excursions?probe=p1")).json as { items: { id: string }[] };
  const page = (await server.call("GET", `/excursions/${items[0]?.id ?? ""}`)).text;
  expect(page).toContain("Called at the gateway (delivered)");
  expect(page).toContain("sms of gateway g1");
  expect(events.at(-1)).toMatchObject({
    event: "covers",
    note: expect.stringContaining(`0 units held: called at gateway g1 at ${iso(67)}`),
  });
  expectReplayed();
});

test("what came and went and reached nobody is called all the same, once", async () => {
  await outage();
  const told = edgeAlarm({ raised: 66, cleared: 106, calls: [{ outcome: "sent" }] });
  expect(await report(149, told)).toMatchObject({
    alarms: [{ fate: "recorded", phase: "returned-unacknowledged" }],
  });
  expect(mails()).toEqual(["Alarm: Red cells 1: too warm"]);
  await report(149, told);
  server.server.ticker.tick();
  expect(mails()).toHaveLength(1);
});

test("a late excursion is called as ever where the gateway reached nobody, reached them too late, or stood for a part of it", async () => {
  for (const { told, what } of [
    { what: "nobody reached", told: { raised: 66, cleared: 106, calls: [{ outcome: "failed" as const }] } },
    { what: "too late", told: { raised: 66, cleared: 106, calls: [{ at: iso(120) }] } },
    { what: "a part", told: { raised: 66, cleared: 90, calls: [{}] } },
    { what: "another time", told: { raised: 40, cleared: 50, calls: [{}] } },
    {
      what: "the other side",
      told: { raised: 66, cleared: 106, kind: "temperature-low" as const, calls: [{}] },
    },
    { what: "another probe", told: { raised: 66, cleared: 106, subject: "p2", calls: [{}] } },
  ]) {
    await outage();
    await report(149, edgeAlarm(told));
    await backlog(30, 150, warmForAWhile);
    await live(150, 160, () => 4);
    expect(await alarms("late-excursion"), what).toHaveLength(1);
    expect(
      mails().filter((subject) => subject.includes("found late")),
      what,
    ).toHaveLength(1);
    await server.stop();
  }
  server = await testServer();
});

test("a critical excursion is covered only by a call that said so", async () => {
  for (const severity of ["warning", "critical"] as const) {
    await outage();
    await report(149, edgeAlarm({ raised: 61, cleared: 106, severity, calls: [{ severity }] }));
    await backlog(30, 150, (minute) => (minute >= 60 && minute < 100 ? 13 : 4));
    await live(150, 160, () => 4);
    expect(await alarms("late-excursion")).toHaveLength(severity === "critical" ? 0 : 1);
    await server.stop();
  }
  server = await testServer();
});

test("after the backlog the server's alarm rules, and the gateway's calls count", async () => {
  await outage();
  await backlog(30, 150, warm);
  await live(150, 151, warm);
  const [own] = await alarms("temperature-high");
  expect(mails()).toEqual(["Alarm: Red cells 1: 8.0 °C above 6.0 °C"]);
  const told = edgeAlarm({ raised: 66, calls: [{ at: iso(66) }] });
  const answer = await report(149, told);
  expect(answer.alarms).toMatchObject([{ id: told.id, alarm: own?.id, fate: "joined" }]);
  expect(await alarms("temperature-high")).toMatchObject([{ id: own?.id, calls: 2 }]);
  expect(mails()).toHaveLength(1);
  expect((await report(149, told)).alarms).toMatchObject([{ id: told.id, alarm: own?.id, fate: "joined" }]);
  expectReplayed();
});

test("the same report again changes nothing; more calls, an answer and the end add to it, in any order and after a restart", async () => {
  await outage();
  const first = edgeAlarm({ raised: 66, calls: [{ at: iso(66), outcome: "sent" }] });
  const answer = await report(140, first);
  const before = journalEntries();
  expect((await report(140, first)).alarms).toMatchObject([{ ...answer.alarms[0], fate: "known" }]);
  expect(journalEntries()).toBe(before);
  server = await server.restart();
  const calls = [{ at: iso(66) }, { at: iso(126), about: "again" as const }];
  await report(145, edgeAlarm({ raised: 66, acknowledged: 144, cleared: 145, calls }));
  expect(await alarms("temperature-high")).toMatchObject([
    { id: first.id, phase: "returned-unacknowledged", calls: 4 },
  ]);
  const ended = journalEntries();
  await report(140, first);
  expect(journalEntries()).toBe(ended);
  expect(await alarms("temperature-high")).toMatchObject([{ id: first.id, calls: 4 }]);
  expectReplayed();
});

test("what the server knew is told to the gateway, which goes on with it under the server's id", async () => {
  server = await testServer();
  await live(0, 30, (minute) => (minute >= 10 ? 8 : 4));
  const [own] = await alarms("temperature-high");
  const answer = await server.call("GET", "/v1/gateways/g1/watch");
  const watch = answer.json as WireWatch;
  expect(watch).toMatchObject({
    site: "mechelen",
    timeZone: "Europe/Brussels",
    appliances: [{ id: "fridge-1", shortName: "Red cells 1" }, { id: "fridge-2" }],
    probes: [{ id: "p1", appliance: "fridge-1" }, { id: "p2" }],
    alarms: [{ id: own?.id, kind: "temperature-high", acknowledged: false, condition: true, calls: 1 }],
  });
  alone(30, 100);
  const told = {
    ...edgeAlarm({ raised: 16, cleared: 80, calls: [{ at: iso(47), about: "again" }] }),
    id: own?.id,
    raisedAt: own?.raisedAt,
  };
  expect(await report(99, told)).toMatchObject({
    alarms: [{ id: own?.id, alarm: own?.id, fate: "known", phase: "returned-unacknowledged" }],
  });
  await backlog(30, 100, (minute) => (minute < 75 ? 8 : 4));
  await live(100, 110, () => 4);
  expect(await alarms("temperature-high")).toHaveLength(1);
  expect(await alarms("late-excursion")).toEqual([]);
  expectReplayed();
});

test("a watch names what it was asked for, is not told again unchanged, and leaves out what was suppressed", async () => {
  server = await testServer({
    site: `${exampleSite}channels:\n  - { id: c9, assignments: [ { probe: p2 } ] }\n`,
  });
  const get = async (query: string) => (await server.call("GET", `/v1/gateways/g7/watch${query}`)).json;
  expect(await get("")).toMatchObject({ probes: [], alarms: [] });
  expect(await get("?probes=p1")).toMatchObject({
    probes: [{ id: "p1", channels: [{ channel: "p1", from: null, to: null }] }],
  });
  expect(await get("?probes=c9,nope")).toMatchObject({ probes: [{ id: "p2" }] });
  expect(await get("?probes=P1")).toMatchObject({ status: 400, code: "request.invalid" });
  const first = await server.server.web.inject({
    url: "/v1/gateways/g7/watch?probes=p1",
    headers: { authorization: "Bearer test-token" },
  });
  const again = await server.server.web.inject({
    url: "/v1/gateways/g7/watch?probes=p1",
    headers: { authorization: "Bearer test-token", "if-none-match": String(first.headers["etag"]) },
  });
  expect([again.statusCode, again.payload]).toEqual([304, ""]);
  await server.post("p1", [{ at: at(0), celsius: 4 }]);
  alone(0, 20);
  expect(await alarms("probe-silent")).toMatchObject([{ phase: "suppressed" }]);
  expect(await get("?probes=p1")).toMatchObject({ alarms: [] });
});

test("the silence of a probe behind a gateway that was alone is the probe's own, and called where nobody was reached", async () => {
  for (const outcome of ["delivered", "failed"] as const) {
    await outage();
    expect(await alarms("probe-silent")).toMatchObject([{ phase: "suppressed" }, { phase: "suppressed" }]);
    const told = edgeAlarm({ kind: "probe-silent", raised: 71, calls: [{ at: iso(130), outcome }] });
    await report(149, told);
    const silent = await alarms("probe-silent");
    expect(silent.map(({ phase }) => phase).toSorted()).toEqual(["suppressed", "unacknowledged"]);
    expect(mails()).toHaveLength(outcome === "failed" ? 1 : 0);
    await server.stop();
  }
  server = await testServer();
});

test("an alarm that cannot be taken is refused alone and kept; what is no report at all is refused whole", async () => {
  server = await testServer({ start: at(120) });
  const good = edgeAlarm({ raised: 66, calls: [{}] });
  const answer = await report(
    100,
    null,
    { ...good, kind: "late-excursion" },
    edgeAlarm({ raised: 66, subject: "p9" }),
    edgeAlarm({ raised: 66, kind: "power", subject: "cellar" }),
    { ...good, id: "temperature-high-p1-zzz" },
    edgeAlarm({ raised: 126 }),
    edgeAlarm({ raised: 66, cleared: -27 * 365 * 24 * 60 }),
    good,
  );
  expect(answer.alarms).toMatchObject([{ id: good.id }]);
  expect(answer.rejected.map(({ code }) => code.slice("edge-alarm.".length))).toEqual([
    "shape-invalid",
    "shape-invalid",
    "subject-unknown",
    "subject-unknown",
    "id-invalid",
    "at-future",
    "at-too-old",
  ]);
  const { database } = server.server.services;
  expect(database.prepare("SELECT code FROM refusals").all()).toHaveLength(7);
  const post = async (path: string, body: unknown) =>
    (await server.call("POST", `/v1/gateways/${path}/edge-alarms`, body)).json;
  expect(await post("g1", { alarms: [] })).toMatchObject({ status: 400, code: "request.invalid" });
  expect(await post("g1", { asOf: iso(1), alarms: {} })).toMatchObject({
    status: 400,
    code: "request.invalid",
  });
  expect(await post("G!", { asOf: iso(1), alarms: [] })).toMatchObject({
    status: 400,
    code: "request.invalid",
  });
  expectReplayed();
});
