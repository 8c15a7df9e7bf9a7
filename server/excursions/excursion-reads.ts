import { type ExcursionFigures, isGrowing, isSameExcursion } from "@coldkeep/core/engine/excursion.ts";
import { present } from "@coldkeep/core/engine/judge.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { Database } from "../store/database.ts";
import { type KnownAt, openKnownAt } from "./known-at.ts";

/** An excursion as it stands: the record, and while it is open its figures up to now. */
export interface StandingExcursion {
  readonly id: string;
  readonly probe: string;
  readonly appliance: string;
  readonly status: "open" | "closed" | "withdrawn";
  readonly revision: number;
  readonly figures: ExcursionFigures;
}

/** What to look for. Without a status the withdrawn ones are left out. */
export interface ExcursionFilter {
  readonly probe?: string | undefined;
  readonly appliance?: string | undefined;
  readonly status?: "open" | "closed" | "withdrawn" | undefined;
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
  /** Only those after this one in the list's order. */
  readonly after?: { readonly start: EpochMs; readonly id: string } | undefined;
  readonly limit: number;
}

/** One revision on record. */
export interface KeptRevision {
  readonly revision: number;
  readonly knownAt: EpochMs;
  readonly change: string;
  readonly reason: string;
  readonly status: "open" | "closed" | "withdrawn";
  readonly figures: ExcursionFigures;
}

/** The read side of excursions. */
export interface ExcursionReads {
  /** Newest first. */
  readonly list: (filter: ExcursionFilter, now: EpochMs) => StandingExcursion[];
  readonly find: (id: string, now: EpochMs) => StandingExcursion | null;
  readonly revisions: (id: string) => KeptRevision[];
  readonly knownAt: KnownAt;
}

interface Row {
  readonly id: string;
  readonly probe: string;
  readonly appliance: string;
  readonly status: string;
  readonly revision: number;
  readonly figures: string;
}

/** Makes the read side over the records and the engine, which knows how far open excursions have grown. */
export function makeExcursionReads(database: Database, engine: SiteEngine): ExcursionReads {
  const stand = (row: Row, now: EpochMs): StandingExcursion => {
    const recorded = JSON.parse(row.figures) as ExcursionFigures;
    const { id, probe, appliance, revision } = row;
    const status = row.status as StandingExcursion["status"];
    const isStill = status !== "withdrawn" && isGrowing(recorded);
    const figures = isStill ? grown(engine, probe, recorded, now) : recorded;
    return { id, probe, appliance, status, revision, figures };
  };
  return {
    knownAt: openKnownAt(database),
    list: (filter, now) => database.all(listQuery(database, filter)).map((row) => stand(row, now)),
    find: (id, now) => {
      const row = database.first(database.query.selectFrom("excursions").selectAll().where("id", "=", id));
      return row === undefined ? null : stand(row, now);
    },
    revisions: (id) =>
      database
        .all(
          database.query.selectFrom("revisions").selectAll().where("excursion", "=", id).orderBy("revision"),
        )
        .map((row) => ({
          revision: row.revision,
          knownAt: row.known_at,
          change: row.change,
          reason: row.reason,
          status: row.status as KeptRevision["status"],
          figures: JSON.parse(row.figures) as ExcursionFigures,
        })),
  };
}

function grown(
  engine: SiteEngine,
  probe: string,
  recorded: ExcursionFigures,
  now: EpochMs,
): ExcursionFigures {
  const memory = engine.probe(probe);
  if (memory === undefined) return recorded;
  const current = present(memory.state, memory.probe.rules, now);
  return current.find((each) => isSameExcursion(each, recorded)) ?? recorded;
}

function listQuery(database: Database, filter: ExcursionFilter) {
  let query = database.query
    .selectFrom("excursions")
    .selectAll()
    .orderBy("start", "desc")
    .orderBy("id")
    .limit(filter.limit);
  if (filter.probe !== undefined) query = query.where("probe", "=", filter.probe);
  if (filter.appliance !== undefined) query = query.where("appliance", "=", filter.appliance);
  query =
    filter.status === undefined
      ? query.where("status", "<>", "withdrawn")
      : query.where("status", "=", filter.status);
  const { from, to, after } = filter;
  if (to !== undefined) query = query.where("start", "<=", to);
  if (from !== undefined)
    query = query.where((where) => where.or([where("end", "is", null), where("end", ">=", from)]));
  if (after !== undefined) {
    query = query.where((where) =>
      where.or([
        where("start", "<", after.start),
        where.and([where("start", "=", after.start), where("id", ">", after.id)]),
      ]),
    );
  }
  return query;
}
