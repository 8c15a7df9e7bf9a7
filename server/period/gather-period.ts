import type { Interval } from "@coldkeep/core/engine/line.ts";
import { type Period, periodWindow } from "@coldkeep/core/report/period.ts";
import { dueState } from "@coldkeep/core/site/calibration.ts";
import { type Dated, ruleAt } from "@coldkeep/core/site/profile.ts";
import type { CalibrationVersion, ProfileVersion } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { canaryFigures } from "../canary/canary-reads.ts";
import { openCorrective } from "../corrective/corrective-records.ts";
import { openTrustStart } from "../history/trust-before.ts";
import type { Inside } from "../inside.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { excursionSignatures, reviewState } from "../signatures/excursion-signing.ts";
import type { SiteBook } from "../site/site-book.ts";
import { alarmResponses } from "./alarm-responses.ts";
import { alarmTests } from "./alarm-tests.ts";
import { explainGap } from "./explain-gap.ts";
import { type Interruption, interruptionsIn } from "./interruptions.ts";
import type {
  ApplianceFacts,
  CalibrationInForce,
  ExcursionFacts,
  GivenSignature,
  PeriodFacts,
  ProbeFacts,
  RuleInForce,
} from "./period-facts.ts";
import { measureProbe, type PeriodReadings } from "./probe-period.ts";
import { openReadingSlices } from "./reading-slices.ts";
import { ruleChanges } from "./rule-changes.ts";
import { unitActs } from "./unit-acts.ts";

/** What of the server's inside is read. */
export type PeriodRecords = Pick<
  Inside,
  "database" | "engine" | "excursions" | "signatures" | "journal" | "heads" | "drills" | "deliveries"
>;

/** What to gather. */
export interface PeriodOrder {
  readonly period: Period;
  readonly wantsMkt: boolean;
  /** Told after each probe. */
  readonly progress?: (done: number, of: number) => void;
}

/**
 * Gathers everything that the report of a period states, as known at the newest entry of the journal. Call it within a snapshot of the records. Reads, and changes
 * nothing; holds a day of one probe's readings at a time.
 */
export function gatherPeriod(
  records: PeriodRecords,
  book: SiteBook,
  { period, wantsMkt, progress }: PeriodOrder,
): PeriodFacts {
  const { database, engine } = records;
  const { site, timeZone } = book.site;
  const window = periodWindow(period, timeZone);
  const { journal, audit } = records.heads.current();
  const knownAt = newestEntryAt(records);
  const interruptions = interruptionsIn(database, window);
  const readings = { slices: openReadingSlices(database), trustStart: openTrustStart(database) };
  const reading: Reading = { ...readings, records, book, window, knownAt, wantsMkt, interruptions };
  const of = book.site.appliances.reduce((sum, { probes }) => sum + probes.length, 0);
  let done = 0;
  const appliances = book.site.appliances.map((appliance): ApplianceFacts => {
    const probes = appliance.probes.flatMap(({ id }): ProbeFacts[] => {
      const memory = engine.probe(id);
      const facts = memory === undefined ? [] : [probeFacts(reading, memory)];
      done += 1;
      progress?.(done, of);
      return facts;
    });
    const { id, name, kind, room } = appliance;
    return { id, name, kind, room: room ?? null, probes };
  });
  return {
    site,
    timeZone,
    period,
    window,
    knownAt,
    journal,
    audit,
    wantsMkt,
    appliances,
    interruptions,
    excursions: excursionsIn(records, window, knownAt),
    alarms: alarmResponses(database, window),
    canary: canaryFigures(database, window.from, window.to),
    tests: alarmTests(records, window, timeZone),
    changes: ruleChanges(database, window),
    units: unitActs(database, window),
    actions: openCorrective(database).within(window.from, window.to),
    signatures: signaturesIn(records, window),
  };
}

interface Reading extends PeriodReadings {
  readonly records: PeriodRecords;
  readonly book: SiteBook;
  readonly window: Interval;
  readonly knownAt: EpochMs;
  readonly wantsMkt: boolean;
  readonly interruptions: readonly Interruption[];
}

function newestEntryAt({ database }: PeriodRecords): EpochMs {
  const row = database.prepare("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").get();
  return Number(row?.["at"] ?? 0);
}

function probeFacts(reading: Reading, memory: ProbeMemory): ProbeFacts {
  const { records, book, window, knownAt, interruptions, slices } = reading;
  const { probe, route } = memory;
  const measured = measureProbe(reading, memory, window, knownAt, reading.wantsMkt);
  const gateway = records.database
    .prepare("SELECT gateway FROM probe_gateways WHERE probe = ?")
    .get(probe.id);
  const place = {
    probe: probe.id,
    appliance: probe.appliance,
    gateway: gateway === undefined ? null : String(gateway["gateway"]),
    firstReadingAt: slices.firstFrom(route, Number.MIN_SAFE_INTEGER),
    channels: route,
  };
  const listed = book.appliances.get(probe.appliance)?.probes.find(({ id }) => id === probe.id);
  return {
    ...measured,
    id: probe.id,
    kind: probe.kind,
    gaps: measured.gaps.map((gap) => ({ ...gap, reasons: explainGap(gap, place, interruptions) })),
    rules: rulesIn(book, memory, window),
    calibrations: calibrationsIn(listed?.calibration ?? [], window),
    due: dueState(listed?.calibration, Math.min(window.to, knownAt)),
  };
}

/** The entries of dated rules that apply in some part of a window, each with that part. */
function within<Each extends { readonly from?: EpochMs | undefined }>(
  dated: readonly Each[],
  window: Interval,
): { readonly each: Each; readonly from: EpochMs; readonly to: EpochMs }[] {
  return dated.flatMap((each, index) => {
    const from = Math.max(window.from, index === 0 ? window.from : (each.from ?? window.from));
    const to = Math.min(window.to, dated[index + 1]?.from ?? window.to);
    return from < to ? [{ each, from, to }] : [];
  });
}

function rulesIn({ site }: SiteBook, { probe }: ProbeMemory, window: Interval): RuleInForce[] {
  return within<Dated<ProbeMemory["probe"]["rules"]["profiles"][number]["rule"]>>(
    probe.rules.profiles,
    window,
  ).map(({ each, from, to }) => {
    const name = ruleAt(probe.profileNames, from);
    const version = versionAt(site.profiles[name] ?? [], from);
    return {
      from,
      to,
      name,
      source: version?.source ?? null,
      edition: version?.edition ?? null,
      rule: each.rule,
    };
  });
}

function versionAt(versions: readonly ProfileVersion[], at: EpochMs): ProfileVersion | undefined {
  return versions.findLast((each) => (each.from ?? Number.MIN_SAFE_INTEGER) <= at) ?? versions[0];
}

function calibrationsIn(versions: readonly CalibrationVersion[], window: Interval): CalibrationInForce[] {
  return within(versions, window).map(({ each, from, to }) => ({ from, to, calibration: each }));
}

function excursionsIn(records: PeriodRecords, { from, to }: Interval, knownAt: EpochMs): ExcursionFacts[] {
  const { database, excursions } = records;
  const held = database.prepare("SELECT count(*) AS n FROM holds WHERE excursion = ?");
  const rows = database
    .prepare(
      `SELECT id FROM excursions WHERE "start" < ? AND ("end" IS NULL OR "end" > ?) ORDER BY "start", id`,
    )
    .all(to, from);
  return rows.flatMap((row) => {
    const standing = excursions.find(String(row["id"]), knownAt);
    if (standing === null) return [];
    const { id, status } = standing;
    const signatures = excursionSignatures(records, id);
    return [
      {
        ...standing,
        revisions: excursions.revisions(id),
        signatures,
        review: reviewState(status, signatures),
        unitsHeld: Number(held.get(id)?.["n"] ?? 0),
      },
    ];
  });
}

function signaturesIn({ database }: PeriodRecords, { from, to }: Interval): GivenSignature[] {
  return database
    .all(
      database.query
        .selectFrom("signatures")
        .selectAll()
        .where("at", ">=", from)
        .where("at", "<", to)
        .orderBy("number"),
    )
    .map((row) => ({
      at: row.at,
      name: row.name,
      login: row.login,
      role: row.role,
      meaning: row.meaning,
      method: row.method,
      subjectKind: row.subject_kind,
      subject: row.subject,
      reason: row.reason,
      contentHash: row.content_hash,
    }));
}
