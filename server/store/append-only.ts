/** A table to which rows are only ever added. */
export interface AppendOnlyTable {
  readonly name: string;
  /** What a refusal says. */
  readonly says: string;
  /** The columns that no two rows share. */
  readonly key: readonly string[];
  /** True where each row continues a hash chain: numbered on by one, and with the hash of the row before. */
  readonly isChain?: true;
}

/** The tables that no code path and no statement may change or take from (docs/records.md). */
export const appendOnlyTables: readonly AppendOnlyTable[] = [
  { name: "journal", says: "the journal is append-only", key: ["seq"], isChain: true },
  { name: "audit", says: "the audit trail is append-only", key: ["seq"], isChain: true },
  { name: "revisions", says: "revisions are append-only", key: ["excursion", "revision"] },
  { name: "movements", says: "movements are append-only", key: ["number"] },
  { name: "dispositions", says: "dispositions are append-only", key: ["number"] },
  { name: "decisions", says: "decisions are append-only", key: ["number"] },
  { name: "second_opinions", says: "second opinions are append-only", key: ["decision"] },
  { name: "choice_lists", says: "changes of lists are append-only", key: ["journal_seq"] },
  { name: "corrective_actions", says: "corrective actions are append-only", key: ["number"] },
  { name: "corrective_ends", says: "ends of corrective actions are append-only", key: ["action"] },
  { name: "alarm_events", says: "what happened to alarms is append-only", key: ["number"] },
  { name: "delivery_events", says: "what became of messages is append-only", key: ["number"] },
  { name: "drill_events", says: "what happened in drills is append-only", key: ["number"] },
  { name: "canary_receipts", says: "receipts of the canary are append-only", key: ["run", "medium"] },
  { name: "replies", says: "what people sent back is append-only", key: ["channel", "reference"] },
  { name: "refusals", says: "refusals are append-only", key: ["journal_seq", "position"] },
  { name: "sites", says: "sites are append-only", key: ["number"] },
  { name: "heads", says: "daily heads are append-only", key: ["day"] },
  { name: "settings_history", says: "the history of settings is append-only", key: ["journal_seq"] },
  { name: "signatures", says: "signatures are append-only", key: ["number"] },
  { name: "trail_reviews", says: "reviews of the trail are append-only", key: ["number"] },
  { name: "proposal_versions", says: "proposals are append-only", key: ["number"] },
  { name: "proposal_tests", says: "proposals are append-only", key: ["number"] },
  { name: "proposal_ends", says: "proposals are append-only", key: ["proposal"] },
];

/**
 * The triggers that refuse every change of a table: UPDATE, also as an upsert; DELETE; and a row in another's place, because REPLACE takes rows away without firing
 * what refuses DELETE, unless `recursive_triggers` is on. A chain takes nothing but its next entry.
 */
export function appendOnlyTriggers({ name, says, key, isChain }: AppendOnlyTable): string[] {
  const refuse = `BEGIN SELECT RAISE(ABORT, '${says}'); END`;
  const same = key.map((column) => `${column} = NEW.${column}`).join(" AND ");
  const unwanted =
    isChain === true
      ? `NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ${name})
    OR NEW.previous IS NOT coalesce((SELECT hash FROM ${name} ORDER BY seq DESC LIMIT 1), '${"0".repeat(64)}')`
      : `EXISTS (SELECT 1 FROM ${name} WHERE ${same})`;
  return [
    `CREATE TRIGGER ${name}_no_update BEFORE UPDATE ON ${name} ${refuse}`,
    `CREATE TRIGGER ${name}_no_delete BEFORE DELETE ON ${name} ${refuse}`,
    `CREATE TRIGGER ${name}_only_adds BEFORE INSERT ON ${name} WHEN ${unwanted} ${refuse}`,
  ];
}

/** Puts the triggers on the tables where they are missing, so that older records gain them. */
export function appendOnlySql(tables: readonly AppendOnlyTable[]): string {
  return tables
    .flatMap(appendOnlyTriggers)
    .map((sql) => `${sql.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS")};`)
    .join("\n");
}
