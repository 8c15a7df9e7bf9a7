import { formatInstant, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import type { Fault, Reading } from "@coldkeep/core/readings/reading.ts";
import { answerDrill, planDrill, tickDrills } from "../drills/drill-acts.ts";
import { exampleProfile, type TestServer, testServer } from "../testing/test-server.ts";

/** 30 September 2026, 00:00 in Brussels. The month after it has the hour that comes twice. */
export const sampleStart = parseInstant("2026-09-29T22:00:00Z") ?? 0;

/** 1 October 2026, 00:00 in Brussels. */
export const sampleFrom = sampleStart + 24 * 60 * minuteMs;

/** 1 November 2026, 00:00 in Brussels: an hour more than 31 days later. */
export const sampleTo = sampleFrom + (31 * 24 + 1) * 60 * minuteMs;

const sampleSite = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  red-cells-eu: { ${exampleProfile.slice(2, -2)}, source: Directive 2004/33/EC, edition: consolidated 2016 }
appliances:
  - { id: fridge-1, name: Réfrigérateur 1, kind: refrigerator, profile: red-cells-eu, room: cold-room, probes: [ { id: p1, calibration: { offset: 0.1, certificate: CAL-2231, uncertainty: 0.05, due: 2026-10-15 } } ] }
  - { id: fridge-2, name: Koelkast één, kind: refrigerator, profile: red-cells-eu, probes: [ { id: p2 } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;

const stepMs = 5 * minuteMs;

/** What a refrigerator said at an instant; null where it said nothing. */
function said(probe: string, at: number): Reading | null {
  const minute = (at - sampleFrom) / minuteMs;
  const isIn = (from: number, to: number): boolean => minute >= from && minute < to;
  const day = 24 * 60;
  const quiet = 4 + Math.round(80 * Math.sin(minute / 37)) / 100;
  if (probe === "p1") {
    if (isIn(5 * day + 100, 5 * day + 170)) return { at, celsius: 9.5 };
    if (isIn(9 * day, 9 * day + 90)) return { at, fault: "open" satisfies Fault };
    if (isIn(12 * day, 12 * day + 5)) return { at, fault: "bus" satisfies Fault };
    if (isIn(20 * day + 300, 20 * day + 420)) return null;
    return { at, celsius: quiet };
  }
  if (isIn(7 * day, 7 * day + 200)) return null;
  if (isIn(15 * day, 15 * day + 30)) return { at, celsius: 13 };
  return { at, celsius: quiet - 0.5 };
}

/** A month of a small site as the records have it afterwards: excursions, faults, silence, lost mains, service, alarms that were and were not answered, units, a changed limit. The caller stops the server. */
export async function sampleMonth(): Promise<TestServer> {
  const server = await testServer({ site: sampleSite, start: sampleStart });
  for (const unit of [1, 2, 3]) {
    const din = `A99992600000${unit}`;
    await server.call("PUT", `/v1/units/${din}/E0398V00`, {});
    const move = {
      din,
      productCode: "E0398V00",
      at: formatInstant(sampleStart),
      appliance: "fridge-1",
      reason: "stored",
    };
    await server.call("POST", "/v1/movements", move);
  }
  for (let at = sampleStart; at < sampleTo + 60 * minuteMs; at += 12 * stepMs) await hour(server, at);
  return server;
}

async function hour(server: TestServer, from: number): Promise<void> {
  const instants = Array.from({ length: 12 }, (_, step) => from + step * stepMs);
  server.clock.advance(from + 12 * stepMs - server.clock.epochMs());
  for (const probe of ["p1", "p2"]) {
    const readings = instants.flatMap((at) => said(probe, at) ?? []);
    if (readings.length > 0) await server.post(probe, readings);
  }
  server.server.ticker.tick();
  const hours = Math.round((from - sampleFrom) / (60 * minuteMs));
  const act = acts[hours];
  if (act !== undefined) await act(server);
}

const acts: Readonly<Record<number, (server: TestServer) => Promise<unknown>>> = {
  [5 * 24 + 3]: async (server) => {
    for (const alarm of server.server.services.alarms.underWay())
      await server.call("POST", `/v1/alarms/${alarm.id}/acknowledge`, {
        by: "n. janssens",
        note: "door left open",
      });
  },
  [5 * 24 + 8]: async (server) => {
    for (const [unit, decision] of [
      [1, "release"],
      [2, "discard"],
    ] as const)
      await server.call("POST", `/v1/units/A99992600000${unit}/E0398V00/disposition`, {
        decision,
        by: "q. peeters",
        reason: "60 minutes out",
      });
  },
  [7 * 24 + 3]: async (server) =>
    server.call("POST", "/v1/appliances/fridge-2/out-of-service", {
      by: "t. maes",
      reason: "compressor replaced",
      until: formatInstant(server.clock.epochMs() + 120 * minuteMs),
      unitsRemain: true,
    }),
  [10 * 24 + 9]: async ({ clock, server: { services } }) => {
    const who = { actor: "q. peeters", name: "q. peeters", role: null };
    const id = planDrill(services, who.actor, {
      probe: "p1",
      appliance: "fridge-1",
      trace: { kind: "scenario", scenario: "door-open" },
      startAt: clock.epochMs(),
      goalMs: 10 * minuteMs,
      repeatDays: null,
      isAnnounced: false,
      reason: "quarterly alarm test",
      plannedBy: who,
    });
    for (let minute = 0; minute < 9; minute += 1) {
      tickDrills(services);
      clock.advance(minuteMs);
    }
    const promise = { what: "seen", until: clock.epochMs() + 30 * minuteMs };
    answerDrill(services, who.actor, id, { actor: "n. janssens", name: "n. janssens", role: null }, promise);
    tickDrills(services);
  },
  [18 * 24]: async ({ server: { services } }) => {
    const site = services.site()?.site;
    if (site !== undefined) services.applySite({ ...site, contacts: [] }, "n. janssens");
  },
  [20 * 24 + 8]: async (server) => {
    const event = (hour: number, active: boolean) => ({
      subject: "fridge-1",
      kind: "power",
      active,
      at: formatInstant(sampleFrom + hour * 60 * minuteMs),
    });
    const events = [event(20 * 24 + 5, true), event(20 * 24 + 6.5, false)];
    await server.call("POST", "/v1/batches", { gateway: "g2", sequence: 1, readings: [], events });
  },
};
