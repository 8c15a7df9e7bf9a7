/**
 * The watch against a plain account of what the server would have raised: all that was heard is judged in order by the server's own functions at each second, and each
 * condition goes through the lifecycle. Outages, late and repeated readings, faults, silence and kills come at random.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { alarmDueAt } from "@coldkeep/core/alarms/alarm-state.ts";
import { type AlarmState, raiseAlarm, stepAlarm } from "@coldkeep/core/alarms/lifecycle.ts";
import { probeConditions } from "@coldkeep/core/alarms/probe-conditions.ts";
import { termsOf } from "@coldkeep/core/alarms/terms.ts";
import { judge } from "@coldkeep/core/engine/judge.ts";
import { activeEpisode, type ProbeState, unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import { compareReadings, type Reading } from "@coldkeep/core/readings/reading.ts";
import { exampleProfile } from "@coldkeep/core/site/example-profile.ts";
import { constantRules, type Profile } from "@coldkeep/core/site/profile.ts";
import { type EpochMs, minuteMs, parseInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import type { GatherState } from "@coldkeep/core/alarms/gathering.ts";
import type { KeptCall } from "./watch-records.ts";
import { askEveryMs } from "./edge-watch.ts";
import { watchBench, wireWatch, type WatchBench } from "./watch-bench.ts";

const runs = Number(process.env["RUNS"] ?? 40);
/** The stories are the same each time unless SEED says otherwise. */
const seed = Number(process.env["SEED"] ?? 20_261_124);

const profile: Profile = {
  ...exampleProfile,
  criticalHigh: 12,
  criticalLow: 0,
  alarms: { warnLow: null, warnHigh: null, realarmAfter: 20 * minuteMs, offDelay: minuteMs, latching: false },
};
const rules = constantRules(profile);
const probes = ["p1", "p2"] as const;

/** What happens within a minute of the story. */
interface Minute {
  /** What each probe shows: a change of its temperature, a fault, or nothing. */
  readonly shown: readonly (number | "fault" | "nothing")[];
  /** After how many minutes it comes in, for what is late. */
  readonly lateBy: number;
  readonly isTwice: boolean;
  readonly isKilled: boolean;
}

const minuteArbitrary: fc.Arbitrary<Minute> = fc.record({
  shown: fc.tuple(
    ...probes.map(() =>
      fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: -12, max: 12 }).map((tenths) => tenths / 10) },
        { weight: 1, arbitrary: fc.constantFrom<number>(6, -6) },
        { weight: 1, arbitrary: fc.constant<"fault">("fault") },
        { weight: 2, arbitrary: fc.constant<"nothing">("nothing") },
      ),
    ),
  ),
  lateBy: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 15 }) },
  ),
  isTwice: fc.boolean(),
  isKilled: fc.oneof(
    { weight: 25, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});

type Heard = Reading & { readonly probe: string };

/** What came in at an instant. */
interface Arrival {
  readonly at: EpochMs;
  readonly heard: readonly Heard[];
  readonly isKill: boolean;
}

interface Expected {
  readonly kind: string;
  readonly subject: string;
  readonly raisedAt: EpochMs;
  readonly state: AlarmState;
}

function isCritical(kind: string, state: ProbeState): boolean {
  const side = kind === "temperature-high" ? "high" : kind === "temperature-low" ? "low" : null;
  return side !== null && activeEpisode(state, side)?.critical === true;
}

/** What the server's functions make of it, second by second, from the instant at which the gateway was alone. */
function expected(
  arrivals: readonly Arrival[],
  since: EpochMs,
  until: EpochMs,
  begunAt: EpochMs,
): Expected[] {
  const heard = new Map<string, Reading[]>(probes.map((probe) => [probe, []]));
  const states = new Map<string, ProbeState>(probes.map((probe) => [probe, unheardOf()]));
  const alarms = new Map<string, Expected & { critical: boolean }>();
  let listeningSince = begunAt;
  const step = (key: string, next: AlarmState, critical?: boolean): void => {
    const known = alarms.get(key);
    if (known !== undefined) alarms.set(key, { ...known, state: next, critical: critical ?? known.critical });
  };
  const evaluate = (now: EpochMs, only: ReadonlySet<string> | null = null): void => {
    if (now < since) return;
    for (const probe of probes) {
      if (only?.has(probe) === false) continue;
      const state = states.get(probe) ?? unheardOf();
      for (const { kind, condition } of probeConditions(state, rules, now).conditions) {
        const key = `${kind} ${probe}`;
        const known = alarms.get(key);
        const isDeaf = kind === "probe-silent" && now <= listeningSince + profile.maxGap + profile.alarmDelay;
        const critical = isCritical(kind, state);
        if (condition === "on" && !isDeaf) {
          if (known === undefined) {
            const raised = raiseAlarm(now, termsOf(profile, kind)).state;
            alarms.set(key, { kind, subject: probe, raisedAt: now, state: raised, critical });
            continue;
          }
          let { state: standing, critical: isTold } = known;
          const dueAt = alarmDueAt(standing);
          if (!standing.condition || standing.clearsAt !== null || (dueAt !== null && dueAt <= now)) {
            const next = stepAlarm(standing, { kind: "onset" }, now).state;
            // A call says how it is by then; without one nobody knows yet that it is critical.
            isTold = critical && (next.calls > standing.calls || isTold);
            standing = next;
            step(key, standing, isTold);
          }
          if (critical && !isTold) step(key, stepAlarm(standing, { kind: "worsen" }, now).state, true);
        } else if (condition === "off" && known?.state.condition === true)
          step(key, stepAlarm(known.state, { kind: "clear" }, now).state);
      }
    }
    if (only !== null) return;
    for (const [key, { kind, subject, state }] of alarms) {
      const dueAt = alarmDueAt(state);
      if (dueAt === null || dueAt > now) continue;
      // What is told again says how it is by then.
      const standing = state.condition ? isCritical(kind, states.get(subject) ?? unheardOf()) : undefined;
      step(key, stepAlarm(state, { kind: "tick" }, now).state, standing);
    }
  };
  let index = 0;
  for (let now = begunAt; now <= until; now += secondMs) {
    // At such an instant the watch tries to tell the server first, and judges a second later.
    const isTelling = (now - listeningSince) % askEveryMs === 0 && now > since;
    if (!isTelling) evaluate(now);
    for (let next = arrivals[index]; next !== undefined && next.at === now; next = arrivals[index]) {
      index += 1;
      if (next.isKill) listeningSince = now;
      for (const { probe, ...reading } of next.heard) {
        const list = heard.get(probe) ?? [];
        if (list.some((each) => compareReadings(each, reading) === 0)) continue;
        list.push(reading);
        list.sort(compareReadings);
        states.set(probe, judge(unheardOf(), list, rules).state);
      }
      evaluate(now, next.isKill ? null : new Set(next.heard.map(({ probe }) => probe)));
    }
  }
  return [...alarms.values()].map(({ kind, subject, raisedAt, state }) => ({
    kind,
    subject,
    raisedAt,
    state,
  }));
}

/** Plays a story on a bench: a connected quarter of an hour, then cut off until the end. */
async function play(bench: WatchBench, story: readonly Minute[], cutAfter: number): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  const late = new Map<number, Heard[]>();
  const celsius = new Map<string, number>(probes.map((probe) => [probe, 4]));
  const bring = (heard: readonly Heard[]): void => {
    if (heard.length === 0) return;
    arrivals.push({ at: bench.clock.epochMs(), heard, isKill: false });
    bench.feed(...heard);
  };
  for (const [minute, { shown, lateBy, isTwice, isKilled }] of story.entries()) {
    if (minute === cutAfter) bench.connect(false);
    const at = bench.clock.epochMs();
    const fresh = probes.flatMap((probe, index): Heard[] => {
      const value = shown[index] ?? "nothing";
      if (value === "nothing") return [];
      if (value === "fault") return [{ probe, at, fault: "open" }];
      const moved = Math.max(-4, Math.min(16, (celsius.get(probe) ?? 4) + value));
      celsius.set(probe, Math.round(moved * 10) / 10);
      return [{ probe, at, celsius: celsius.get(probe) ?? 4 }];
    });
    late.set(minute + lateBy, [...(late.get(minute + lateBy) ?? []), ...fresh]);
    bring(late.get(minute) ?? []);
    if (isTwice) bring(late.get(minute) ?? []);
    if (isKilled && bench.watch().status().phase === "alone") {
      arrivals.push({ at: bench.clock.epochMs(), heard: [], isKill: true });
      await bench.restart();
    }
    if (minute < cutAfter) await bench.send();
    await bench.pass(minuteMs);
  }
  return arrivals;
}

test("alone a gateway raises what the server would have raised, and calls about each once, whatever is late, repeated or killed", async () => {
  let alarms = 0;
  let kills = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(minuteArbitrary, { minLength: 40, maxLength: 160 }), async (story) => {
      const bench = await watchBench({ watch: wireWatch(probes, profile) });
      const begunAt = bench.clock.epochMs();
      const arrivals = await play(bench, story, 15);
      const { since } = bench.watch().status();
      const until = bench.clock.epochMs();
      const model = expected(arrivals, parseInstant(since ?? "") ?? Number.MAX_SAFE_INTEGER, until, begunAt);
      const items = [...bench.store.load()];
      const calls = items
        .filter(([name]) => name.startsWith("call "))
        .map(([, text]) => JSON.parse(text) as KeptCall);
      const gathering = JSON.parse(bench.store.load().get("gathering") ?? "[]") as GatherState;
      const told = [
        ...calls.flatMap(({ members }) => members.map(({ alarm, number }) => `${alarm} ${number}`)),
        ...gathering.flatMap(({ waiting }) => waiting.map(({ alarm, number }) => `${alarm} ${number}`)),
      ];
      bench.connect(true);
      expect(await bench.send()).toBe(true);
      const reported = bench.reports.flatMap((report) => report.alarms);
      const one = ({ kind, subject, raisedAt }: { kind: string; subject: string; raisedAt: EpochMs }) =>
        `${kind} ${subject} ${raisedAt}`;
      expect(
        reported.map((alarm) => one({ ...alarm, raisedAt: parseInstant(alarm.raisedAt) ?? 0 })).toSorted(),
      ).toEqual(model.map(one).toSorted());
      for (const alarm of reported) {
        const counterpart = model.find(
          ({ kind, subject }) => kind === alarm.kind && subject === alarm.subject,
        );
        expect(alarm.clearedAt === null).toBe(counterpart?.state.condition);
        const numbers = told
          .filter((each) => each.startsWith(`${alarm.id} `))
          .map((each) => Number(each.split(" ")[1]));
        const all = Array.from({ length: counterpart?.state.calls ?? 0 }, (_, index) => index + 1);
        expect(numbers.toSorted((a, b) => a - b)).toEqual(all);
      }
      const texts = bench.asked.filter(({ output }) => output === "modem").map(({ call }) => call.text);
      const first = texts.filter((text) => !text.startsWith("Repeated: "));
      expect(first).toHaveLength(calls.length);
      alarms += reported.length;
      kills += arrivals.filter(({ isKill }) => isKill).length;
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
  expect(alarms).toBeGreaterThan(runs / 2);
  expect(kills).toBeGreaterThan(runs / 4);
});
