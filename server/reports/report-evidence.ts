import { cutEvidence, evidenceFrom } from "@coldkeep/core/report/evidence.ts";
import type { TimedReading } from "@coldkeep/core/readings/stamp.ts";
import { type Dated, type Profile, ruleAt } from "@coldkeep/core/site/profile.ts";
import type { CalibrationVersion, ProfileVersion } from "@coldkeep/core/site/site.ts";
import { dayMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import type { SiteBook } from "../site/site-book.ts";
import { type UnitExposure, unitExposures } from "../units/held-exposures.ts";

/** How long after an excursion's last proof its end is looked for first, before all later readings are. */
const recoveryMs = dayMs;

/** Limits and timings from an instant on, with their name and legal source. */
export interface StatedProfile extends Dated<Profile> {
  readonly name: string;
  readonly source: string | null;
  readonly edition: string | null;
}

/** What a held unit went through until the report was made, and what the rules say of it. */
export interface StatedExposure extends Omit<UnitExposure, "holds"> {
  readonly din: string;
  readonly productCode: string;
}

/** That from which an excursion's figures follow. */
export interface Evidence {
  /** Calibrated, those not believed as faults, in the order in which they were judged. */
  readonly readings: readonly TimedReading[];
  readonly profiles: readonly StatedProfile[];
  readonly calibrations: readonly CalibrationVersion[];
  /** In the order of the view's units. */
  readonly exposures: readonly StatedExposure[];
}

/** Gathers the evidence of an excursion as it stood at the view's instant. */
export async function evidenceOf(services: Services, view: ExcursionPageView): Promise<Evidence> {
  const book = services.site();
  const memory = services.engine.probe(view.excursion.probe);
  if (book === null || memory === undefined)
    return { readings: [], profiles: [], calibrations: [], exposures: [] };
  const { rules } = memory.probe;
  const { excursion, at } = view;
  const from = evidenceFrom(excursion) - Math.max(...rules.profiles.map(({ rule }) => rule.maxGap)) - 1;
  const proven = excursion.provenGoodAfter ?? excursion.end;
  const early = proven === null ? at : Math.min(at, proven + recoveryMs);
  const soon = await timed(services, memory, from, early);
  const kept = cutEvidence(soon, rules.profiles, excursion);
  const isOver = kept.at(-1) !== soon.at(-1);
  const readings =
    isOver || early === at
      ? kept
      : cutEvidence(await timed(services, memory, from, at), rules.profiles, excursion);
  return {
    readings,
    profiles: statedProfiles(book, memory),
    calibrations: calibrationsOf(book, memory),
    exposures: await exposuresOf(services, view),
  };
}

async function exposuresOf(services: Services, { units, at }: ExcursionPageView): Promise<StatedExposure[]> {
  const listed = units.flatMap((unit) => services.units.find(unit) ?? []);
  const exposures = await unitExposures(services, listed, at);
  return listed.flatMap(({ din, productCode }, index) => {
    const exposure = exposures[index];
    return exposure === undefined
      ? []
      : [{ din, productCode, figures: exposure.figures, advice: exposure.advice }];
  });
}

async function timed(
  { history }: Services,
  memory: ProbeMemory,
  from: EpochMs,
  to: EpochMs,
): Promise<TimedReading[]> {
  const [readings, times] = [await history.readings(memory, from, to), await history.times(memory, from, to)];
  return readings.map((reading, index) => {
    const time = times[index];
    return time === null || time === undefined ? reading : { ...reading, time };
  });
}

function statedProfiles({ site }: SiteBook, { probe }: ProbeMemory): StatedProfile[] {
  return probe.rules.profiles.map(({ from, rule }) => {
    const name = ruleAt(probe.profileNames, from);
    const version = versionAt(site.profiles[name] ?? [], from);
    return { from, rule, name, source: version?.source ?? null, edition: version?.edition ?? null };
  });
}

function versionAt(versions: readonly ProfileVersion[], at: EpochMs): ProfileVersion | undefined {
  return versions.findLast((each) => (each.from ?? Number.MIN_SAFE_INTEGER) <= at) ?? versions[0];
}

function calibrationsOf({ appliances }: SiteBook, { probe }: ProbeMemory): readonly CalibrationVersion[] {
  return appliances.get(probe.appliance)?.probes.find(({ id }) => id === probe.id)?.calibration ?? [];
}
