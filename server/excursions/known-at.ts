import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { type RawBuilder, sql } from "kysely";
import type { Database } from "../store/database.ts";
import type { ExcursionFilter, StandingExcursion } from "./excursion-reads.ts";

/**
 * What was known of excursions at an earlier instant: of each the newest revision of that time, with the figures that it was recorded with. An excursion that was
 * not known then is absent.
 */
export interface KnownAt {
  /** Newest first. */
  readonly list: (filter: ExcursionFilter, knownAt: EpochMs) => StandingExcursion[];
  readonly find: (id: string, knownAt: EpochMs) => StandingExcursion | null;
}

interface Row {
  readonly id: string;
  readonly probe: string;
  readonly appliance: string;
  readonly status: string;
  readonly revision: number;
  readonly figures: string;
}

const start = sql<number>`json_extract(revisions.figures, '$.start')`;
const end: RawBuilder<number | null> = sql`json_extract(revisions.figures, '$.end')`;

/** Opens what was known on the records. */
export function openKnownAt(database: Database): KnownAt {
  return {
    list: (filter, knownAt) =>
      database.all(filtered(revisionsAt(database, knownAt), filter)).map((row) => standing(row)),
    find: (id, knownAt) => {
      const row = database.first(revisionsAt(database, knownAt).where("excursions.id", "=", id));
      return row === undefined ? null : standing(row);
    },
  };
}

function standing({ id, probe, appliance, status, revision, figures }: Row): StandingExcursion {
  return {
    id,
    probe,
    appliance,
    status: status as StandingExcursion["status"],
    revision,
    figures: JSON.parse(figures) as ExcursionFigures,
  };
}

function revisionsAt(database: Database, knownAt: EpochMs) {
  return database.query
    .selectFrom("excursions")
    .innerJoin("revisions", "revisions.excursion", "excursions.id")
    .select(["excursions.id", "excursions.probe", "excursions.appliance"])
    .select(["revisions.status", "revisions.revision", "revisions.figures"])
    .where("revisions.revision", "=", (inner) =>
      inner
        .selectFrom("revisions as then")
        .whereRef("then.excursion", "=", "excursions.id")
        .where("then.known_at", "<=", knownAt)
        .select(({ fn }) => fn.max("then.revision").as("newest")),
    );
}

function filtered(all: ReturnType<typeof revisionsAt>, filter: ExcursionFilter) {
  const { probe, appliance, status, from, to, after } = filter;
  let query = all.orderBy(start, "desc").orderBy("excursions.id").limit(filter.limit);
  if (probe !== undefined) query = query.where("excursions.probe", "=", probe);
  if (appliance !== undefined) query = query.where("excursions.appliance", "=", appliance);
  query =
    status === undefined
      ? query.where("revisions.status", "<>", "withdrawn")
      : query.where("revisions.status", "=", status);
  if (to !== undefined) query = query.where(start, "<=", to);
  if (from !== undefined)
    query = query.where((where) => where.or([where(end, "is", null), where(end, ">=", from)]));
  if (after === undefined) return query;
  return query.where((where) =>
    where.or([
      where(start, "<", after.start),
      where.and([where(start, "=", after.start), where("excursions.id", ">", after.id)]),
    ]),
  );
}
