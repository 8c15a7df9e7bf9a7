import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Committer } from "../journal/committer.ts";
import type { Journal } from "../journal/journal.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { type DailyHead, headMail } from "./head.ts";

/** Most heads that are read at once. */
export const headsMax = 1_000;

/** What the journal keeps of the taking of a head: which day, and whom it is owed to. The heads themselves follow from the chains. */
export interface HeadOrder {
  readonly day: string;
  readonly mailTo: readonly string[];
}

/** The daily heads on record. */
export interface HeadRecords {
  /** Takes the heads as they are, for a day that has ended: stored, and owed to whom they are mailed, in one transaction with the journal. */
  readonly take: (order: HeadOrder) => DailyHead;
  /** Heads of days after one, oldest first; null for all. */
  readonly after: (day: string | null, max: number) => readonly DailyHead[];
  /** Heads of days before one, newest first; null for the newest. */
  readonly before: (day: string | null, max: number) => readonly DailyHead[];
  readonly of: (day: string) => DailyHead | null;
  /** How many there are of days after one; null for all. */
  readonly countAfter: (day: string | null) => number;
  /** Both heads as they are now. */
  readonly current: () => Pick<DailyHead, "journal" | "audit">;
}

/** What the heads are of. */
export interface HeadParts {
  readonly database: Database;
  readonly committer: Committer;
  readonly journal: Journal;
  readonly trail: Pick<AuditTrail, "head">;
  readonly outbox: Outbox;
  readonly site: () => SiteBook | null;
}

const columns = "day, at, journal_sequence, journal_hash, audit_sequence, audit_hash";

/** Opens the heads on the records. */
export function openHeadRecords({
  database,
  committer,
  journal,
  trail,
  outbox,
  site,
}: HeadParts): HeadRecords {
  const insert = database.prepare(
    "INSERT INTO heads (day, at, journal_sequence, journal_hash, audit_sequence, audit_hash, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const after = database.prepare(`SELECT ${columns} FROM heads WHERE day > ? ORDER BY day LIMIT ?`);
  const before = database.prepare(`SELECT ${columns} FROM heads WHERE day < ? ORDER BY day DESC LIMIT ?`);
  const one = database.prepare(`SELECT ${columns} FROM heads WHERE day = ?`);
  const count = database.prepare("SELECT count(*) AS n FROM heads WHERE day > ?");
  const current = () => ({ journal: journal.head(), audit: trail.head() });
  return {
    take: ({ day, mailTo }) => {
      const body = new TextEncoder().encode(JSON.stringify({ day, mailTo }));
      return committer.commit({ kind: "head", source: "clock", encoding: "identity", body }, (commit) => {
        // What is committed: the entry that is just being written is not of the day any more.
        const head: DailyHead = { day, at: commit.at, ...current() };
        const { journal: j, audit: a } = head;
        insert.run(day, head.at, j.sequence, j.hash, a.sequence, a.hash, commit.journalSeq);
        const { subject, body: text } = headMail(site()?.site.site ?? "a server without a site", head);
        for (const address of mailTo)
          outbox.owe(commit, {
            alarm: `head-${day}`,
            call: 0,
            contact: address,
            address,
            subject,
            body: text,
          });
        return head;
      });
    },
    after: (day, max) => after.all(day ?? "", max).map(headOf),
    before: (day, max) => before.all(day ?? "9999-99-99", max).map(headOf),
    of: (day) => {
      const row = one.get(day);
      return row === undefined ? null : headOf(row);
    },
    countAfter: (day) => Number(count.get(day ?? "")?.["n"] ?? 0),
    current,
  };
}

function headOf(row: Record<string, unknown>): DailyHead {
  return {
    day: String(row["day"]),
    at: Number(row["at"]),
    journal: { sequence: Number(row["journal_sequence"]), hash: String(row["journal_hash"]) },
    audit: { sequence: Number(row["audit_sequence"]), hash: String(row["audit_hash"]) },
  };
}
