import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { exceptionActions } from "../audit/audit-words.ts";
import { chainStart } from "../journal/hash-chain.ts";
import type { Database, Value } from "../store/database.ts";

/** An entry of the audit trail as stored, with the hashes that chain it. */
export interface TrailEntry {
  readonly seq: number;
  readonly at: EpochMs;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  /** JSON, exactly as it was hashed. */
  readonly detail: string;
  readonly journalSeq: number;
  readonly previous: string;
  readonly hash: string;
}

/** What of the trail to look for; what is left out says nothing. */
export interface TrailFilter {
  readonly actor?: string | undefined;
  /** What stands before an action's point. */
  readonly group?: string | undefined;
  readonly action?: string | undefined;
  /** Exactly this subject. */
  readonly about?: string | undefined;
  /** Part of the subject, whatever the case of A to Z. */
  readonly subject?: string | undefined;
  /** Part of the detail, whatever the case of A to Z. */
  readonly text?: string | undefined;
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
  /** Only what people did. */
  readonly people?: boolean | undefined;
  /** Only what a review looks at one by one. */
  readonly exceptions?: boolean | undefined;
}

/** What a search found, newest first. */
export interface TrailFound {
  readonly entries: readonly TrailEntry[];
  /** Search on before this entry; null where everything was looked at. */
  readonly before: number | null;
  /** True where the search stopped at its limit before the page was full. */
  readonly isCut: boolean;
}

/** Entries from one number to another, both included. */
export interface TrailRange {
  readonly first: number;
  readonly last: number;
}

/** The read side of the audit trail. */
export interface TrailReads {
  readonly search: (filter: TrailFilter, before: number | null, limit: number) => TrailFound;
  /** The first and the last entry that the filter's times leave; nothing where the first is beyond the last. */
  readonly range: (filter: TrailFilter) => TrailRange;
  /** Oldest first, within a range; `next` is where to go on, null at its end. A step may find nothing and yet not be the last. */
  readonly forward: (
    filter: TrailFilter,
    range: TrailRange,
    limit: number,
  ) => { readonly entries: readonly TrailEntry[]; readonly next: number | null };
  readonly head: () => { readonly seq: number; readonly hash: string };
  readonly entry: (seq: number) => TrailEntry | null;
  /** Everybody who ever acted, by name; at most `actorsMax`. */
  readonly actors: () => readonly string[];
}

/** Most actors that a choice offers. */
export const actorsMax = 500;

/** Entries that one step of a search for a text looks through. */
const stepEntries = 50_000;

/** Entries that a search for a text looks through at most before it asks whether to go on: the records serve nobody else meanwhile. */
export const searchedEntriesMax = 250_000;

/** How many times as far a search reaches back where an index leaves few entries to look through. */
const indexedFactor = 4;

const columns = "seq, at, actor, action, subject, detail, journal_seq, previous, hash";
const group = "substr(action, 1, instr(action, '.') - 1)";

/** Opens the read side of the trail. */
export function openTrailReads(database: Database): TrailReads {
  const newest = database.prepare("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
  const one = database.prepare(`SELECT ${columns} FROM audit WHERE seq = ?`);
  const lastUntil = database.prepare(
    "SELECT max(seq) AS seq FROM audit INDEXED BY audit_by_at WHERE at <= ?",
  );
  const firstSince = database.prepare(
    "SELECT min(seq) AS seq FROM audit INDEXED BY audit_by_at WHERE at >= ?",
  );
  const distinctActors = database.prepare(
    `WITH RECURSIVE each (actor) AS (
       SELECT min(actor) FROM audit
       UNION ALL SELECT (SELECT min(actor) FROM audit WHERE audit.actor > each.actor) FROM each WHERE each.actor IS NOT NULL
     ) SELECT actor FROM each WHERE actor IS NOT NULL LIMIT ${actorsMax}`,
  );
  const head = (): { seq: number; hash: string } => {
    const row = newest.get();
    return row === undefined
      ? { seq: 0, hash: chainStart }
      : { seq: Number(row["seq"]), hash: String(row["hash"]) };
  };
  /** The first and last entry that may match; the server's clock may have been put back, so that times are not in order. */
  const range = ({ from, to }: TrailFilter): TrailRange => ({
    first: from === undefined ? 1 : Number(firstSince.get(from)?.["seq"] ?? Number.MAX_SAFE_INTEGER),
    last: to === undefined ? head().seq : Number(lastUntil.get(to)?.["seq"] ?? 0),
  });
  const between = (
    filter: TrailFilter,
    first: number,
    last: number,
    order: "ASC" | "DESC",
    limit: number,
  ): TrailEntry[] => {
    const { sql, values } = conditions(filter);
    const index = usesPeopleIndex(filter) ? "INDEXED BY audit_by_people" : "";
    const statement = database.prepare(
      `SELECT ${columns} FROM audit ${index} WHERE seq >= ? AND seq <= ?${sql} ORDER BY seq ${order} LIMIT ?`,
    );
    return statement.all(first, last, ...values, limit).map(entryOf);
  };
  return {
    head,
    entry: (seq) => {
      const row = one.get(seq);
      return row === undefined ? null : entryOf(row);
    },
    actors: () => distinctActors.all().map((row) => String(row["actor"])),
    range,
    forward: (filter, { first, last }, limit) => {
      const upTo = Math.min(last, first + stepOf(filter) - 1);
      const entries = between(filter, first, upTo, "ASC", limit);
      const next = (entries.length === limit ? (entries.at(-1)?.seq ?? upTo) : upTo) + 1;
      return { entries, next: next > last ? null : next };
    },
    search: (filter, before, limit) => {
      const { first, last } = range(filter);
      const step = stepOf(filter);
      const isText = step === stepEntries;
      let upTo = before === null ? last : Math.min(last, before - 1);
      const span = searchedEntriesMax * (isIndexed(filter) ? indexedFactor : 1);
      const lowest = isText ? Math.max(first, upTo - span + 1) : first;
      const entries: TrailEntry[] = [];
      while (entries.length <= limit && upTo >= lowest) {
        const from = Math.max(lowest, upTo - step + 1);
        entries.push(...between(filter, from, upTo, "DESC", limit + 1 - entries.length));
        upTo = from - 1;
      }
      const shown = entries.slice(0, limit);
      if (entries.length > limit) return { entries: shown, before: shown.at(-1)?.seq ?? null, isCut: false };
      return { entries: shown, before: lowest > first ? lowest : null, isCut: lowest > first };
    },
  };
}

/** How many entries one statement looks through: of texts, which no index has, not all at once. */
function stepOf({ text, subject }: TrailFilter): number {
  return text !== undefined || subject !== undefined ? stepEntries : Number.MAX_SAFE_INTEGER;
}

function conditions(filter: TrailFilter): { readonly sql: string; readonly values: readonly Value[] } {
  const { actor, action, about, subject, text, from, to, people, exceptions } = filter;
  const parts: (readonly [sql: string, ...values: Value[]])[] = [];
  if (actor !== undefined) parts.push(["actor = ?", actor]);
  if (filter.group !== undefined) parts.push([`${group} = ?`, filter.group]);
  if (action !== undefined) parts.push(["action = ?", action]);
  if (about !== undefined) parts.push(["subject = ?", about]);
  if (people === true) parts.push(["actor >= 'person:' AND actor < 'person;'"]);
  if (exceptions === true)
    parts.push([`action IN (${exceptionActions.map(() => "?").join(", ")})`, ...exceptionActions]);
  if (from !== undefined) parts.push(["+at >= ?", from]);
  if (to !== undefined) parts.push(["+at <= ?", to]);
  if (subject !== undefined) parts.push([`+subject LIKE ? ESCAPE '\\'`, containing(subject)]);
  if (text !== undefined) parts.push([`detail LIKE ? ESCAPE '\\'`, containing(text)]);
  return {
    sql: parts.map(([sql]) => ` AND ${sql}`).join(""),
    values: parts.flatMap(([, ...values]) => values),
  };
}

/** True where what people did is the narrowest that is asked for. */
function usesPeopleIndex(filter: TrailFilter): boolean {
  return filter.people === true && !isIndexed(filter) && filter.exceptions !== true;
}

/** True where an index has what is asked for. */
function isIndexed({ actor, group: within, action, about }: TrailFilter): boolean {
  return [actor, within, action, about].some((each) => each !== undefined);
}

function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, String.raw`\$&`)}%`;
}

function entryOf(row: Record<string, unknown>): TrailEntry {
  return {
    seq: Number(row["seq"]),
    at: Number(row["at"]),
    actor: String(row["actor"]),
    action: String(row["action"]),
    subject: String(row["subject"]),
    detail: String(row["detail"]),
    journalSeq: Number(row["journal_seq"]),
    previous: String(row["previous"]),
    hash: String(row["hash"]),
  };
}
