import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { Change } from "@coldkeep/core/engine/reconcile.ts";
import { reasons } from "../excursions/recorder.ts";
import type { Database } from "../store/database.ts";

/** What a change of rules did to one excursion. */
export interface ChangedExcursion {
  readonly id: string;
  readonly probe: string;
  readonly appliance: string;
  readonly change: Change;
  readonly status: "open" | "closed" | "withdrawn";
  /** What was known before; null for an excursion that is new. */
  readonly before: ExcursionFigures | null;
  readonly after: ExcursionFigures;
  /** Units with a hold of this excursion, those no longer taken for exposed included. */
  readonly units: number;
  /** Units that it holds as exposed now. */
  readonly exposed: number;
}

/** What a change of rules did to excursions and units. */
export interface RuleEffects {
  readonly excursions: readonly ChangedExcursion[];
  /** Units with a hold of one of these excursions. */
  readonly units: number;
}

interface Row {
  readonly id: string;
  readonly probe: string;
  readonly appliance: string;
  readonly change: string;
  readonly status: string;
  readonly figures: string;
  readonly earlier: string | null;
  readonly units: number;
  readonly exposed: number;
}

/** Reads what the change of rules under a journal entry did, by start and id. */
export function ruleEffects(database: Database, journalSeq: number): RuleEffects {
  const reason = `${reasons.rules}%`;
  const rows = database
    .prepare(
      `SELECT excursions.id, probe, appliance, now.change, now.status, now.figures, earlier.figures AS earlier,
         (SELECT count(*) FROM holds WHERE excursion = excursions.id) AS units,
         (SELECT count(*) FROM holds WHERE excursion = excursions.id AND exposed = 1) AS exposed
       FROM revisions AS now JOIN excursions ON excursions.id = now.excursion
         LEFT JOIN revisions AS earlier ON earlier.excursion = now.excursion AND earlier.revision = now.revision - 1
       WHERE now.journal_seq = ? AND now.reason LIKE ? ORDER BY excursions."start", excursions.id, now.revision`,
    )
    .all(journalSeq, reason) as unknown as Row[];
  const units = database
    .prepare(
      `SELECT count(DISTINCT unit) AS n FROM holds WHERE excursion IN
         (SELECT excursion FROM revisions WHERE journal_seq = ? AND reason LIKE ?)`,
    )
    .get(journalSeq, reason);
  return { excursions: rows.map(changedExcursion), units: Number(units?.["n"] ?? 0) };
}

function changedExcursion({ earlier, figures, change, status, ...rest }: Row): ChangedExcursion {
  return {
    ...rest,
    change: change as Change,
    status: status as ChangedExcursion["status"],
    before: earlier === null ? null : (JSON.parse(earlier) as ExcursionFigures),
    after: JSON.parse(figures) as ExcursionFigures,
  };
}
