import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import {
  type ExcursionFigures,
  heldInterval,
  isGrowing,
  isSameExcursion,
} from "@coldkeep/core/engine/excursion.ts";
import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import {
  earliestTouched,
  isTouched,
  type NeededRevision,
  reconcile,
  type RecordedExcursion,
} from "@coldkeep/core/engine/reconcile.ts";
import { type DurationMs, formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import { openEdgeRegister } from "../edge/edge-register.ts";
import type { Commit } from "../journal/committer.ts";
import { openPlacements } from "../site/placements.ts";
import type { PlacedProbe } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { HoldKeeper } from "../units/holds.ts";

/** What the readings now say of a stretch of a probe's history. */
export interface Finding {
  readonly computed: readonly ExcursionFigures[];
  /** The state at the stretch's beginning. */
  readonly before: ProbeState;
  /** The state at its end, where it met what was known; null where the stretch reaches up to now. */
  readonly met: ProbeState | null;
  /** What made the difference. */
  readonly cause: Cause;
  /** What was known of excursions under way before the late readings came, for comparing figures. */
  readonly known: readonly ExcursionFigures[];
}

/** What can make the record of excursions differ from what the readings say. */
export type Cause = "readings" | "late readings" | "silence" | "rules";

/** How revisions word their cause; which excursion it was split from or merged into follows after it. */
export const reasons: Readonly<Record<Cause, string>> = {
  readings: "Readings as they came in",
  "late readings": "Readings of an earlier time arrived",
  silence: "Time passed without readings",
  rules: "The rules for that time changed",
};

/** Brings the record of excursions up to date with what the readings say. */
export interface ExcursionRecorder {
  readonly bringUpToDate: (commit: Commit, probe: PlacedProbe, finding: Finding) => void;
}

/** An alarm raised up to this long after an excursion's end was still about it: that is how long the call may have been under way. */
const callMarginMs: DurationMs = minuteMs;

interface Row {
  readonly id: string;
  readonly figures: string;
  readonly revision: number;
}

/** Makes the recorder: each change is a new revision, nothing is overwritten; holds and alarms follow in the same transaction. */
export function makeRecorder(database: Database, holds: HoldKeeper, alarms: AlarmBook): ExcursionRecorder {
  const select = database.prepare(
    `SELECT id, figures, revision FROM excursions WHERE probe = ? AND status <> 'withdrawn' AND "start" >= ?`,
  );
  const edges = openEdgeRegister(database);
  const placeOf = openPlacements(database);
  const find = database.prepare(
    "SELECT id, appliance, figures, revision, status FROM excursions WHERE id = ?",
  );
  const insertRevision = database.prepare(
    "INSERT INTO revisions (excursion, revision, known_at, journal_seq, change, reason, status, figures) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const upsert = database.prepare(
    `INSERT INTO excursions (id, probe, appliance, side, status, "start", "end", held_from, held_to, figures, revision)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, "start" = excluded."start", "end" = excluded."end",
       held_from = excluded.held_from, held_to = excluded.held_to, figures = excluded.figures, revision = excluded.revision`,
  );
  const calledDuring = database.prepare(
    `SELECT 1 FROM alarms JOIN alarm_events ON alarm_events.alarm = alarms.id
     WHERE subject = ? AND kind = ? AND event = 'raised' AND at BETWEEN ? AND ? LIMIT 1`,
  );
  const calledLate = database.prepare(
    "SELECT 1 FROM alarms WHERE subject = ? AND kind = 'late-excursion' LIMIT 1",
  );

  /** An identity that no excursion on record bears, unless it is a withdrawn one of the same beginning, which comes back. */
  const identify = (probe: PlacedProbe, figures: ExcursionFigures): string => {
    const base = `${probe.id}-${figures.side}-${figures.start.toString(36)}`;
    for (let copy = 1; ; copy += 1) {
      const id = copy === 1 ? base : `${base}-${copy}`;
      const row = find.get(id);
      if (row === undefined || row["status"] === "withdrawn") return id;
    }
  };

  /** True where people were called while it lasted, or about this very excursion before: then finding it is no news. */
  const wasCalled = (probe: PlacedProbe, id: string, figures: ExcursionFigures): boolean => {
    if (calledLate.get(id) !== undefined) return true;
    const kinds = kindsAbout(figures);
    const until = (figures.end ?? figures.start) + callMarginMs;
    return kinds.some((kind) => calledDuring.get(probe.id, kind, figures.start, until) !== undefined);
  };

  /** Calls people about an excursion found late, unless a gateway that was alone reached them about all of it while it lasted: then that is noted. */
  const callLate = (
    commit: Commit,
    probe: PlacedProbe,
    id: string,
    figures: ExcursionFigures,
    unitsHeld: number,
  ): void => {
    const { start, end, critical } = figures;
    const stretch = { start, end: end ?? commit.at, critical };
    const covering = edges.covering(probe.id, kindsAbout(figures), stretch);
    if (covering === null) alarms.raiseLate(commit, probe, id, figures, unitsHeld);
    else {
      const { alarm, gateway, reachedAt } = covering;
      const note = `excursion ${id}, ${unitsHeld} units held: called at gateway ${gateway} at ${formatInstant(reachedAt)}`;
      alarms.noteCovered(commit, alarm, note);
    }
  };

  const write = (
    commit: Commit,
    probe: PlacedProbe,
    id: string,
    needed: NeededRevision,
    reason: string,
  ): void => {
    const { figures, change } = needed;
    const isWithdrawn = change === "withdrawn" || change === "merged";
    const status = isWithdrawn ? "withdrawn" : figures.end === null ? "open" : "closed";
    const known = find.get(id);
    const revision = Number(known?.["revision"] ?? 0) + 1;
    const held = heldInterval(figures);
    const text = JSON.stringify(figures);
    insertRevision.run(id, revision, commit.at, commit.journalSeq, change, reason, status, text);
    const { side, start, end } = figures;
    // Where the probe is now says nothing of where it was.
    const appliance =
      known === undefined ? (placeOf(probe.id, start) ?? probe.appliance) : String(known["appliance"]);
    upsert.run(id, probe.id, appliance, side, status, start, end, held.from, held.to, text, revision);
    const unitsHeld = holds.follow(commit, id, appliance, isWithdrawn ? null : held, isWorse(known, figures));
    commit.audit({
      actor: "system",
      action: `excursion.${change}`,
      subject: id,
      detail: { revision, reason, status, start, end, unitsHeld },
    });
    if (
      status === "closed" &&
      ["opened", "split", "closed"].includes(change) &&
      !wasCalled(probe, id, figures)
    ) {
      callLate(commit, probe, id, figures, unitsHeld);
    }
  };

  return {
    bringUpToDate: (commit, probe, finding) => {
      const recorded = readRecorded(
        select.all(probe.id, earliestTouched(finding.before)) as unknown as Row[],
        finding,
      );
      const isAnew = finding.cause === "late readings" || finding.cause === "rules";
      const needed = reconcile(recorded, finding.computed, isAnew);
      const ids = new Map<ExcursionFigures, string>();
      for (const each of needed) {
        if (each.id === null || !isGone(each)) {
          const id = each.id ?? identify(probe, each.figures);
          ids.set(each.figures, id);
          write(commit, probe, id, each, reasonFor(each, finding, each.related));
        }
      }
      for (const each of needed) {
        if (each.id === null || !isGone(each)) continue;
        const heir = each.mergedInto === null ? undefined : finding.computed[each.mergedInto];
        const heirId = each.related ?? (heir === undefined ? undefined : ids.get(heir)) ?? null;
        write(commit, probe, each.id, each, reasonFor(each, finding, heirId));
      }
    },
  };
}

/** True where an excursion is worse than its last revision had it: longer, further out, or over a wider time. */
function isWorse(known: Record<string, unknown> | undefined, now: ExcursionFigures): boolean {
  if (known === undefined || known["status"] === "withdrawn") return false;
  const before = JSON.parse(String(known["figures"])) as ExcursionFigures;
  const [heldBefore, heldNow] = [heldInterval(before), heldInterval(now)];
  const beyond = (value: number | null, than: number | null): boolean =>
    value !== null && than !== null && (now.side === "low" ? value < than : value > than);
  return (
    now.outMs > before.outMs ||
    now.outMs + now.unknownMs > before.outMs + before.unknownMs ||
    beyond(now.extremeCelsius, before.extremeCelsius) ||
    (now.critical && !before.critical) ||
    heldNow.from < heldBefore.from ||
    (heldBefore.to !== null && (heldNow.to === null || heldNow.to > heldBefore.to))
  );
}

/** The alarms that are about what an excursion is about. */
function kindsAbout({ side }: ExcursionFigures): readonly AlarmKind[] {
  return side === "unmonitored" ? ["probe-silent", "probe-fault"] : [`temperature-${side}`];
}

function isGone(needed: NeededRevision): boolean {
  return needed.change === "withdrawn" || needed.change === "merged";
}

function readRecorded(rows: readonly Row[], finding: Finding): RecordedExcursion[] {
  return rows
    .map((row) => ({ id: row.id, figures: JSON.parse(row.figures) as ExcursionFigures }))
    .filter(({ figures }) => isTouched(figures, finding))
    .map((each) => ({ id: each.id, figures: upToDate(each.figures, finding.known) }));
}

/** A growing excursion's figures on record are those of its last revision; compare with what they had grown to. */
function upToDate(figures: ExcursionFigures, known: readonly ExcursionFigures[]): ExcursionFigures {
  return isGrowing(figures) ? (known.find((each) => isSameExcursion(each, figures)) ?? figures) : figures;
}

function reasonFor(needed: NeededRevision, finding: Finding, related: string | null): string {
  const cause = reasons[finding.cause];
  if (needed.change === "split") return `${cause}; split from ${related ?? "another excursion"}`;
  if (needed.change === "merged") return `${cause}; merged into ${related ?? "another excursion"}`;
  return cause;
}
