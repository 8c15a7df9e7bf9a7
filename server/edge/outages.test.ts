/**
 * Whatever happens while a gateway is alone, people are called about all that perfect connectivity would have called them about, at the gateway or at the server, and
 * about nothing twice as though it were two: random hours of two probes, once delivered as they are, once with an outage during which a model of a gateway keeps watch
 * with the engine of core, its report coming before or after the readings, its calls reaching people or nobody.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import { alarmIdentity } from "@coldkeep/core/alarms/identity.ts";
import { type AlarmState, type AlarmStep, raiseAlarm, stepAlarm } from "@coldkeep/core/alarms/lifecycle.ts";
import { probeConditions } from "@coldkeep/core/alarms/probe-conditions.ts";
import { termsOf } from "@coldkeep/core/alarms/terms.ts";
import type { EdgeAlarm, EdgeAnswer, EdgeCall, WireWatch } from "@coldkeep/core/contract/edge.ts";
import { edgeAlarmKinds } from "@coldkeep/core/contract/edge.ts";
import { rulesFromWire, stateFromWire } from "@coldkeep/core/contract/watch-on-wire.ts";
import { judge } from "@coldkeep/core/engine/judge.ts";
import { activeEpisode, unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { type EpochMs, formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { type TestServer, testServer, testStart } from "../testing/test-server.ts";

const runs = Number(process.env["RUNS"] ?? 12);
/** The same stories each time unless SEED says otherwise: a run of many others belongs beside a change, not into each one. */
const seed = Number(process.env["SEED"] ?? 20_261_124);
const probes = ["p1", "p2"] as const;
type Probe = (typeof probes)[number];
/** How long a gateway of the model is out of touch before it keeps watch. */
const aloneAfter = 3;
const worldMinutes = 170;
const calmMinutes = 45;

/** What a probe shows for some minutes; null: a fault, "silent": nothing. */
interface Piece {
  readonly minutes: number;
  readonly shows: number | null | "silent";
}
interface Story {
  readonly pieces: Readonly<Record<Probe, readonly Piece[]>>;
  readonly from: number;
  readonly to: number;
  readonly isReached: boolean;
  readonly order: "report first" | "readings first" | "newest reading first";
  readonly chunk: number;
  readonly waitsBetween: boolean;
  readonly restarts: boolean;
}

const piece: fc.Arbitrary<Piece> = fc.record({
  minutes: fc.integer({ min: 3, max: 45 }),
  shows: fc.constantFrom<Piece["shows"]>(4, 4, 4, 8, 8, 13, 1, null, "silent"),
});
const story: fc.Arbitrary<Story> = fc
  .record({
    p1: fc.array(piece, { minLength: 4, maxLength: 9 }),
    p2: fc.array(piece, { minLength: 1, maxLength: 4 }),
    from: fc.integer({ min: 12, max: 60 }),
    lasts: fc.integer({ min: 8, max: 100 }),
    isReached: fc.boolean(),
    order: fc.constantFrom<Story["order"]>("report first", "readings first", "newest reading first"),
    chunk: fc.integer({ min: 5, max: 120 }),
    waitsBetween: fc.boolean(),
    restarts: fc.boolean(),
  })
  .map(({ p1, p2, lasts, ...rest }) => ({ ...rest, to: rest.from + lasts, pieces: { p1, p2 } }));

const at = (minute: number): EpochMs => testStart + minute * minuteMs;

function shown(pieces: readonly Piece[], minute: number): Piece["shows"] {
  let until = 2;
  if (minute < until || minute >= worldMinutes) return 4;
  for (const { minutes, shows } of pieces) {
    until += minutes;
    if (minute < until) return shows;
  }
  return 4;
}

function readingsOf({ pieces }: Story, probe: Probe, from: number, to: number): Reading[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index).flatMap(
    (minute): Reading[] => {
      const shows = shown(pieces[probe], minute);
      if (shows === "silent") return [];
      return [shows === null ? { at: at(minute), fault: "open" } : { at: at(minute), celsius: shows }];
    },
  );
}

let sequence = 0;
async function post(server: TestServer, lists: Readonly<Partial<Record<Probe, Reading[]>>>): Promise<void> {
  sequence += 1;
  const readings = Object.entries(lists).flatMap(([probe, list]) =>
    list.map(({ at: instant, ...value }) => ({ probe, at: formatInstant(instant), ...value })),
  );
  const answer = await server.call("POST", "/v1/batches", { gateway: "g1", sequence, readings });
  expect(answer.status).toBe(200);
}

async function live(server: TestServer, told: Story, from: number, to: number): Promise<void> {
  for (let minute = from; minute < to; minute += 1) {
    server.clock.advance(at(minute) - server.clock.epochMs());
    await post(server, {
      p1: readingsOf(told, "p1", minute, minute + 1),
      p2: readingsOf(told, "p2", minute, minute + 1),
    });
    server.server.ticker.tick();
  }
}

interface ModelAlarm {
  readonly id: string;
  readonly kind: EdgeAlarm["kind"];
  readonly subject: Probe;
  readonly severity: EdgeAlarm["severity"];
  readonly state: AlarmState;
  readonly clearedAt: EpochMs | null;
  readonly calls: readonly EdgeCall[];
  readonly isTouched: boolean;
}

/** A gateway that keeps watch alone, minute by minute, from what the server told it before and all its readings. */
function keepWatch(told: Story, watch: WireWatch): ModelAlarm[] {
  let alarms: ModelAlarm[] = watch.alarms.flatMap((alarm) => {
    const kind = edgeAlarmKinds.find((each) => each === alarm.kind);
    const subject = probes.find((each) => each === alarm.subject);
    if (kind === undefined || subject === undefined) return [];
    const { id, severity } = alarm;
    const probe = watch.probes.find((each) => each.id === subject);
    const profile = probe?.profiles[0]?.profile;
    const state = stateFromWire(alarm, termsOf(profile ?? {}, kind));
    const clearedAt = state.condition ? null : state.raisedAt;
    return [{ id, kind, subject, severity, state, clearedAt, calls: [], isTouched: false }];
  });
  const keep = (alarm: ModelAlarm, step: AlarmStep, now: EpochMs): void => {
    const calls = step.effects.flatMap((effect): EdgeCall[] => {
      if (effect.kind !== "call") return [];
      const outcome = told.isReached ? "delivered" : "failed";
      const { severity } = alarm;
      return [{ at: formatInstant(now), by: "sms", to: "n", about: effect.about, severity, outcome }];
    });
    const wasOn = alarm.state.condition;
    const clearedAt = step.state.condition ? null : wasOn ? now : alarm.clearedAt;
    const next = {
      ...alarm,
      state: step.state,
      clearedAt,
      calls: [...alarm.calls, ...calls],
      isTouched: true,
    };
    alarms = [...alarms.filter(({ id }) => id !== alarm.id), next];
  };
  for (let minute = told.from + aloneAfter; minute < told.to; minute += 1) {
    const now = at(minute);
    for (const subject of probes) {
      const wire = watch.probes.find(({ id }) => id === subject);
      if (wire === undefined) continue;
      const { rules } = rulesFromWire(wire);
      const { state } = judge(unheardOf(), readingsOf(told, subject, 0, minute + 1), rules);
      for (const { kind: each, condition } of probeConditions(state, rules, now).conditions) {
        const kind = edgeAlarmKinds.find((known) => known === each);
        if (kind === undefined) continue;
        const known = alarms.find((alarm) => alarm.kind === kind && alarm.subject === subject);
        const terms = termsOf(ruleAt(rules.profiles, now), kind);
        const side = kind === "temperature-high" ? "high" : "low";
        const isCritical =
          (kind === "temperature-high" || kind === "temperature-low") &&
          activeEpisode(state, side)?.critical === true;
        const severity = isCritical ? "critical" : "warning";
        if (known === undefined) {
          if (condition !== "on") continue;
          const id = alarmIdentity(kind, subject, now, () => false);
          const raised = raiseAlarm(now, terms);
          const blank = { ...raised.state, condition: false };
          keep(
            { id, kind, subject, severity, state: blank, clearedAt: null, calls: [], isTouched: true },
            raised,
            now,
          );
        } else {
          const isWorse = condition === "on" && isCritical && known.severity !== "critical";
          const input =
            condition === "on" ? ({ kind: "onset", terms } as const) : ({ kind: "clear" } as const);
          const stepped =
            condition === "unchanged"
              ? stepAlarm(known.state, { kind: "tick" }, now)
              : stepAlarm(known.state, input, now);
          if (stepped.state !== known.state) keep(known, stepped, now);
          const current = alarms.find(({ id }) => id === known.id) ?? known;
          if (isWorse && current.state.condition)
            keep({ ...current, severity }, stepAlarm(current.state, { kind: "worsen" }, now), now);
        }
      }
    }
  }
  return alarms.filter(({ isTouched }) => isTouched);
}

function onWire({ id, kind, subject, severity, state, clearedAt, calls }: ModelAlarm): EdgeAlarm {
  return {
    id,
    kind,
    subject,
    severity,
    raisedAt: formatInstant(state.raisedAt),
    clearedAt: clearedAt === null ? null : formatInstant(clearedAt),
    acknowledgedAt: null,
    acknowledgedBy: null,
    calls: [...calls],
  };
}

/** The stretches in which alarms of a kind were on, by the server's own record. */
function stretchesOn(server: TestServer, kind: AlarmKind, subject: string): [EpochMs, EpochMs][] {
  const events = server.server.services.database
    .prepare(
      "SELECT at, event FROM alarm_events JOIN alarms ON alarms.id = alarm WHERE kind = ? AND subject = ? AND event IN ('raised', 'returned') ORDER BY number",
    )
    .all(kind, subject);
  const found: [EpochMs, EpochMs][] = [];
  for (const { at: instant, event } of events) {
    const last = found.at(-1);
    if (event === "raised") found.push([Number(instant), Number.MAX_SAFE_INTEGER]);
    else if (last !== undefined) last[1] = Math.min(last[1], Number(instant));
  }
  return found;
}

/** When people were told by mail, other than that it is over, about alarms of a kind about a probe, or about an excursion of it that was found late. */
function mailsAbout(server: TestServer, kind: AlarmKind, subject: string): EpochMs[] {
  return server.server.services.database
    .prepare(
      `SELECT owed_at FROM notifications WHERE subject NOT LIKE 'Back to normal%' AND (alarm IN (SELECT id FROM alarms WHERE (kind = ?1 AND subject = ?2) OR (kind = 'late-excursion' AND json_extract(state, '$.probe') = ?2))
       OR alarm IN (SELECT call FROM call_alarms JOIN alarms ON alarms.id = call_alarms.alarm WHERE (kind = ?1 AND subject = ?2) OR (kind = 'late-excursion' AND json_extract(state, '$.probe') = ?2)))`,
    )
    .all(kind, subject)
    .map((row) => Number(row["owed_at"]));
}

function excursionsOf(server: TestServer): unknown[] {
  return server.server.services.database
    .prepare(
      "SELECT probe, side, status, figures FROM excursions WHERE status <> 'withdrawn' ORDER BY probe, side, \"start\"",
    )
    .all();
}

async function connected(told: Story): Promise<TestServer> {
  const server = await testServer();
  await live(server, told, 0, worldMinutes + calmMinutes);
  return server;
}

interface Ended {
  readonly server: TestServer;
  readonly alarms: readonly ModelAlarm[];
  readonly answers: EdgeAnswer["alarms"];
}

async function interrupted(told: Story): Promise<Ended> {
  let server = await testServer();
  const { from, to, order, chunk, waitsBetween } = told;
  await live(server, told, 0, from);
  const watch = (await server.call("GET", "/v1/gateways/g1/watch?probes=p1,p2")).json as WireWatch;
  for (let minute = from; minute < to; minute += 1) {
    server.clock.advance(at(minute) - server.clock.epochMs());
    server.server.ticker.tick();
  }
  const alarms = keepWatch(told, watch);
  const body = { asOf: formatInstant(at(to - 1)), alarms: alarms.map(onWire) };
  const pause = (): void => {
    if (!waitsBetween) return;
    server.clock.advance(7_000);
    server.server.ticker.tick();
  };
  const report = async (): Promise<EdgeAnswer["alarms"]> => {
    const answer = await server.call("POST", "/v1/gateways/g1/edge-alarms", body);
    expect(answer.status, answer.text).toBe(200);
    expect((answer.json as EdgeAnswer).rejected).toEqual([]);
    pause();
    return (answer.json as EdgeAnswer).alarms;
  };
  const backlog = async (): Promise<void> => {
    for (let start = from; start < to; start += chunk) {
      const end = Math.min(start + chunk, to);
      await post(server, {
        p1: readingsOf(told, "p1", start, end),
        p2: readingsOf(told, "p2", start, end),
      });
      pause();
    }
  };
  let answers: EdgeAnswer["alarms"] = [];
  if (order === "newest reading first")
    await post(server, {
      p1: readingsOf(told, "p1", to - 1, to),
      p2: readingsOf(told, "p2", to - 1, to),
    });
  if (order !== "readings first") answers = await report();
  if (told.restarts) server = await server.restart();
  await backlog();
  if (order === "readings first") answers = await report();
  const again = await report();
  expect(again.map(({ id, alarm }) => [id, alarm])).toEqual(answers.map(({ id, alarm }) => [id, alarm]));
  await live(server, told, to, worldMinutes + calmMinutes);
  return { server, alarms, answers };
}

/** The server's own alarm comes on again and goes while the gateway is alone, and its calls reach nobody. */
const onAgain: Story = {
  from: 13,
  to: 24,
  isReached: false,
  order: "newest reading first",
  chunk: 38,
  waitsBetween: true,
  restarts: true,
  pieces: {
    p1: [{ minutes: 23, shows: 4 }],
    p2: [
      { minutes: 7, shows: 8 },
      { minutes: 4, shows: 4 },
      { minutes: 9, shows: 8 },
    ],
  },
};

const seen = { takenOver: 0, recorded: 0, joined: 0, known: 0, intervals: 0, covered: 0 };

test("an outage with a gateway that keeps watch misses nothing and doubles nothing", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const perfect = await connected(told);
      const { server, alarms, answers } = await interrupted(told);
      const { database } = server.server.services;

      expect(excursionsOf(server)).toEqual(excursionsOf(perfect));

      const underWay = server.server.services.alarms
        .underWay()
        .map(({ kind, subject }) => `${kind} ${subject}`);
      expect(underWay).toEqual([...new Set(underWay)]);
      for (const { alarm } of answers)
        expect(database.prepare("SELECT id FROM alarms WHERE id = ?").all(alarm)).toHaveLength(1);
      for (const { fate } of answers) seen[fate === "taken-over" ? "takenOver" : fate] += 1;

      for (const probe of probes) {
        for (const kind of ["temperature-high", "temperature-low", "probe-silent", "probe-fault"] as const) {
          const mails = mailsAbout(server, kind, probe);
          const calls = alarms
            .filter((alarm) => alarm.kind === kind && alarm.subject === probe)
            .flatMap((alarm) => alarm.calls.filter(({ outcome }) => outcome === "delivered"))
            .map((call) => Temporal.Instant.from(call.at).epochMilliseconds);
          const mailsIfConnected = mailsAbout(perfect, kind, probe);
          for (const [raised, returned] of stretchesOn(perfect, kind, probe)) {
            if (!mailsIfConnected.some((mail) => mail >= raised && mail <= returned)) continue;
            const isSeenByNobody =
              raised >= at(told.from) - minuteMs && returned <= at(told.from + aloneAfter);
            if (isSeenByNobody) continue;
            seen.intervals += 1;
            const latest = Math.max(returned, at(told.to)) + 5 * minuteMs;
            const isTold = [...mails, ...calls].some((instant) => instant >= raised && instant <= latest);
            expect(isTold, `${kind} of ${probe} from minute ${(raised - testStart) / minuteMs}`).toBe(true);
          }
        }
      }

      for (const { alarm, fate, id } of answers) {
        const edge = alarms.find((each) => each.id === id);
        const wasReached = edge?.calls.some(
          ({ about, outcome }) => about !== "return" && outcome === "delivered",
        );
        if (fate !== "taken-over" || wasReached !== true || told.order !== "report first") continue;
        const anew = database
          .prepare(
            "SELECT subject FROM notifications WHERE alarm = ? AND owed_at <= ? AND subject LIKE 'Alarm:%'",
          )
          .all(alarm, at(told.to));
        expect(anew).toEqual([]);
      }
      seen.covered += database.prepare("SELECT 1 FROM alarm_events WHERE event = 'covers'").all().length;
      expect(replay(database, () => undefined).differing).toEqual([]);
      await perfect.stop();
      await server.stop();
    }),
    { numRuns: runs, seed, examples: [[onAgain]] },
  );
  expect(seen.intervals).toBeGreaterThan(0);
  expect(seen.takenOver + seen.recorded).toBeGreaterThan(0);
}, 300_000);
