import type { Exposure } from "@coldkeep/core/exposure/exposure.ts";
import type { ExposureLedger } from "@coldkeep/core/exposure/ledger.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Dated, Profile, ProbeRules } from "@coldkeep/core/site/profile.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { type EpochMs, formatInstant, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { composeInside, type Inside } from "../inside.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { takeFeed } from "../units/take-feed.ts";
import { decideUnit, moveUnit } from "../units/unit-commands.ts";
import type { Facts, Told } from "./naive-units.ts";
import {
  type Act,
  type RulesChange,
  storyPlaces,
  type StoryProbe,
  storyProbes,
  storyStart,
  type StoryUnit,
  storyUnits,
} from "./unit-story.ts";

const productCode = "E0336V00";

const cells: Profile = {
  low: 2,
  high: 6,
  criticalLow: 1,
  criticalHigh: 12,
  deadband: 0.3,
  maxGap: 5 * minuteMs,
  excursionAfter: 10 * minuteMs,
  recoverAfter: 5 * minuteMs,
  unmonitoredAfter: 30 * minuteMs,
  alarmDelay: 5 * minuteMs,
};
const box: Profile = { ...cells, high: 10 };

function profilesBy(base: Profile, change: RulesChange | null): Dated<Profile>[] {
  if (change === null) return [{ from: 0, rule: base }];
  const { from, high, excursionAfterMinutes } = change;
  return [
    { from: 0, rule: base },
    { from, rule: { ...base, high, excursionAfter: excursionAfterMinutes * minuteMs } },
  ];
}

/** What judges a probe, after the newest correction of the rules. */
export function rulesBy(change: RulesChange | null): (probe: StoryProbe) => ProbeRules {
  return (probe) => ({
    profiles: probe === "pc" ? [{ from: 0, rule: box }] : profilesBy(cells, change),
    offsets: [
      { from: 0, rule: 0 },
      ...(probe === "pa" && change !== null ? [{ from: change.from, rule: change.offset }] : []),
    ],
  });
}

/** The site of the stories, after the newest correction of the rules. Nobody is called in it. */
export function siteBy(change: RulesChange | null): Site {
  const profiles = (base: Profile, by: RulesChange | null) =>
    profilesBy(base, by).map(({ from, rule: { alarms: _alarms, trust: _trust, ...rule } }) => ({
      from,
      ...rule,
    }));
  const corrected = change === null ? [] : [{ from: change.from, offset: change.offset }];
  return {
    site: "s",
    timeZone: "UTC",
    profiles: { cells: profiles(cells, change), box: profiles(box, null) },
    appliances: Object.entries(storyPlaces).map(([id, probes]) => ({
      id,
      name: id,
      kind: id === "box" ? ("transport-box" as const) : ("refrigerator" as const),
      profile: id === "box" ? "box" : "cells",
      probes: probes.map((probe) => ({
        id: probe,
        kind: "product" as const,
        ...(probe === "pa" ? { calibration: [{ from: 0, offset: 0 }, ...corrected] } : {}),
      })),
    })),
    contacts: [],
  };
}

/** How a unit stands on record. */
export interface RecordedStanding {
  readonly status: string;
  readonly appliance: string | null;
}

/** The real records of one story, with what was told to them beside. */
export class StoryRecords {
  readonly clock: VirtualClock = virtualClock(storyStart - 30 * minuteMs);
  readonly database: Database = openDatabase(":memory:");
  #inside: Inside = composeInside(this.database, this.clock, 7);
  #sequence = 0;
  #change: RulesChange | null = null;
  readonly #readings = new Map<StoryProbe, Reading[]>(storyProbes.map((probe) => [probe, []]));
  readonly #moves: Told[] = [];

  constructor() {
    this.#inside.begin(null);
    this.#inside.applySite(siteBy(null), "test");
    takeFeed(this.#inside, "feed", {
      units: storyUnits.map((din) => ({ din, productCode })),
      movements: [],
    });
  }

  /** What was told until now. */
  get facts(): Facts {
    return { readings: this.#readings, moves: this.#moves, rules: rulesBy(this.#change) };
  }

  get now(): EpochMs {
    return this.clock.epochMs();
  }

  /** Lets time pass up to an instant, as the server's own ticker does. */
  passTo(at: EpochMs): void {
    const { committer, engine } = this.#inside;
    while (this.now < at) {
      this.clock.advance(Math.min(minuteMs, at - this.now));
      if (engine.isDue(this.now))
        committer.commit(
          { kind: "tick", source: "server", encoding: "identity", body: new Uint8Array() },
          engine.tick,
        );
    }
  }

  /** Does one act. False where it was a decision about a unit that is not held. */
  do(act: Act): boolean {
    if (act.kind === "readings") this.#take(act);
    else if (act.kind === "move") this.#move(act);
    else if (act.kind === "rules") {
      this.#change = act.change;
      this.#inside.applySite(siteBy(act.change), "test");
    } else if (act.kind === "restart") {
      this.#inside = composeInside(this.database, this.clock, 7);
      this.#inside.begin(null);
    } else return this.#decide(act);
    return true;
  }

  #take({ probe, readings }: Extract<Act, { kind: "readings" }>): void {
    this.#sequence += 1;
    const wire = readings.map(({ at, ...value }) => ({ probe, at: formatInstant(at), ...value }));
    const text = JSON.stringify({ gateway: "g", sequence: this.#sequence, readings: wire });
    const body = new TextEncoder().encode(text);
    const { rejected } = this.#inside.takeBatch({ encoding: "identity", body, text, source: "g" });
    if (rejected.length > 0) throw new RangeError(`rejected: ${JSON.stringify(rejected)}`);
    this.#readings.get(probe)?.push(...readings);
  }

  /** Movements come by the call and by the feed in turn. */
  #move({ unit, at, place }: Extract<Act, { kind: "move" }>): void {
    const body = { din: unit, productCode, at: formatInstant(at), appliance: place, reason: "walk" };
    if (this.#moves.length % 2 === 0) moveUnit(this.#inside, "feed", body);
    else takeFeed(this.#inside, "feed", { units: [], movements: [body, body] });
    this.#moves.push({ unit, at, place });
  }

  #decide({ unit, decision }: Extract<Act, { kind: "decide" }>): boolean {
    try {
      decideUnit(this.#inside, "person", { din: unit, productCode, decision, by: "person", reason: "seen" });
      return true;
    } catch (error) {
      if (error instanceof CodedError && error.code === "unit.not-held") return false;
      throw error;
    }
  }

  standing(unit: StoryUnit): RecordedStanding {
    const { status, appliance } = this.#found(unit);
    return { status, appliance };
  }

  /** What a unit's holds say, of excursions that stand: `exposed` ones in words, in order. */
  exposedTo(unit: StoryUnit): string[] {
    return this.database
      .prepare(
        `SELECT probe, side, "start" FROM holds JOIN excursions ON excursions.id = holds.excursion
         WHERE unit = ? AND exposed = 1 AND status <> 'withdrawn'`,
      )
      .all(this.#found(unit).number)
      .map((row) => `${String(row["probe"])} ${String(row["side"])} ${String(row["start"])}`)
      .toSorted();
  }

  async ledger(unit: StoryUnit): Promise<ExposureLedger> {
    return this.#inside.units.ledger(this.#found(unit).number, this.now);
  }

  /** An exposure's causes in words. */
  causesOf({ causes }: Exposure): string[] {
    return causes
      .map((id) => this.#inside.excursions.find(id, this.now))
      .map((each) => `${each?.probe} ${each?.figures.side} ${each?.figures.start}`)
      .toSorted();
  }

  #found(unit: StoryUnit) {
    const found = this.#inside.units.find({ din: unit, productCode });
    if (found === null) throw new RangeError(`${unit} is not on record`);
    return found;
  }

  close(): void {
    this.database.close();
  }
}

/** Longer than the judging of silence is put off. */
export const settledMs = 70 * secondMs;
