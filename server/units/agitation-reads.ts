import type { AgitationRecord, Said } from "@coldkeep/core/exposure/agitation.ts";
import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";

/** What an appliance told of its agitator and its mains within a window, with what held at its beginning; null where the appliance has no agitator. */
export type AgitationReads = (
  book: SiteBook | null,
  appliance: string,
  window: Interval,
) => Pick<AgitationRecord, "agitator" | "mains"> | null;

/** Opens the reads on the events on record. */
export function openAgitation(database: Database): AgitationReads {
  const words = database.prepare(
    `SELECT at, active FROM equipment_events WHERE subject = ?1 AND kind = ?2 AND at <= ?4
     AND at >= coalesce((SELECT max(at) FROM equipment_events WHERE subject = ?1 AND kind = ?2 AND at <= ?3), ?3)`,
  );
  const any = database.prepare(
    "SELECT 1 FROM equipment_events WHERE subject = ? AND kind = 'agitator' LIMIT 1",
  );
  const said = (subject: string, kind: "agitator" | "power", { from, to }: Interval): Said[] =>
    words.all(subject, kind, from, to).map(({ at, active }) => ({ at: Number(at), active: active === 1 }));
  return (book, appliance, window) => {
    const place = book?.appliances.get(appliance);
    const hasOne = place?.kind === "incubator" || any.get(appliance) !== undefined;
    // Nothing is known of an appliance that the site no longer has: whether it had an agitator is not either.
    if (!hasOne && place !== undefined) return null;
    const subjects = [appliance, ...(place?.probes ?? []).map(({ id }) => id)];
    return {
      agitator: said(appliance, "agitator", window),
      mains: subjects.map((subject) => said(subject, "power", window)),
    };
  };
}
