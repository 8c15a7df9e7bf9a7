import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { actOnAlarm } from "../alarms/alarm-commands.ts";
import { serveAppliance } from "../alarms/service-commands.ts";
import { replay } from "../replay/replay.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { decideUnit } from "../units/unit-commands.ts";

const unit = { din: "A999926000088", productCode: "E0398V00" };
const by = "person:zoe";

let server: TestServer;
beforeEach(async () => {
  server = await testServer({ start: testStart });
  await server.call("PUT", `/v1/units/${unit.din}/${unit.productCode}`, {});
  const at = "2026-11-22T00:00:00Z";
  await server.call("POST", "/v1/movements", { ...unit, at, appliance: "fridge-1", reason: "stored" });
  server.clock.advance(30 * minuteMs);
  const warm = Array.from({ length: 30 }, (_, minute) => ({ at: testStart + minute * minuteMs, celsius: 8 }));
  await server.post("p1", warm);
});
afterEach(() => server.stop());

const trail = (action: string): unknown[] =>
  server.server.services.database
    .prepare("SELECT actor, subject, detail FROM audit WHERE action = ? ORDER BY seq")
    .all(action)
    .map(({ actor, subject, detail }) => ({ actor, subject, ...(JSON.parse(String(detail)) as object) }));

test("the trail says of each act who did it in which role, why, and from what to what", () => {
  const { services } = server.server;
  const subject = `${unit.din} ${unit.productCode}`;
  expect(trail("hold.placed")).toMatchObject([
    { actor: "system", subject, from: null, to: "held", role: null },
  ]);
  const [alarm] = services.alarms.underWay();
  const input = { kind: "acknowledge" as const, by: "Zoë" };
  actOnAlarm(services, "acknowledge", by, {
    alarm: alarm?.id ?? "",
    by,
    role: "storage",
    note: "door",
    input,
  });
  expect(trail("alarm.acknowledged")).toMatchObject([{ actor: by, role: "storage", why: "door" }]);
  const until = services.clock.epochMs() + 60 * minuteMs;
  const service = { appliance: "fridge-1", by, name: "Zoë", role: "storage" };
  serveAppliance(services, by, { ...service, reason: "defrosting", until });
  expect(trail("appliance.removed-from-service")).toMatchObject([
    { actor: by, role: "storage", why: "defrosting", from: "in service" },
  ]);
  serveAppliance(services, by, { ...service, reason: "done", until: null });
  expect(trail("appliance.returned-to-service")).toMatchObject([
    { role: "storage", why: "done", to: "in service" },
  ]);
  const decision = { decision: "release" as const, by, name: "Zoë", role: "quality", reason: "assessed" };
  decideUnit(services, by, { ...unit, ...decision });
  expect(trail("unit.release")).toMatchObject([
    { actor: by, subject, role: "quality", why: "assessed", from: "held", to: "release" },
  ]);
  expect(replay(services.database, () => undefined).differing).toEqual([]);
});
