import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { keptAlarmOf } from "../alarms/kept-alarm.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { JournalRow } from "./journal-slice.ts";
import { flag, float, integer, line, lineHead, nanos, text } from "./line.ts";

/** What followed from entries beside readings: excursions, holds, alarms and calls. */
export type EventLines = (entry: JournalRow, book: SiteBook) => string[];

/** Longest note that goes into a point, in characters. */
const noteMax = 500;

/** Makes the lines of what followed from an entry. */
export function makeEventLines(database: Database): EventLines {
  const parts = [
    excursionLines(database),
    holdLines(database),
    alarmLines(database),
    equipmentLines(database),
    owedCallLines(database),
  ];
  return (entry, book) => parts.flatMap((each) => each(entry, book));
}

/** A place inside a millisecond for the points of one entry: by its number, and its place among the entry's points. */
function placeIn({ seq }: JournalRow, index: number): number {
  return (seq % 1_000) * 1_000 + Math.min(index, 999);
}

interface RevisionRow {
  readonly excursion: string;
  readonly revision: number;
  readonly known_at: number;
  readonly change: string;
  readonly status: string;
  readonly figures: string;
  readonly probe: string;
  readonly appliance: string;
  readonly held: number | null;
}

function excursionLines(database: Database): EventLines {
  const select = database.prepare(
    `SELECT revisions.excursion, revisions.revision, known_at, change, revisions.status, revisions.figures, probe, appliance,
       (SELECT json_extract(detail, '$.unitsHeld') FROM audit WHERE audit.journal_seq = revisions.journal_seq
          AND audit.subject = revisions.excursion AND json_extract(detail, '$.revision') = revisions.revision) AS held
     FROM revisions JOIN excursions ON excursions.id = revisions.excursion
     WHERE revisions.journal_seq = ? ORDER BY revisions.excursion, revisions.revision`,
  );
  return (entry, book) =>
    (select.all(entry.seq) as unknown as RevisionRow[]).flatMap((row, index) => {
      const figures = JSON.parse(row.figures) as ExcursionFigures;
      const { side, start, end, outMs, unknownMs, extremeCelsius, degreeMinutes, critical } = figures;
      const tags = { site: book.site.site, appliance: row.appliance, probe: row.probe, side };
      const fields = {
        id: text(row.excursion),
        revision: integer(row.revision),
        status: text(row.status),
        change: text(row.change),
        start_ms: integer(start),
        end_ms: end === null ? null : integer(end),
        out_ms: integer(outMs),
        unknown_ms: integer(unknownMs),
        extreme_celsius: extremeCelsius === null ? null : float(extremeCelsius),
        degree_minutes: float(degreeMinutes),
        critical: flag(critical),
        units_held: row.held === null ? null : integer(row.held),
      };
      return line(lineHead("excursions", tags), fields, nanos(row.known_at, placeIn(entry, index))) ?? [];
    });
}

interface AuditRow {
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}

/** Holds change with an excursion, with a movement and with a person's decision. */
function holdLines(database: Database): EventLines {
  const changes = database.prepare(
    "SELECT action, subject, detail FROM audit WHERE journal_seq = ? AND (action LIKE 'excursion.%' OR action LIKE 'unit.%') ORDER BY seq",
  );
  const appliance = database.prepare("SELECT appliance FROM excursions WHERE id = ?");
  const heldBy = database.prepare(
    "SELECT count(*) AS n FROM holds WHERE excursion = ?1 AND since <= ?2 AND (released_at IS NULL OR released_at > ?2)",
  );
  const freed = database.prepare(
    `SELECT DISTINCT excursion FROM holds JOIN units ON units.number = holds.unit
     WHERE din || ' ' || product_code = ? AND released_at = ? ORDER BY excursion`,
  );
  const affected = ({ action, subject, detail }: AuditRow, at: EpochMs): [string, "held" | "released"][] => {
    if (action.startsWith("excursion.")) return [[subject, "held"]];
    if (action === "unit.moved") {
      return ((JSON.parse(detail) as { heldBy?: string[] }).heldBy ?? []).map((id) => [id, "held"]);
    }
    if (action === "unit.registered") return [];
    return freed.all(subject, at).map((row) => [String(row["excursion"]), "released"]);
  };
  return (entry, book) => {
    const rows = changes.all(entry.seq) as unknown as AuditRow[];
    const found = new Map(rows.flatMap((row) => affected(row, entry.at)));
    return [...found].flatMap(([excursion, event], index) => {
      const held = Number(heldBy.get(excursion, entry.at)?.["n"] ?? 0);
      const place = appliance.get(excursion)?.["appliance"];
      if ((held === 0 && event === "held") || typeof place !== "string") return [];
      const head = lineHead("holds", { site: book.site.site, appliance: place });
      const fields = { excursion: text(excursion), held: integer(held), event: text(event) };
      return line(head, fields, nanos(entry.at, placeIn(entry, index))) ?? [];
    });
  };
}

interface AlarmEventRow {
  readonly number: number;
  readonly at: number;
  readonly event: string;
  readonly actor: string;
  readonly note: string | null;
  readonly phase: string | null;
  readonly severity: string | null;
  readonly raised_at: number;
  readonly state: string;
}

function alarmLines(database: Database): EventLines {
  const select = database.prepare(
    `SELECT number, at, event, actor, note, alarm_events.phase, severity, raised_at, state
     FROM alarm_events JOIN alarms ON alarms.id = alarm_events.alarm WHERE journal_seq = ? ORDER BY number`,
  );
  return (entry, book) =>
    (select.all(entry.seq) as unknown as AlarmEventRow[]).flatMap((row) => {
      const alarm = keptAlarmOf(row.state);
      if (alarm.appliance === canaryId) return [];
      const severity = row.severity ?? alarm.severity;
      const tags = { site: book.site.site, appliance: alarm.appliance, kind: alarm.kind, severity };
      const fields = {
        id: text(alarm.id),
        subject: text(alarm.subject),
        probe: alarm.probe === null ? null : text(alarm.probe),
        event: text(row.event),
        phase: row.phase === null ? null : text(row.phase),
        actor: text(row.actor),
        note: row.note === null ? null : text(row.note.slice(0, noteMax)),
        since_raised_ms: integer(row.at - row.raised_at),
      };
      return line(lineHead("alarms", tags), fields, nanos(row.at, row.number % 1_000_000)) ?? [];
    });
}

function equipmentLines(database: Database): EventLines {
  const select = database.prepare(
    "SELECT subject, kind, at, active FROM equipment_events WHERE journal_seq = ? ORDER BY subject, kind, at, active",
  );
  return (entry, book) =>
    select.all(entry.seq).flatMap((row) => {
      const subject = String(row["subject"]);
      const active = Number(row["active"]);
      const appliance = book.appliances.has(subject)
        ? subject
        : (book.probes.get(subject)?.appliance ?? null);
      const tags = { site: book.site.site, appliance, subject, kind: String(row["kind"]) };
      return (
        line(lineHead("equipment", tags), { active: integer(active) }, nanos(Number(row["at"]), active)) ?? []
      );
    });
}

/** Messages that an entry made owed: under the alarms that it told of, or under a message about several. */
function owedCallLines(database: Database): EventLines {
  const select = database.prepare(
    `SELECT DISTINCT notifications.id, notifications.alarm, owed_at FROM notifications WHERE owed_at = ?2 AND alarm IN (
       SELECT alarm FROM call_alarms WHERE call IN (SELECT id FROM calls WHERE journal_seq = ?1)
       UNION SELECT id FROM calls WHERE journal_seq = ?1
       UNION SELECT alarm FROM alarm_events WHERE journal_seq = ?1) ORDER BY notifications.id`,
  );
  const callLine = makeCallLine(database);
  return (entry, book) =>
    select
      .all(entry.seq, entry.at)
      .flatMap((row, index) =>
        callLine(
          book,
          String(row["id"]),
          String(row["alarm"]),
          "owed",
          nanos(entry.at, placeIn(entry, index)),
        ),
      );
}

/** Makes the line of a message to a person at a moment of its way; one about a single alarm says of which kind and appliance. */
export function makeCallLine(
  database: Database,
): (book: SiteBook, id: string, alarm: string, outcome: string, time: string) => string[] {
  const find = database.prepare("SELECT state FROM alarms WHERE id = ?");
  return (book, id, alarm, outcome, time) => {
    const number = Number(id.slice(alarm.length + 1).split(".")[0]);
    const state = find.get(alarm)?.["state"];
    const about = typeof state === "string" ? keptAlarmOf(state) : null;
    if (about?.appliance === canaryId) return [];
    const tags = { site: book.site.site, appliance: about?.appliance ?? null, kind: about?.kind ?? null };
    const fields = {
      alarm: text(alarm),
      channel: text("mail"),
      outcome: text(outcome),
      number: Number.isInteger(number) ? integer(number) : null,
    };
    const written = line(lineHead("calls", tags), fields, time);
    return written === null ? [] : [written];
  };
}
