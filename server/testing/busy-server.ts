import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { testServer, type TestServer, testStart } from "./test-server.ts";

/** Rounds of the day that the records are of; each gives some five journal entries. */
const rounds = 40;

/**
 * Drives a real server through a busy day, so that its chains have entries of many kinds: readings, refusals, excursions, alarms that people handle, units that move and
 * are decided about, an appliance out of service, a changed site. The caller stops it.
 */
export async function busyServer(): Promise<TestServer> {
  const server = await testServer({ start: testStart });
  const din = (unit: number): string => `A99992600000${unit}`;
  for (let unit = 0; unit < 4; unit += 1) {
    await server.call("PUT", `/v1/units/${din(unit)}/E0398V00`, { description: `Unité n° ${unit} — “é”` });
    const at = formatInstant(server.clock.epochMs());
    const movement = { din: din(unit), productCode: "E0398V00", at, appliance: "fridge-1", reason: "stored" };
    await server.call("POST", "/v1/movements", movement);
  }
  for (let round = 0; round < rounds; round += 1) {
    const now = server.clock.epochMs();
    const warm = round % 8 < 5 ? 8 : 4;
    const reading = (minute: number) => ({ at: now + minute * minuteMs, celsius: warm + minute / 10 });
    server.clock.advance(5 * minuteMs);
    await server.post("p1", [0, 1, 2, 3, 4].map(reading));
    await server.post("p2", [{ at: now, celsius: 4.5 }]);
    await server.call("POST", "/v1/batches", {
      gateway: "g2",
      sequence: round + 1,
      readings: [{ probe: "nope" }],
    });
    server.server.ticker.tick();
    await server.call("PUT", `/v1/units/${din(round % 4)}/E0398V00`, { description: `Unité ${round} — “é”` });
    if (round % 2 === 0)
      await server.call("POST", "/v1/movements", {
        din: din(round % 4),
        productCode: "E0398V00",
        at: formatInstant(now),
        appliance: round % 4 === 0 ? "fridge-2" : "fridge-1",
        reason: "moved",
      });
    if (round % 12 === 5)
      await server.call("POST", "/v1/appliances/fridge-2/out-of-service", {
        by: "t",
        reason: "defrosting",
        until: formatInstant(now + 20 * minuteMs),
        unitsRemain: true,
      });
    const [alarm] = server.server.services.alarms.underWay();
    const by = { by: "Zoë Ångström" };
    if (alarm !== undefined && round % 4 === 1)
      await server.call("POST", `/v1/alarms/${alarm.id}/acknowledge`, { ...by, note: "seen — door" });
    if (alarm !== undefined && round % 9 === 3)
      await server.call("POST", `/v1/alarms/${alarm.id}/shelve`, { ...by, note: "r", minutes: 5 });
    if (round % 10 === 6)
      await server.call("POST", `/v1/units/${din(round % 4)}/E0398V00/disposition`, {
        decision: "release",
        by: "q",
        reason: "assessed",
      });
  }
  return server;
}
