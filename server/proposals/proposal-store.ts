import type { Site } from "@coldkeep/core/site/site.ts";
import type { Role } from "@coldkeep/core/people/roles.ts";
import type { SiteDifference } from "@coldkeep/core/site/site-differences.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { BacktestResult } from "./backtest-site.ts";
import type { Actor, Proposal, ProposalEnd, ProposalState, ProposalVersion } from "./proposal.ts";

/** What a draft holds beyond who made it: read apart, because it is large. */
export interface DraftContent {
  readonly site: Site;
  /** The number of the site that it was drafted on. */
  readonly baseNumber: number;
}

/** The kept proposals. What writes does so within the caller's commit. */
export interface ProposalStore {
  readonly find: (id: string) => Proposal | null;
  /** The newest first. */
  readonly list: (limit: number) => Proposal[];
  /** The draft of somebody that has not ended; null without one. */
  readonly openBy: (actor: string) => string | null;
  readonly content: (id: string) => DraftContent | null;
  readonly backtest: (id: string, key: string) => BacktestResult | null;
  /** The number of the site in force; 0 before the first. */
  readonly siteNumber: () => number;
  readonly siteOf: (number: number) => Site | null;
  readonly addVersion: (commit: Commit, id: string, by: Actor, reason: string, content: DraftContent) => void;
  readonly addTest: (commit: Commit, id: string, key: string, result: BacktestResult) => void;
  readonly end: (commit: Commit, id: string, end: EndInput) => void;
}

/** How a proposal ends. */
export interface EndInput {
  readonly state: ProposalEnd["state"];
  readonly by: Actor;
  readonly reason: string;
  readonly hash?: string;
  readonly differences?: readonly SiteDifference[];
  readonly excursions?: number;
  readonly units?: number;
  readonly siteNumber?: number;
  readonly backtestKey?: string;
}

/** Opens the proposals on the records. */
export function openProposalStore(database: Database): ProposalStore {
  const { query } = database;
  const find = (id: string): Proposal | null => {
    const rows = database.all(
      query
        .selectFrom("proposal_versions")
        .select(["author", "name", "role", "reason", "at"])
        .where("proposal", "=", id)
        .orderBy("number"),
    );
    if (rows.length === 0) return null;
    const versions = rows.map(({ author, name, role, reason, at }): ProposalVersion => ({
      actor: author,
      name,
      role: role as Role,
      reason,
      at,
    }));
    const end = database.first(query.selectFrom("proposal_ends").selectAll().where("proposal", "=", id));
    return {
      id,
      state: (end?.state ?? "draft") as ProposalState,
      versions,
      end: end === undefined ? null : endOf(end),
    };
  };
  return {
    find,
    list: (limit) =>
      database
        .prepare("SELECT proposal FROM proposal_versions GROUP BY proposal ORDER BY min(number) DESC LIMIT ?")
        .all(limit)
        .flatMap((row) => find(String(row["proposal"])) ?? []),
    openBy: (actor) => {
      const row = database
        .prepare(
          `SELECT proposal FROM proposal_versions AS v WHERE author = ?
             AND number = (SELECT min(number) FROM proposal_versions WHERE proposal = v.proposal)
             AND NOT EXISTS (SELECT 1 FROM proposal_ends WHERE proposal = v.proposal) ORDER BY number DESC LIMIT 1`,
        )
        .get(actor);
      return row === undefined ? null : String(row["proposal"]);
    },
    content: (id) => {
      const row = database.first(
        query
          .selectFrom("proposal_versions")
          .select(["content", "base_number"])
          .where("proposal", "=", id)
          .orderBy("number", "desc")
          .limit(1),
      );
      return row === undefined
        ? null
        : { site: JSON.parse(row.content) as Site, baseNumber: row.base_number };
    },
    backtest: (id, key) => {
      const row = database.first(
        query
          .selectFrom("proposal_tests")
          .select("result")
          .where("proposal", "=", id)
          .where("key", "=", key)
          .orderBy("number", "desc")
          .limit(1),
      );
      return row === undefined ? null : (JSON.parse(row.result) as BacktestResult);
    },
    siteNumber: () => Number(database.prepare("SELECT max(number) AS n FROM sites").get()?.["n"] ?? 0),
    siteOf: (number) => {
      const row = database.first(query.selectFrom("sites").select("content").where("number", "=", number));
      return row === undefined ? null : (JSON.parse(row.content) as Site);
    },
    addVersion: (commit, id, { actor, name, role }, reason, { site, baseNumber }) =>
      void database
        .prepare(
          "INSERT INTO proposal_versions (proposal, base_number, content, reason, author, name, role, at, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .run(id, baseNumber, JSON.stringify(site), reason, actor, name, role, commit.at, commit.journalSeq),
    addTest: (commit, id, key, result) =>
      void database
        .prepare("INSERT INTO proposal_tests (proposal, key, result, at, journal_seq) VALUES (?, ?, ?, ?, ?)")
        .run(id, key, JSON.stringify(result), commit.at, commit.journalSeq),
    end: (commit, id, { state, by, reason, hash, differences, excursions, units, siteNumber, backtestKey }) =>
      database.run(
        query.insertInto("proposal_ends").values({
          proposal: id,
          state,
          actor: by.actor,
          name: by.name,
          role: by.role,
          reason,
          hash: hash ?? null,
          differences: JSON.stringify(differences ?? []),
          excursions: excursions ?? 0,
          units: units ?? 0,
          site_number: siteNumber ?? null,
          backtest_key: backtestKey ?? null,
          at: commit.at,
          journal_seq: commit.journalSeq,
        }),
      ),
  };
}

function endOf(row: {
  readonly state: string;
  readonly actor: string;
  readonly name: string;
  readonly role: string;
  readonly reason: string;
  readonly differences: string;
  readonly excursions: number;
  readonly units: number;
  readonly site_number: number | null;
  readonly backtest_key: string | null;
  readonly at: number;
}): ProposalEnd {
  return {
    state: row.state as ProposalEnd["state"],
    actor: row.actor,
    name: row.name,
    role: row.role as Role,
    reason: row.reason,
    differences: JSON.parse(row.differences) as SiteDifference[],
    excursions: row.excursions,
    units: row.units,
    siteNumber: row.site_number,
    backtestKey: row.backtest_key,
    at: row.at,
  };
}
