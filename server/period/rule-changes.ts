import type { Interval } from "@coldkeep/core/engine/line.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";

/** A change of what judges or of how the server works, from the audit trail: one of an entry's differences. */
export interface RuleChange {
  /** The trail's entry. */
  readonly entry: number;
  readonly at: EpochMs;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly why: string | null;
  /** What was changed, such as `profiles.red-cells.high`; null where the entry does not say. */
  readonly path: string | null;
  /** As JSON; null where there was or is nothing. */
  readonly from: string | null;
  readonly to: string | null;
}

interface Detail {
  readonly why?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly differences?: unknown;
}

/** Changes of the site, proposals and what became of them, and changes of the settings, that stand in the trail within a window. */
export function ruleChanges(database: Database, { from, to }: Interval): RuleChange[] {
  const rows = database.all(
    database.query
      .selectFrom("audit")
      .select(["seq", "at", "actor", "action", "subject", "detail"])
      .where((where) =>
        where.or([
          where("action", "in", ["site.applied", "settings.changed"]),
          where("action", "like", "proposal.%"),
        ]),
      )
      .where("at", ">=", from)
      .where("at", "<", to)
      .orderBy("seq"),
  );
  return rows.flatMap(({ seq, at, actor, action, subject, detail }): RuleChange[] => {
    const said = JSON.parse(detail) as Detail;
    const entry = {
      entry: seq,
      at,
      actor,
      action,
      subject,
      why: typeof said.why === "string" ? said.why : null,
    };
    const differences = differencesIn(action, said);
    if (differences.length === 0) return [{ ...entry, path: null, from: null, to: null }];
    return differences.map(([path, before, after]) => ({
      ...entry,
      path,
      from: jsonOrNull(before),
      to: jsonOrNull(after),
    }));
  });
}

function differencesIn(
  action: string,
  detail: Detail,
): (readonly [path: string, from: unknown, to: unknown])[] {
  if (action === "settings.changed") {
    const before = fieldsOf(detail.from);
    const after = fieldsOf(detail.to);
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => [key, before[key], after[key]]);
  }
  const { differences } = detail;
  if (!Array.isArray(differences)) return [];
  return differences.flatMap((each: unknown) => {
    const { path, from, to } = fieldsOf(each);
    return typeof path === "string" ? [[path, from, to] as const] : [];
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
