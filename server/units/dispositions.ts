import type { DecisionKind } from "@coldkeep/core/contract/dispositions.ts";
import { makeMarkChanged } from "../hold-feed/hold-changes.ts";
import { changeDetail } from "../audit/detail.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import { makeStandings } from "./standing.ts";
import type { StandingUnit } from "./unit-reads.ts";

/** A person's decision about a held unit. */
export interface Decision {
  readonly decision: DecisionKind;
  readonly by: string;
  readonly reason: string;
  /** What the person is called, where `by` is how the trail names them. */
  readonly name?: string;
  /** The role in which a person decided. */
  readonly role?: string | null;
}

/** Records a decision about a unit and audits it. */
export function decide(database: Database, commit: Commit, unit: StandingUnit, decision: Decision): void {
  endHolds(database, commit, unit, decision);
  const { by, reason, role = null } = decision;
  const detail = changeDetail({ why: reason, from: "held", to: decision.decision, role });
  const subject = `${unit.din} ${unit.productCode}`;
  commit.audit({ actor: by, action: `unit.${decision.decision}`, subject, detail });
}

/** Records a decision about a unit and ends its holds: the only place that ends one. The caller audits it. */
export function endHolds(
  database: Database,
  commit: Commit,
  unit: StandingUnit,
  { decision, by, name = by, reason }: Decision,
): void {
  const { query } = database;
  database.run(
    query.insertInto("dispositions").values({
      unit: unit.number,
      decision,
      reason,
      decided_by: name,
      at: commit.at,
      journal_seq: commit.journalSeq,
    }),
  );
  database.run(
    query
      .updateTable("holds")
      .set({ released_at: commit.at })
      .where("unit", "=", unit.number)
      .where("released_at", "is", null),
  );
  makeStandings(database).refresh(unit.number);
  makeMarkChanged(database)(commit, [unit.number]);
}
