import type { CorrectiveOutcome } from "@coldkeep/core/corrective/corrective-action.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Acting } from "../access/acting.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";

/** Who sees to an action: an account, or somebody who has none. */
export interface Owner {
  readonly login: string | null;
  readonly name: string;
}

/** What is to be done. */
export interface PlannedAction {
  readonly excursion: string;
  readonly what: string;
  readonly owner: Owner;
  /** The day by the end of which it is to be done, at the site: `2026-11-22`. */
  readonly due: string;
  /** The cause that it answers; null where none is known. */
  readonly cause: string | null;
}

/** What became of it. */
export interface ActionEnd {
  readonly outcome: CorrectiveOutcome;
  /** The result; of a cancelled one why it is not done. */
  readonly note: string;
  /** Who did it and on which day, at the site; null of a cancelled one. */
  readonly done: { readonly by: string; readonly on: string } | null;
}

/** A corrective action on record, with who planned it and, once it has ended, who said so. */
export interface KeptAction extends PlannedAction {
  readonly number: number;
  readonly by: string;
  readonly at: EpochMs;
  readonly end: (ActionEnd & { readonly by: string; readonly at: EpochMs }) | null;
}

/** The records of corrective actions. */
export interface CorrectiveRecords {
  readonly plan: (commit: Commit, who: Acting, action: PlannedAction) => number;
  readonly end: (commit: Commit, who: Acting, number: number, end: ActionEnd) => void;
  readonly find: (number: number) => KeptAction | null;
  readonly ofExcursion: (excursion: string) => readonly KeptAction[];
  /** Those that have not ended, by the day on which they are due: overdue ones first. */
  readonly open: (limit: number) => readonly KeptAction[];
  /** Those that have ended, the latest first. */
  readonly ended: (limit: number) => readonly KeptAction[];
  /** Those that were open at some time in a window, in the order in which they were planned. */
  readonly within: (from: EpochMs, to: EpochMs) => readonly KeptAction[];
}

const columns = `corrective_actions.number, excursion, what, owner_login, owner_name, due, cause, corrective_actions.name AS "by", corrective_actions.at,
  outcome, note, done_by, done_on, corrective_ends.name AS end_by, corrective_ends.at AS end_at
  FROM corrective_actions LEFT JOIN corrective_ends ON corrective_ends.action = corrective_actions.number`;

/** Opens the corrective actions on the records. */
export function openCorrective(database: Database): CorrectiveRecords {
  const next = database.prepare("SELECT coalesce(max(number), 0) + 1 AS number FROM corrective_actions");
  const insert = database.prepare(
    "INSERT INTO corrective_actions (number, excursion, what, owner_login, owner_name, due, cause, actor, name, at, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const insertEnd = database.prepare(
    "INSERT INTO corrective_ends (action, outcome, note, done_by, done_on, actor, name, at, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const one = database.prepare(`SELECT ${columns} WHERE corrective_actions.number = ?`);
  const ofExcursion = database.prepare(
    `SELECT ${columns} WHERE excursion = ? ORDER BY corrective_actions.number`,
  );
  const open = database.prepare(
    `SELECT ${columns} WHERE outcome IS NULL ORDER BY due, corrective_actions.number LIMIT ?`,
  );
  const ended = database.prepare(
    `SELECT ${columns} WHERE outcome IS NOT NULL ORDER BY corrective_ends.at DESC, corrective_actions.number DESC LIMIT ?`,
  );
  const within = database.prepare(
    `SELECT ${columns} WHERE corrective_actions.at < ?2 AND (outcome IS NULL OR corrective_ends.at >= ?1) ORDER BY corrective_actions.number`,
  );
  return {
    plan: (commit, { actor, name }, { excursion, what, owner, due, cause }) => {
      const number = Number(next.get()?.["number"]);
      insert.run(
        number,
        excursion,
        what,
        owner.login,
        owner.name,
        due,
        cause,
        actor,
        name,
        commit.at,
        commit.journalSeq,
      );
      return number;
    },
    end: (commit, { actor, name }, number, { outcome, note, done }) => {
      const [by, on] = [done?.by ?? null, done?.on ?? null];
      insertEnd.run(number, outcome, note, by, on, actor, name, commit.at, commit.journalSeq);
    },
    find: (number) => {
      const row = one.get(number);
      return row === undefined ? null : keptAction(row);
    },
    ofExcursion: (excursion) => ofExcursion.all(excursion).map(keptAction),
    open: (limit) => open.all(limit).map(keptAction),
    ended: (limit) => ended.all(limit).map(keptAction),
    within: (from, to) => within.all(from, to).map(keptAction),
  };
}

interface Row extends Omit<KeptAction, "owner" | "end"> {
  readonly owner_login: string | null;
  readonly owner_name: string;
  readonly outcome: CorrectiveOutcome | null;
  readonly note: string | null;
  readonly done_by: string | null;
  readonly done_on: string | null;
  readonly end_by: string | null;
  readonly end_at: number | null;
}

function keptAction(values: Record<string, unknown>): KeptAction {
  const { number, excursion, what, owner_login, owner_name, due, cause, by, at, ...end } =
    values as unknown as Row;
  const { outcome, note, done_by, done_on, end_by, end_at } = end;
  return {
    number,
    excursion,
    what,
    owner: { login: owner_login, name: owner_name },
    due,
    cause,
    by,
    at,
    end:
      outcome === null
        ? null
        : {
            outcome,
            note: note ?? "",
            done: done_by === null || done_on === null ? null : { by: done_by, on: done_on },
            by: end_by ?? "",
            at: end_at ?? 0,
          },
  };
}
