import type { Drill } from "@coldkeep/core/drills/drill.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";

/** A drill as it is kept: `sinceDelivery` is the number of the newest message when it began, so that it is known what was sent since. */
export interface KeptDrill extends Drill {
  readonly sinceDelivery: number;
}

/** Something that happened to a drill. */
export interface DrillHappening {
  readonly at: EpochMs;
  readonly event: string;
  readonly actor: string;
  /** What more is known of it, as plain data. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The drills on record. */
export interface DrillRows {
  /** How many are not over. */
  readonly openCount: () => number;
  /** The one that is under way, and those that should have begun by an instant, in the order in which they were planned. */
  readonly dueBy: (at: EpochMs) => KeptDrill[];
  readonly underWay: () => KeptDrill | null;
  readonly find: (id: string) => KeptDrill | null;
  /** Newest first; `before` is the number before which to go on. */
  readonly newest: (limit: number, before: number | null) => KeptDrill[];
  /** Those that ended within a stretch of time, in that order. */
  readonly endedWithin: (from: EpochMs, to: EpochMs) => KeptDrill[];
  /** When each appliance's newest drill that somebody was called by ended. */
  readonly lastHeld: () => ReadonlyMap<string, EpochMs>;
  readonly nextNumber: () => number;
  readonly newestDelivery: () => number;
  readonly save: (drill: KeptDrill) => void;
  readonly note: (
    commit: Commit,
    drill: string,
    event: string,
    actor: string,
    detail?: Readonly<Record<string, unknown>>,
  ) => void;
  readonly happenings: (drill: string) => DrillHappening[];
}

/** Opens the drills on the records. */
export function openDrillRows(database: Database): DrillRows {
  const columns = "record, since_delivery";
  const upsert = database.prepare(
    `INSERT INTO drills (number, id, appliance, start_at, phase, outcome, ended_at, record, since_delivery) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (number) DO UPDATE SET phase = excluded.phase, outcome = excluded.outcome, ended_at = excluded.ended_at, record = excluded.record, since_delivery = excluded.since_delivery`,
  );
  const open = database.prepare("SELECT count(*) AS n FROM drills WHERE phase <> 'over'");
  const due = database.prepare(
    `SELECT ${columns} FROM drills WHERE phase <> 'over' AND (phase = 'under-way' OR start_at <= ?) ORDER BY number`,
  );
  const underWay = database.prepare(`SELECT ${columns} FROM drills WHERE phase = 'under-way'`);
  const one = database.prepare(`SELECT ${columns} FROM drills WHERE id = ?`);
  const newest = database.prepare(
    `SELECT ${columns} FROM drills WHERE number < ? ORDER BY number DESC LIMIT ?`,
  );
  const ended = database.prepare(
    `SELECT ${columns} FROM drills WHERE ended_at >= ? AND ended_at < ? ORDER BY ended_at, number`,
  );
  const held = database.prepare(
    "SELECT appliance, max(ended_at) AS at FROM drills WHERE outcome IN ('passed', 'not-passed') GROUP BY appliance",
  );
  const number = database.prepare("SELECT coalesce(max(number), 0) + 1 AS n FROM drills");
  const delivery = database.prepare("SELECT coalesce(max(number), 0) AS n FROM deliveries");
  const insertEvent = database.prepare(
    "INSERT INTO drill_events (drill, at, event, actor, detail, journal_seq) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const events = database.prepare(
    "SELECT at, event, actor, detail FROM drill_events WHERE drill = ? ORDER BY number",
  );
  const first = (rows: readonly Record<string, unknown>[]): KeptDrill | null => rows.map(keptOf)[0] ?? null;
  return {
    openCount: () => Number(open.get()?.["n"] ?? 0),
    dueBy: (at) => due.all(at).map(keptOf),
    underWay: () => first(underWay.all()),
    find: (id) => first(one.all(id)),
    newest: (limit, before) => newest.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(keptOf),
    endedWithin: (from, to) => ended.all(from, to).map(keptOf),
    lastHeld: () => new Map(held.all().map((row) => [String(row["appliance"]), Number(row["at"])])),
    nextNumber: () => Number(number.get()?.["n"]),
    newestDelivery: () => Number(delivery.get()?.["n"]),
    save: ({ plan, state, sinceDelivery }) => {
      const record = JSON.stringify({ plan, state });
      const { number: place, id, appliance, startAt } = plan;
      const { phase, outcome, endedAt } = state;
      upsert.run(place, id, appliance, startAt, phase, outcome, endedAt, record, sinceDelivery);
    },
    note: (commit, drill, event, actor, detail = {}) =>
      void insertEvent.run(drill, commit.at, event, actor, JSON.stringify(detail), commit.journalSeq),
    happenings: (drill) =>
      events.all(drill).map((row) => ({
        at: Number(row["at"]),
        event: String(row["event"]),
        actor: String(row["actor"]),
        detail: JSON.parse(String(row["detail"])) as Record<string, unknown>,
      })),
  };
}

function keptOf(row: Record<string, unknown>): KeptDrill {
  const drill = JSON.parse(String(row["record"])) as Drill;
  return { ...drill, sinceDelivery: Number(row["since_delivery"]) };
}
