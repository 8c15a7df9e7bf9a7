import { parseArgs } from "node:util";
import {
  backtestProbe,
  type ExcursionDifference,
  type ProbeBacktest,
} from "@coldkeep/core/backtest/backtest.ts";
import type { WouldCall } from "@coldkeep/core/backtest/calls.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { profilesSchema, type Site } from "@coldkeep/core/site/site.ts";
import { dayMs, type EpochMs, formatDuration, parseInstant } from "@coldkeep/core/time/millis.ts";
import { standingClock } from "@coldkeep/core/time/standing-clock.ts";
import { parse } from "yaml";
import { formatCelsius, localTime } from "../alarms/messages.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { composeInside } from "../inside.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { openRoutedReadings } from "../judging/routed-readings.ts";
import { readSite } from "../site/apply-site.ts";
import { type SiteBook, siteBook } from "../site/site-book.ts";
import { openDatabase } from "../store/database.ts";

/** Usage, for whoever asks or errs. */
export const backtestUsage =
  "coldkeep backtest --profile new.yaml [--from 2026-10-01T00:00:00Z] [--to 2026-11-01T00:00:00Z] [--data folder]";

/** How far back is judged where nothing is said. */
const daysDefault = 90;

/** Nights are counted from 20:00 to 08:00 of the site's time. */
const nightFromHour = 20;
const nightToHour = 8;

/**
 * `coldkeep backtest`: judges the past by changed profiles (a YAML map of profiles, as in the site file) with the live engine, and says which excursions and
 * calls would have been added, removed or moved, and the calls per night. Changes nothing. Exit code 0, or 2 for wrong arguments.
 */
export function backtestCommand(args: readonly string[], io: CommandIo): number {
  const options = {
    profile: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    data: { type: "string" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.profile === undefined)
    throw new CodedError("arguments.invalid", `Say which profile: ${backtestUsage}`);
  const profiles = checkSettings(profilesSchema, parse(io.readFile(values.profile)), values.profile);
  const database = openDatabase(recordsPath(args, io));
  try {
    const book = readSite(database);
    if (book === null) throw new CodedError("site.missing", "These records know no site yet.");
    const changed = siteBook({ ...book.site, profiles: { ...book.site.profiles, ...profiles } });
    const { engine } = composeInside(
      database,
      standingClock(() => 0),
    );
    // As they came: judging adds the calibration and distrusts by itself.
    const stored = openRoutedReadings(database);
    const recent: Stored = ({ route }, from, until) => stored.within(route, from, until);
    const memories = [...book.probes.keys()].flatMap((id) => engine.probe(id) ?? []);
    const newest = Math.max(0, ...memories.map((memory) => memory.state.last?.at ?? 0));
    const to = instantOr(values.to, newest);
    const affected = memories.filter((memory) => Object.hasOwn(profiles, memory.probe.profile));
    const from = instantOr(values.from, Math.max(to - daysDefault * dayMs, oldest(recent, affected, to)));
    const results = affected.map((memory): [string, ProbeBacktest] => {
      const readings = recent(memory, from, to);
      const after = changed.probes.get(memory.probe.id)?.rules ?? memory.probe.rules;
      return [memory.probe.id, backtestProbe(readings, memory.probe.rules, after, to)];
    });
    for (const line of report(book, Object.keys(profiles), results, from, to)) io.print(line);
    return 0;
  } finally {
    database.close();
  }
}

type Stored = (memory: ProbeMemory, from: EpochMs, to: EpochMs) => Reading[];

function oldest(recent: Stored, memories: readonly ProbeMemory[], to: EpochMs): EpochMs {
  const window = to - daysDefault * dayMs;
  return Math.min(to, ...memories.map((memory) => recent(memory, window, to)[0]?.at ?? to));
}

function instantOr(text: string | undefined, otherwise: EpochMs): EpochMs {
  if (text === undefined) return otherwise;
  const at = parseInstant(text);
  if (at === null)
    throw new CodedError(
      "arguments.invalid",
      `"${text}" is no instant such as 2026-11-22T00:00:00Z. ${backtestUsage}`,
    );
  return at;
}

function report(
  book: SiteBook,
  profiles: readonly string[],
  results: readonly (readonly [string, ProbeBacktest])[],
  from: EpochMs,
  to: EpochMs,
): string[] {
  const { timeZone } = book.site;
  const sum = (count: (each: ProbeBacktest) => number): number =>
    results.reduce((total, [, each]) => total + count(each), 0);
  const nights = Math.max(1, (to - from) / dayMs);
  const perNight = (calls: (each: ProbeBacktest) => readonly WouldCall[]): string =>
    (sum((each) => calls(each).filter((call) => isNight(call.at, book.site)).length) / nights).toFixed(2);
  return [
    `${profiles.join(", ")}: ${results.length} probes, ${localTime(from, timeZone)} to ${localTime(to, timeZone)} (${timeZone}), ${formatDuration(to - from)}`,
    `excursions ${sum((each) => each.excursionsBefore)} -> ${sum((each) => each.excursionsAfter)}, calls ${sum((each) => each.callsBefore.length)} -> ${sum((each) => each.callsAfter.length)}, calls per night ${perNight((each) => each.callsBefore)} -> ${perNight((each) => each.callsAfter)}`,
    ...results.flatMap(([probe, each]) =>
      each.differences.map((difference) => `  ${probe}: ${describe(difference, timeZone)}`),
    ),
    ...(sum((each) => each.differences.length) === 0 ? ["No excursion would have been different."] : []),
  ];
}

function isNight(at: EpochMs, site: Site): boolean {
  const shifted = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(site.timeZone).hour;
  return shifted >= nightFromHour || shifted < nightToHour;
}

function describe({ change, before, after }: ExcursionDifference, timeZone: string): string {
  const words = { opened: "added", withdrawn: "removed" } as const;
  const word = change === "opened" || change === "withdrawn" ? words[change] : change;
  const show = (figures: NonNullable<ExcursionDifference["before"]>): string => {
    const extreme = figures.extremeCelsius === null ? "" : `, ${formatCelsius(figures.extremeCelsius)}`;
    const time = figures.side === "unmonitored" ? figures.unknownMs : figures.outMs;
    return `${figures.side} from ${localTime(figures.start, timeZone)}, ${formatDuration(time)}${extreme}`;
  };
  return [word, ...[before, after].filter((each) => each !== null).map(show)].join(": ").replace(": ", " ");
}
