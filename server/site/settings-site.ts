import type { Site } from "@coldkeep/core/site/site.ts";
import type { Database } from "../store/database.ts";

/** How the records name the settings' site file as whoever applied it. */
export const settingsActor = "settings";

/**
 * True where the settings' site file says what it said when it was last applied: then it is left alone at a start, because what was approved or applied since is newer than it. What it says is
 * in force, or was replaced by somebody who is on record.
 */
export function isAppliedAlready(database: Database, incoming: Site): boolean {
  const row = database
    .prepare(
      `SELECT body FROM journal WHERE seq = (SELECT journal_seq FROM audit WHERE action = 'site.applied' AND actor = ? ORDER BY seq DESC LIMIT 1)`,
    )
    .get(settingsActor);
  const body = row?.["body"];
  return body instanceof Uint8Array && new TextDecoder().decode(body) === JSON.stringify(incoming);
}
