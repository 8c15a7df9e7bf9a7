/** Alarms over HTTP: what people can do, what equipment tells, what profiles configure. */
import { afterEach, expect, test } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { exampleProfile, type TestServer, testServer, testStart } from "../testing/test-server.ts";

let server: TestServer;
afterEach(() => server.stop());

function siteWith(profile: string, appliance = ""): string {
  return `
site: mechelen
timeZone: Europe/Brussels
profiles:
  cells: ${exampleProfile.replace("}", `${profile} }`)}
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: cells${appliance}, probes: [ { id: p1 } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;
}

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly phase: string;
  readonly severity: string;
  readonly text: string;
  readonly calls: number;
}

async function alarms(kind?: string): Promise<Listed[]> {
  const { items } = (await server.call("GET", "/v1/alarms")).json as { items: Listed[] };
  return items.filter((each) => kind === undefined || each.kind === kind);
}

async function minutes(many: number, celsius: number | null): Promise<void> {
  for (let minute = 0; minute < many; minute += 1) {
    server.clock.advance(minuteMs);
    const at = server.clock.epochMs();
    await server.post("p1", [celsius === null ? { at, fault: "open" } : { at, celsius }]);
    server.server.ticker.tick();
  }
}

function subjects(): string[] {
  return server.server.services.database
    .prepare("SELECT subject FROM notifications ORDER BY owed_at, id")
    .all()
    .map((row) => String(row["subject"]).replace(/ since.*/, ""));
}

let sequence = 0;
async function events(...list: unknown[]): Promise<unknown> {
  sequence += 1;
  const answer = await server.call("POST", "/v1/batches", {
    gateway: "g2",
    sequence,
    readings: [],
    events: list,
  });
  expect(answer.status).toBe(200);
  return (answer.json as { events: unknown }).events;
}

const iso = (minute: number): string => formatInstant(testStart + minute * minuteMs);
const act = (id: string, what: string, body: object = {}) =>
  server.call("POST", `/v1/alarms/${id}/${what}`, { by: "A. Nurse", ...body });

test("people are called again while it lasts, also after somebody has acknowledged", async () => {
  server = await testServer({ site: siteWith(", realarmAfter: 10m") });
  await minutes(7, 8);
  const [alarm] = await alarms("temperature-high");
  expect((await act(alarm?.id ?? "", "acknowledge")).json).toMatchObject({ phase: "acknowledged", calls: 1 });
  await minutes(8, 8);
  expect(await alarms("temperature-high")).toMatchObject([{ phase: "acknowledged", calls: 1 }]);
  await minutes(1, 9);
  expect(await alarms("temperature-high")).toMatchObject([{ phase: "unacknowledged", calls: 2 }]);
  expect(subjects()).toEqual([
    "Alarm: Red cells 1: 8.0 °C above 6.0 °C",
    "Still on: Red cells 1: 9.0 °C above 6.0 °C",
  ]);
});

test("an alarm that becomes critical calls again at once", async () => {
  server = await testServer({ site: siteWith("") });
  await minutes(7, 8);
  const [alarm] = await alarms("temperature-high");
  await act(alarm?.id ?? "", "acknowledge");
  await minutes(1, 13);
  expect(await alarms("temperature-high")).toMatchObject([
    { phase: "unacknowledged", severity: "critical", calls: 2 },
  ]);
  expect(subjects().at(-1)).toBe("CRITICAL: Red cells 1: 13.0 °C above 6.0 °C");
});

test("a shelved alarm calls nobody, is never acknowledged by that, and calls when its time is over", async () => {
  server = await testServer({ site: siteWith("") });
  await minutes(7, 8);
  const [alarm] = await alarms("temperature-high");
  const id = alarm?.id ?? "";
  expect((await act(id, "unshelve")).json).toMatchObject({ status: 409, code: "alarm.not-shelved" });
  expect((await act(id, "shelve", { minutes: 61, note: "x" })).status).toBe(400);
  expect((await act(id, "shelve", { minutes: 40, note: "moving stock" })).json).toMatchObject({
    phase: "shelved",
  });
  await minutes(30, 8);
  expect((await act(id, "shelve", { minutes: 60, note: "more" })).json).toMatchObject({
    shelvedUntil: iso(67),
  });
  await minutes(29, 8);
  expect(subjects()).toHaveLength(1);
  await minutes(1, 8);
  expect(await alarms("temperature-high")).toMatchObject([{ phase: "unacknowledged", calls: 2 }]);
});

test("unshelving tells at once what lasts", async () => {
  server = await testServer({ site: siteWith("") });
  await minutes(7, 8);
  const [alarm] = await alarms("temperature-high");
  await act(alarm?.id ?? "", "shelve", { minutes: 40, note: "x" });
  expect((await act(alarm?.id ?? "", "unshelve")).json).toMatchObject({ phase: "unacknowledged", calls: 2 });
});

test("a latched alarm stays until it is acknowledged and reset", async () => {
  server = await testServer({ site: siteWith(", latching: [probe-fault]") });
  await minutes(1, 4);
  await minutes(7, null);
  await minutes(2, 4);
  const [alarm] = await alarms("probe-fault");
  expect(alarm).toMatchObject({ phase: "latched-unacknowledged" });
  const id = alarm?.id ?? "";
  expect((await act(id, "reset")).json).toMatchObject({ status: 409, code: "alarm.not-resettable" });
  expect((await act(id, "acknowledge")).json).toMatchObject({ phase: "latched-acknowledged" });
  expect((await act(id, "reset")).json).toMatchObject({ phase: "normal" });
  expect(await alarms("probe-fault")).toEqual([]);
});

test("a warning comes before the limit and leaves the word to the alarm beyond it", async () => {
  server = await testServer({ site: siteWith(", warnHigh: 5.5") });
  await minutes(5, 5.8);
  expect(await alarms()).toEqual([]);
  await minutes(1, 5.8);
  expect(await alarms()).toMatchObject([
    { kind: "temperature-warning-high", severity: "advisory", phase: "unacknowledged" },
  ]);
  await minutes(1, 5.4);
  expect(await alarms()).toMatchObject([{ phase: "unacknowledged" }]);
  await minutes(6, 8);
  expect(await alarms("temperature-warning-high")).toMatchObject([{ phase: "suppressed" }]);
  await minutes(10, 4);
  expect(await alarms("temperature-warning-high")).toMatchObject([{ phase: "returned-unacknowledged" }]);
  expect(subjects()[0]).toBe("Advice: Red cells 1: 5.8 °C above the warning at 5.5 °C");
});

test("out of service needs an end, an empty appliance or a word for it, and calls when it is over", async () => {
  server = await testServer({ site: siteWith("") });
  const service = (what: string, body: object) =>
    server.call("POST", `/v1/appliances/fridge-1/${what}`, body);
  const out = { by: "T. Technician", reason: "compressor", until: iso(60) };
  expect((await server.call("POST", "/v1/appliances/nope/out-of-service", out)).json).toMatchObject({
    code: "appliance.unknown",
  });
  expect((await service("out-of-service", { ...out, until: iso(0) })).json).toMatchObject({
    code: "appliance.until-invalid",
  });
  expect((await service("out-of-service", { ...out, until: iso(8 * 24 * 60) })).json).toMatchObject({
    code: "appliance.until-invalid",
  });
  expect((await service("return-to-service", { by: "T." })).json).toMatchObject({
    code: "appliance.in-service",
  });
  const din = "A999926000001";
  await server.call("PUT", `/v1/units/${din}/E0398V00`, {});
  await server.call("POST", "/v1/movements", {
    din,
    productCode: "E0398V00",
    at: iso(0),
    appliance: "fridge-1",
    reason: "r",
  });
  expect((await service("out-of-service", out)).json).toMatchObject({
    status: 409,
    code: "appliance.not-empty",
  });
  expect((await service("out-of-service", { ...out, unitsRemain: true })).json).toMatchObject({
    inService: false,
    outOfService: { until: iso(60), by: "T. Technician", reason: "compressor", unitsInside: 1 },
  });
  await minutes(30, 8);
  expect(await alarms("temperature-high")).toMatchObject([{ phase: "out-of-service", calls: 0 }]);
  expect(subjects()).toEqual([]);
  const held = (await server.call("GET", `/v1/units/${din}/E0398V00`)).json;
  expect(held).toMatchObject({ status: "held" });
  server = await server.restart();
  await minutes(31, 8);
  expect(await alarms("temperature-high")).toMatchObject([{ phase: "unacknowledged", calls: 1 }]);
  expect((await service("return-to-service", { by: "T." })).status).toBe(409);
  const audit = server.server.services.database
    .prepare("SELECT action, actor FROM audit WHERE action LIKE 'appliance.%' ORDER BY seq")
    .all();
  expect(audit).toEqual([
    { action: "appliance.removed-from-service", actor: "T. Technician" },
    { action: "appliance.returned-to-service", actor: "system" },
  ]);
});

test("equipment tells of power at once, of an open door after its delay, and the latest by event time stands", async () => {
  server = await testServer({ site: siteWith("", ", doorDelay: 2m") });
  await minutes(1, 4);
  const power = { subject: "fridge-1", kind: "power", active: true, at: iso(1) };
  expect(await events(power, power)).toEqual({ accepted: 1, duplicates: 1, rejected: [] });
  expect(await alarms("power")).toMatchObject([{ phase: "unacknowledged", severity: "warning" }]);
  await events({ ...power, active: false, at: iso(0) });
  expect(await alarms("power")).toMatchObject([{ phase: "unacknowledged" }]);
  await events({ ...power, active: false, at: iso(1.5) });
  expect(await alarms("power")).toMatchObject([{ phase: "returned-unacknowledged" }]);
  await events(
    { subject: "p1", kind: "door", active: true, at: iso(1) },
    { subject: "logger-7", kind: "battery", active: true, at: iso(1) },
  );
  await minutes(1, 4);
  expect(await alarms("door")).toEqual([]);
  server = await server.restart();
  await minutes(1, 4);
  expect(await alarms("door")).toMatchObject([
    { phase: "unacknowledged", text: expect.stringContaining("door open") },
  ]);
  expect(await alarms("battery")).toMatchObject([
    { text: expect.stringContaining("Device logger-7: battery low") },
  ]);
});

test("a word that is said again every minute puts off no alarm, and one between that says otherwise begins it anew", async () => {
  server = await testServer({ site: siteWith("", ", doorDelay: 3m, agitatorDelay: 4m") });
  const door = { subject: "fridge-1", kind: "door", active: true };
  const agitator = { subject: "fridge-1", kind: "agitator", active: true };
  for (let minute = 0; minute < 3; minute += 1) {
    await events({ ...door, at: iso(minute) }, { ...agitator, at: iso(minute) });
    await minutes(1, 4);
  }
  expect(await alarms("door")).toMatchObject([
    { text: expect.stringMatching(/door open since .* 01:00:00$/) },
  ]);
  await events({ ...agitator, active: false, at: iso(1.5) });
  await minutes(2, 4);
  expect(await alarms("agitator")).toEqual([]);
  await minutes(1, 4);
  expect(await alarms("agitator")).toMatchObject([
    { text: expect.stringMatching(/agitator stopped since .* 01:02:00$/) },
  ]);
});

test("a gateway tells of its buffer, and a clock is that of a device, a gateway or an appliance", async () => {
  server = await testServer({ site: siteWith("") });
  const said = { active: true, at: iso(0) };
  expect(
    await events(
      { ...said, subject: "g2", kind: "buffer" },
      { ...said, subject: "g2", kind: "clock" },
      { ...said, subject: "logger-7", kind: "clock" },
      { ...said, subject: "p1", kind: "clock" },
    ),
  ).toEqual({ accepted: 4, duplicates: 0, rejected: [] });
  expect((await alarms("buffer")).map(({ text }) => text.replace(/ since.*/, ""))).toEqual([
    "Gateway g2: buffer nearly full",
  ]);
  expect((await alarms("clock")).map(({ text }) => text.replace(/ since .*?:\d\d:\d\d/, "")).sort()).toEqual([
    "Clock of device logger-7 off",
    "Clock of gateway g2 off",
    "Red cells 1: clock off (probe p1)",
  ]);
  await events({ subject: "g2", kind: "buffer", active: false, at: iso(1) });
  expect(await alarms("buffer")).toMatchObject([{ phase: "returned-unacknowledged" }]);
});

test("an event that cannot be taken is refused alone and kept", async () => {
  server = await testServer({ site: siteWith("") });
  const good = { subject: "fridge-1", kind: "clock", active: true, at: iso(0) };
  const answer = await events(
    null,
    { ...good, kind: "smoke" },
    { ...good, kind: "power", subject: "nope" },
    { ...good, at: "then" },
    { ...good, at: iso(6) },
    { ...good, at: "1999-01-01T00:00:00Z" },
    good,
  );
  expect(answer).toEqual({
    accepted: 1,
    duplicates: 0,
    rejected: [
      "event.shape-invalid",
      "event.kind-unknown",
      "event.subject-unknown",
      "event.at-invalid",
      "event.at-future",
      "event.at-too-old",
    ].map((code, index) => ({ index, code })),
  });
  const kept = server.server.services.database
    .prepare("SELECT code FROM refusals ORDER BY position DESC")
    .all();
  expect(kept).toHaveLength(6);
});

test("what becomes critical while it is about to count as over is called about at once", async () => {
  server = await testServer({ site: siteWith(", realarmAfter: 60m, alarmOffDelay: 10m") });
  await minutes(5, 4);
  await minutes(15, 8);
  await minutes(9, 4);
  expect(subjects()).toHaveLength(1);
  await minutes(1, 16);
  expect(subjects()).toHaveLength(2);
  expect(await alarms("temperature-high")).toMatchObject([{ severity: "critical", calls: 2 }]);
});
