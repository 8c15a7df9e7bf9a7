import { backtestProbe } from "@coldkeep/core/backtest/backtest.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { isSame } from "@coldkeep/core/site/dated.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import type { Dated, ProbeRules } from "@coldkeep/core/site/profile.ts";
import { type PlacedProbe, siteBook } from "@coldkeep/core/site/site-book.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { dayMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { openRoutedReadings, type Route } from "../judging/routed-readings.ts";
import { readSite } from "../site/apply-site.ts";
import type { Database } from "../store/database.ts";

/** How many days are judged anew where nothing is said, and at most. */
export const backtestDaysDefault = 30;
export const backtestDaysMax = 90;

/** Most probes that a result tells apart: those with the largest difference come first. */
export const backtestProbesListedMax = 50;

/** What the past makes of one probe under both rules. */
export interface BacktestLine {
  readonly probe: string;
  readonly appliance: string;
  readonly readings: number;
  readonly excursionsBefore: number;
  readonly excursionsAfter: number;
  readonly callsBefore: number;
  readonly callsAfter: number;
}

/** What a change would have made of the recorded readings, had it been in force all the while. */
export interface BacktestResult {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Probes that the change judges otherwise. */
  readonly probes: number;
  readonly totals: Omit<BacktestLine, "probe" | "appliance">;
  /** Those of them that come out otherwise. */
  readonly lines: readonly BacktestLine[];
  readonly linesTotal: number;
  /** Probes that would be watched no more. */
  readonly removed: readonly string[];
  /** Excursions on record that putting it in force would revise, and units with a hold of one of them. */
  readonly excursions: number;
  readonly units: number;
}

/** How far a back-test is, in probes. */
export interface BacktestProgress {
  readonly done: number;
  readonly of: number;
}

/**
 * Judges the recorded readings of all probes that a change touches, from `days` before `now` on, by the rules in force and by the proposed ones, with the live
 * engine. The newest version of each changed rule is supposed to have applied all the while, also one that is to apply later; lists that are dated into the past are
 * taken at their word. Yields after each probe. Reads the records and changes nothing.
 */
export function* backtestSite(
  database: Database,
  incoming: Site,
  days: number,
  now: EpochMs,
): Generator<BacktestProgress, Omit<BacktestResult, "excursions" | "units">> {
  const from = now - days * dayMs;
  const current = readSite(database);
  const before = current?.probes ?? new Map<string, PlacedProbe>();
  const supposed = siteBook(mergeSite(current?.site ?? null, incoming, from));
  const affected = [...supposed.probes.values()].filter((probe) => {
    const known = before.get(probe.id);
    return known === undefined || !isSame(judgedBy(known), judgedBy(probe));
  });
  const stored = openRoutedReadings(database);
  const lines: BacktestLine[] = [];
  for (const probe of affected) {
    const { profiles, offsets } = probe.rules;
    const after = {
      profiles: alwaysNewest(profiles, from, now),
      offsets: alwaysNewest(offsets, from, now),
    };
    const readings = stored.within(routeOf(database, probe), from, now);
    const known = before.get(probe.id);
    const then =
      known === undefined || isSame(known.stretches, probe.stretches)
        ? readings
        : stored.within(routeOf(database, known), from, now);
    lines.push(lineOf(probe, then, readings, known?.rules ?? null, after, now));
    yield { done: lines.length, of: affected.length };
  }
  const otherwise = lines.filter((line) => difference(line) > 0);
  return {
    from,
    to: now,
    probes: affected.length,
    totals: totalsOf(lines),
    lines: otherwise.toSorted((a, b) => difference(b) - difference(a)).slice(0, backtestProbesListedMax),
    linesTotal: otherwise.length,
    removed: [...before.keys()].filter((id) => !supposed.probes.has(id)),
  };
}

/** One probe under both rules; its readings may be others than before. Without rules before, it was not there. */
function lineOf(
  { id, appliance }: PlacedProbe,
  then: readonly Reading[],
  readings: readonly Reading[],
  before: ProbeRules | null,
  after: ProbeRules,
  now: EpochMs,
): BacktestLine {
  const isMoved = then !== readings;
  const fresh = backtestProbe(readings, isMoved || before === null ? after : before, after, now);
  const old = isMoved && before !== null ? backtestProbe(then, before, before, now) : fresh;
  return {
    probe: id,
    appliance,
    readings: readings.length,
    excursionsBefore: before === null ? 0 : old.excursionsBefore,
    excursionsAfter: fresh.excursionsAfter,
    callsBefore: before === null ? 0 : old.callsBefore.length,
    callsAfter: fresh.callsAfter.length,
  };
}

function judgedBy({ rules, stretches, appliance, pair }: PlacedProbe): unknown {
  return { rules, stretches, appliance, pair };
}

function difference(line: BacktestLine): number {
  return (
    Math.abs(line.excursionsAfter - line.excursionsBefore) + Math.abs(line.callsAfter - line.callsBefore)
  );
}

function totalsOf(lines: readonly BacktestLine[]): BacktestResult["totals"] {
  const sum = (count: (line: BacktestLine) => number): number =>
    lines.reduce((total, line) => total + count(line), 0);
  return {
    readings: sum((line) => line.readings),
    excursionsBefore: sum((line) => line.excursionsBefore),
    excursionsAfter: sum((line) => line.excursionsAfter),
    callsBefore: sum((line) => line.callsBefore),
    callsAfter: sum((line) => line.callsAfter),
  };
}

/** Rules whose newest version lies ahead are supposed to have it from the start of the window on. */
function alwaysNewest<Rule>(dated: readonly Dated<Rule>[], from: EpochMs, now: EpochMs): Dated<Rule>[] {
  const newest = dated[dated.length - 1];
  if (newest === undefined || newest.from <= now || dated.length === 1) return [...dated];
  const past = dated.filter((each, index) => index === 0 || each.from < from);
  return [...past, { from, rule: newest.rule }];
}

/** The stored readings of a probe; a channel that nothing ever came in by has none. */
function routeOf(database: Database, { stretches }: PlacedProbe): Route {
  const find = database.prepare("SELECT number FROM probes WHERE id = ?");
  return stretches.flatMap(({ channel, from, to }) => {
    const number = find.get(channel)?.["number"];
    return number === undefined ? [] : [{ channel: Number(number), from, to }];
  });
}
