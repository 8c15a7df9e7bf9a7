import type { DecisionContent, DecisionKind } from "@coldkeep/core/contract/dispositions.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";

/** Who said it, as it was then. */
export interface Sayer {
  readonly login: string;
  readonly name: string;
}

/** What a second person said. */
export type SecondVerdict = "agreed" | "declined";

/** A signed decision on record. */
export interface KeptDecision extends Sayer {
  readonly number: number;
  readonly excursion: string;
  readonly decision: DecisionKind;
  readonly content: DecisionContent;
  readonly reason: string;
  readonly at: EpochMs;
  /** What the second person said; null where none was asked, or none has answered yet. */
  readonly second:
    | (Sayer & { readonly verdict: SecondVerdict; readonly reason: string; readonly at: EpochMs })
    | null;
}

/** The records of decisions. */
export interface DecisionRecords {
  readonly insert: (
    commit: Commit,
    sayer: Sayer,
    given: { readonly content: DecisionContent; readonly reason: string },
  ) => number;
  readonly insertSecond: (
    commit: Commit,
    sayer: Sayer,
    given: { readonly number: number; readonly verdict: SecondVerdict; readonly reason: string },
  ) => void;
  readonly find: (number: number) => KeptDecision | null;
  readonly ofExcursion: (excursion: string) => readonly KeptDecision[];
  /** Concessions that wait for a second person, oldest first. */
  readonly waiting: () => readonly KeptDecision[];
}

const columns = `decisions.number, excursion, decisions.decision, content, decisions.reason, decisions.login, decisions.name, decisions.at,
  second_opinions.verdict, second_opinions.reason AS second_reason, second_opinions.login AS second_login,
  second_opinions.name AS second_name, second_opinions.at AS second_at
  FROM decisions LEFT JOIN second_opinions ON second_opinions.decision = decisions.number`;

/** Opens the decisions on the records. */
export function openDecisions(database: Database): DecisionRecords {
  const insert = database.prepare(
    "INSERT INTO decisions (number, excursion, decision, content, reason, login, name, at, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const next = database.prepare("SELECT coalesce(max(number), 0) + 1 AS number FROM decisions");
  const insertSecond = database.prepare(
    "INSERT INTO second_opinions (decision, verdict, reason, login, name, at, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const one = database.prepare(`SELECT ${columns} WHERE decisions.number = ?`);
  const ofExcursion = database.prepare(`SELECT ${columns} WHERE excursion = ? ORDER BY decisions.number`);
  const waiting = database.prepare(
    `SELECT ${columns} WHERE decisions.decision = 'concession' AND second_opinions.verdict IS NULL ORDER BY decisions.number`,
  );
  return {
    insert: (commit, { login, name }, { content, reason }) => {
      const number = Number(next.get()?.["number"]);
      const { excursion, decision } = content;
      const text = JSON.stringify(content);
      insert.run(number, excursion, decision, text, reason, login, name, commit.at, commit.journalSeq);
      return number;
    },
    insertSecond: (commit, { login, name }, { number, verdict, reason }) =>
      void insertSecond.run(number, verdict, reason, login, name, commit.at, commit.journalSeq),
    find: (number) => {
      const row = one.get(number);
      return row === undefined ? null : keptDecision(row);
    },
    ofExcursion: (excursion) => ofExcursion.all(excursion).map(keptDecision),
    waiting: () => waiting.all().map(keptDecision),
  };
}

interface Row extends Omit<KeptDecision, "content" | "second"> {
  readonly content: string;
  readonly verdict: SecondVerdict | null;
  readonly second_reason: string | null;
  readonly second_login: string | null;
  readonly second_name: string | null;
  readonly second_at: number | null;
}

function keptDecision(values: Record<string, unknown>): KeptDecision {
  const { number, excursion, decision, content, reason, login, name, at, ...second } =
    values as unknown as Row;
  return {
    number,
    excursion,
    decision,
    content: JSON.parse(content) as DecisionContent,
    reason,
    login,
    name,
    at,
    second:
      second.verdict === null
        ? null
        : {
            verdict: second.verdict,
            reason: second.second_reason ?? "",
            login: second.second_login ?? "",
            name: second.second_name ?? "",
            at: second.second_at ?? 0,
          },
  };
}
