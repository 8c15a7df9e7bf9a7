/**
 * Promise 4 on the real records: whatever people do to alarms, in whatever order and with restarts in between, coverage, excursions and holds are those of the same
 * hours without anybody; and no alarm whose condition lasts stays without a call for longer than its terms and the longest mutes allow.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AlarmKind, AlarmPhase } from "@coldkeep/core/alarms/alarm.ts";
import {
  isMuted,
  outOfServiceMaxMs,
  phaseOf,
  shelveMaxMs,
  whileParentLasts,
} from "@coldkeep/core/alarms/alarm-state.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { exampleProfile, type TestServer, testServer, testStart } from "../testing/test-server.ts";

const runs = Number(process.env["RUNS"] ?? 8);
const site = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  cells: ${exampleProfile.replace("}", ", realarmAfter: 20m, warnHigh: 5, latching: [probe-fault] }")}
appliances:
  - { id: fridge-1, name: Red cells 1, kind: refrigerator, profile: cells, circuit: north, room: cellar, probes: [ { id: p1 }, { id: p2 } ] }
  - { id: fridge-2, name: Red cells 2, kind: refrigerator, profile: cells, circuit: north, room: cellar, doorDelay: 2m, probes: [ { id: p3 } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;

/** What the world does: the same in both runs. */
type Happening =
  | { readonly kind: "readings"; readonly probe: string; readonly celsius: number | null }
  | { readonly kind: "minutes"; readonly minutes: number; readonly celsius: number | null }
  | {
      readonly kind: "event";
      readonly what: "power" | "door";
      readonly appliance: string;
      readonly active: boolean;
    };
/** What people and the machine do about it: in one run only. */
type Act =
  | { readonly kind: "acknowledge" | "unshelve" | "reset"; readonly pick: number }
  | { readonly kind: "shelve"; readonly pick: number; readonly minutes: number }
  | { readonly kind: "out"; readonly appliance: string; readonly minutes: number }
  | { readonly kind: "back"; readonly appliance: string }
  | { readonly kind: "restart" };

const celsius = fc.constantFrom(4, 4, 5.5, 8, 8, 13, 1, null);
const appliance = fc.constantFrom("fridge-1", "fridge-2");
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant("readings" as const),
    probe: fc.constantFrom("p1", "p2", "p3"),
    celsius,
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("minutes" as const),
      minutes: fc.integer({ min: 1, max: 30 }),
      celsius: fc.option(celsius),
    }),
  },
  fc.record({
    kind: fc.constant("event" as const),
    what: fc.constantFrom("power" as const, "door" as const),
    appliance,
    active: fc.boolean(),
  }),
);
const pick = fc.nat({ max: 9 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom("acknowledge" as const, "unshelve" as const, "reset" as const), pick }),
  fc.record({ kind: fc.constant("shelve" as const), pick, minutes: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant("out" as const), appliance, minutes: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ kind: fc.constant("back" as const), appliance }),
  fc.constant<Act>({ kind: "restart" }),
);
const steps = fc.array(fc.tuple(happening, fc.array(act, { maxLength: 2 })), {
  minLength: 5,
  maxLength: 25,
  size: "max",
});

/** A story that leads through the phases, so that no run is without them. */
const throughThePhases: [Happening, Act[]][] = [
  [
    { kind: "minutes", minutes: 20, celsius: 12 },
    [
      { kind: "acknowledge", pick: 0 },
      { kind: "shelve", pick: 1, minutes: 30 },
    ],
  ],
  [{ kind: "minutes", minutes: 3, celsius: 12 }, [{ kind: "out", appliance: "fridge-1", minutes: 30 }]],
  [{ kind: "minutes", minutes: 30, celsius: null }, []],
];

const seen = new Set<AlarmPhase>();

async function happen(
  server: TestServer,
  next: Happening,
  watch: (server: TestServer) => void,
): Promise<void> {
  const now = server.clock.epochMs();
  if (next.kind === "event") {
    const event = {
      subject: next.appliance,
      kind: next.what,
      active: next.active,
      at: formatInstant(now),
    };
    const body = { gateway: "events", sequence: now - testStart, readings: [], events: [event] };
    await server.call("POST", "/v1/batches", body);
    watch(server);
    return;
  }
  const value = (said: number | null) => (said === null ? { fault: "open" as const } : { celsius: said });
  if (next.kind === "readings") {
    await server.post(next.probe, [{ at: now, ...value(next.celsius) }]);
    watch(server);
    return;
  }
  for (let minute = 0; minute < next.minutes; minute += 1) {
    server.clock.advance(minuteMs);
    server.server.ticker.tick();
    if (next.celsius !== null) {
      for (const probe of ["p1", "p3"])
        await server.post(probe, [{ at: server.clock.epochMs(), ...value(next.celsius) }]);
    }
    watch(server);
  }
}

async function perform(server: TestServer, next: Act): Promise<TestServer> {
  if (next.kind === "restart") return server.restart();
  if (next.kind === "out" || next.kind === "back") {
    const until = formatInstant(server.clock.epochMs() + (next.kind === "out" ? next.minutes * minuteMs : 0));
    const path = next.kind === "out" ? "out-of-service" : "return-to-service";
    const body =
      next.kind === "out"
        ? { by: "T. Technician", reason: "repair", until, unitsRemain: true }
        : { by: "T." };
    await server.call("POST", `/v1/appliances/${next.appliance}/${path}`, body);
    return server;
  }
  const alarms = server.server.services.alarms.underWay();
  const alarm = alarms[next.pick % Math.max(alarms.length, 1)];
  if (alarm === undefined) return server;
  const more = next.kind === "shelve" ? { note: "seen", minutes: next.minutes } : {};
  await server.call("POST", `/v1/alarms/${alarm.id}/${next.kind}`, { by: "A. Nurse", ...more });
  return server;
}

/** Sees that each alarm whose condition lasts has been called about in time, or is muted until an instant that is not too far. */
function callWatch(): (server: TestServer) => void {
  const called = new Map<string, { calls: number; at: number }>();
  return (server) => {
    const now = server.clock.epochMs();
    const alarms = server.server.services.alarms.underWay();
    for (const { id, state, kind, subject } of alarms) {
      seen.add(phaseOf(state));
      if (called.get(id)?.calls !== state.calls || !state.condition)
        called.set(id, { calls: state.calls, at: now });
      if (!state.condition) continue;
      expect((state.shelvedUntil ?? now) - now).toBeLessThanOrEqual(shelveMaxMs);
      expect((state.outOfServiceUntil ?? now) - now).toBeLessThanOrEqual(outOfServiceMaxMs);
      if (state.suppressedUntil === whileParentLasts) {
        const parent = alarms.find((each) => each.kind === parents[kind] && each.state.condition);
        expect(parent, `${kind} of ${subject} is suppressed by nothing`).toBeDefined();
      }
      if (isMuted(state)) continue;
      const silentMs =
        now - Math.max(called.get(id)?.at ?? now, (state.realarmAt ?? now) - state.terms.realarmAfter);
      expect(silentMs, `${kind} of ${subject} without a call`).toBeLessThanOrEqual(
        state.terms.realarmAfter + minuteMs,
      );
    }
  };
}

const parents: Partial<Record<AlarmKind, AlarmKind>> = {
  "probe-silent": "gateway-silent",
  "temperature-warning-high": "temperature-high",
};

interface Truth {
  readonly coverage: readonly unknown[];
  readonly tables: readonly unknown[];
}

async function truthOf(server: TestServer): Promise<Truth> {
  const to = formatInstant(server.clock.epochMs());
  const coverage = [];
  for (const probe of ["p1", "p2", "p3"])
    coverage.push(
      (await server.call("GET", `/v1/probes/${probe}/coverage?from=${formatInstant(testStart)}&to=${to}`))
        .json,
    );
  const { database } = server.server.services;
  const tables = [
    `SELECT id, probe, appliance, side, status, "start", "end", figures FROM excursions ORDER BY id`,
    "SELECT unit, excursion, exposed, released_at FROM holds ORDER BY unit, excursion",
    `SELECT * FROM residences ORDER BY unit, "from"`,
    "SELECT probe, at, value, fault FROM readings ORDER BY probe, at, value",
  ].map((sql) => database.prepare(sql).all());
  return { coverage, tables };
}

async function start(): Promise<TestServer> {
  const server = await testServer({ site });
  for (const [index, place] of ["fridge-1", "fridge-1", "fridge-2"].entries()) {
    const din = `A99992600000${index}`;
    await server.call("PUT", `/v1/units/${din}/E0398V00`, {});
    const at = formatInstant(testStart);
    const movement = { din, productCode: "E0398V00", at, appliance: place, reason: "stored" };
    await server.call("POST", "/v1/movements", movement);
  }
  return server;
}

test("what people do to alarms changes no coverage, excursion or hold, and silences nothing for ever", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      let acted = await start();
      const alone = await start();
      const watch = callWatch();
      const watchAlone = callWatch();
      for (const [next, acts] of list) {
        await happen(acted, next, watch);
        await happen(alone, next, watchAlone);
        for (const each of acts) acted = await perform(acted, each);
      }
      expect(await truthOf(acted)).toEqual(await truthOf(alone));
      await acted.stop();
      await alone.stop();
    }),
    { numRuns: runs, examples: [[throughThePhases]] },
  );
  for (const phase of ["unacknowledged", "acknowledged", "shelved", "out-of-service", "suppressed"])
    expect(seen).toContain(phase);
}, 300_000);

test("restarts change nothing that people are told", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      let restarted = await start();
      let running = await start();
      for (const [next, acts] of list) {
        await happen(restarted, next, () => undefined);
        await happen(running, next, () => undefined);
        for (const each of acts) {
          restarted = await perform(restarted, each);
          if (each.kind !== "restart") running = await perform(running, each);
        }
      }
      const told = (server: TestServer) =>
        server.server.services.database
          .prepare(
            "SELECT alarm, contact, subject, owed_at FROM notifications ORDER BY owed_at, subject, contact",
          )
          .all()
          .map((row) => ({ ...row, alarm: String(row["alarm"]).replace(/^call-\d+/, "call") }));
      expect(told(restarted)).toEqual(told(running));
      await restarted.stop();
      await running.stop();
    }),
    { numRuns: runs },
  );
}, 300_000);
