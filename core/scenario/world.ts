import { CodedError } from "../errors/coded-error.ts";
import { type ExcursionFigures, heldInterval } from "../engine/excursion.ts";
import type { AlarmInput } from "../alarms/lifecycle.ts";
import type { EpochMs } from "../time/millis.ts";
import { judgeAlarms, nextAlarmDue, stepAlarms, type WatchedAlarm } from "./alarm-watch.ts";
import {
  emptyHistory,
  excursionsAt,
  nextSilenceDue,
  passTime,
  type ProbeHistory,
  takeReadings,
} from "./probe-history.ts";
import type { Act, Residence, Scenario, SentReading } from "./scenario.ts";

/** What is known at one instant of a scenario: a value that each arrival and the passing of time replace. */
export interface World {
  readonly now: EpochMs;
  readonly histories: ReadonlyMap<string, ProbeHistory>;
  readonly alarms: readonly WatchedAlarm[];
  /** Units that were ever held; only a person releases them. */
  readonly held: ReadonlySet<string>;
}

/** Most times that silence and timers are judged between two arrivals: years of calling people again. */
const ticksMax = 100_000;

/** The world before anything is known. */
export function emptyWorld(scenario: Scenario, at: EpochMs): World {
  const histories = new Map(scenario.probes.map((probe) => [probe.id, emptyHistory(probe)]));
  return { now: at, histories, alarms: [], held: new Set() };
}

/**
 * Lets time pass up to just before `until`: silence and timers are judged at the very instants at which they change something. Throws
 * `scenario.too-long` where these are more than can be followed.
 */
export function passUntil(world: World, scenario: Scenario, until: EpochMs): World {
  let next = world;
  for (let tick = 0; tick < ticksMax; tick += 1) {
    const due = nextDue(next, until);
    if (due === null) return next;
    next = settle(next, scenario, due);
  }
  throw new CodedError(
    "scenario.too-long",
    `${scenario.file}: more than ${ticksMax} timers end between two arrivals: let an alarm be acknowledged, or take less time`,
    { context: { file: scenario.file } },
  );
}

function nextDue(world: World, until: EpochMs): EpochMs | null {
  let first: EpochMs | null = null;
  for (const history of world.histories.values()) {
    const silence = nextSilenceDue(history, world.now, first ?? until);
    const alarm = nextAlarmDue(world.alarms, history, world.now);
    for (const at of [silence, alarm]) if (at !== null && at < (first ?? until)) first = at;
  }
  return first;
}

/** Takes what arrives at an instant. */
export function arrive(world: World, readings: readonly SentReading[], at: EpochMs): World {
  const histories = new Map(world.histories);
  for (const [probe, history] of world.histories) {
    const own = readings.filter((sent) => sent.probe === probe).map((sent) => sent.reading);
    if (own.length > 0) histories.set(probe, takeReadings(history, own, at));
  }
  return { ...world, now: at, histories };
}

/** Judges time, alarms and holds at an instant, after all that arrives at it. */
export function settle(world: World, scenario: Scenario, at: EpochMs): World {
  const histories = new Map(world.histories);
  let alarms = stepAlarms(world.alarms, () => true, { kind: "tick" }, at);
  for (const [probe, history] of world.histories) {
    const passed = passTime(history, at);
    histories.set(probe, passed);
    alarms = judgeAlarms(alarms, passed, at);
  }
  const settled = { ...world, now: at, histories, alarms };
  return { ...settled, held: new Set([...world.held, ...exposedUnits(settled, scenario)]) };
}

/** Does what a person does; false where there is no such alarm under way. */
export function act(world: World, what: Act): { world: World; isDone: boolean } {
  const isMeant = (alarm: WatchedAlarm): boolean =>
    (what.probe === null || what.probe === alarm.probe) && (what.alarm === null || what.alarm === alarm.kind);
  const input = inputOf(what, world.now);
  const isDone = world.alarms.some(isMeant);
  return { world: { ...world, alarms: stepAlarms(world.alarms, isMeant, input, world.now) }, isDone };
}

function inputOf(what: Act, now: EpochMs): AlarmInput {
  if (what.kind === "shelve") return { kind: "shelve", until: now + what.forMs };
  return what.kind === "reset" ? { kind: "reset" } : { kind: "acknowledge", by: "a person" };
}

/** The excursions of one probe, or (null) of all, as known now. */
export function excursionsOf(world: World, probe: string | null): ExcursionFigures[] {
  return historiesOf(world, probe).flatMap((history) => excursionsAt(history, world.now));
}

/** The histories of one probe, or (null) of all. */
export function historiesOf(world: World, probe: string | null): ProbeHistory[] {
  return [...world.histories.values()].filter((history) => probe === null || history.probe.id === probe);
}

/** Units of which a residence that has begun overlaps a held interval of its appliance (design.md section 5, Holds). */
export function exposedUnits(world: World, scenario: Scenario): Set<string> {
  const exposed = scenario.residences.filter(
    (residence) => residence.from <= world.now && isExposed(residence, world),
  );
  return new Set(exposed.map((residence) => residence.unit));
}

function isExposed(residence: Residence, world: World): boolean {
  return [...world.histories.values()]
    .filter((history) => history.probe.appliance === residence.appliance)
    .flatMap((history) => excursionsAt(history, world.now))
    .map(heldInterval)
    .some(
      (held) =>
        residence.from < (held.to ?? Number.POSITIVE_INFINITY) &&
        (residence.to ?? Number.POSITIVE_INFINITY) > held.from,
    );
}
