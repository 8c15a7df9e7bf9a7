import type { Site } from "@coldkeep/core/site/site.ts";
import type { Commit, Committer } from "../journal/committer.ts";
import type { EntryInput } from "../journal/journal.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { Database } from "../store/database.ts";
import { type RuleEffects, ruleEffects } from "./changed-excursions.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import { type SiteBook, siteBook } from "./site-book.ts";
import { type SiteDifference, siteDifferences } from "@coldkeep/core/site/site-differences.ts";

/** The site in force, or null before the first was applied. */
export function readSite(database: Database): SiteBook | null {
  const newest = database.first(
    database.query.selectFrom("sites").select("content").orderBy("number", "desc").limit(1),
  );
  return newest === undefined ? null : siteBook(JSON.parse(newest.content) as Site);
}

/** What applying a site changed, or would change: the master data, and through it excursions and units. */
export interface SiteChange extends RuleEffects {
  readonly site: string;
  /** Empty where the site is in force already; then nothing else changed either. */
  readonly differences: readonly SiteDifference[];
}

/** Puts a site in force within a commit. */
export type ApplyWithin = (
  incoming: Site,
  actor: string,
  detail: Readonly<Record<string, unknown>>,
) => SiteChange;

/** The door through which the site changes. */
export interface SiteKeeper {
  /** The site in force; null before the first was applied. */
  readonly book: () => SiteBook | null;
  /** Applies a site where it differs from the one in force: a dated, journaled, audited change. */
  readonly apply: (incoming: Site, actor: string) => SiteChange;
  /**
   * Commits an input of another kind in the course of which a site may be put in force; `apply` there does it within the same commit, with `detail` added to what the
   * trail says of it.
   */
  readonly during: <Result>(
    input: Omit<EntryInput, "at">,
    work: (commit: Commit, apply: ApplyWithin) => Result,
  ) => Result;
  /** Says what `apply` would change now, and changes nothing. */
  readonly rehearse: (incoming: Site, actor: string) => SiteChange;
}

/** Makes the keeper on the records. `engine` gives the engine once it is there. */
export function makeSiteKeeper(
  database: Database,
  committer: Committer,
  engine: () => SiteEngine,
): SiteKeeper {
  let book = readSite(database);

  const work = (
    incoming: Site,
    actor: string,
    commit: Commit,
    detail: Readonly<Record<string, unknown>> = {},
  ): SiteChange => {
    const before = book;
    const site = mergeSite(before?.site ?? null, incoming, commit.at);
    const next = siteBook(site);
    database.run(
      database.query
        .insertInto("sites")
        .values({ site: site.site, applied_at: commit.at, content: JSON.stringify(site) }),
    );
    const differences = siteDifferences(before?.site ?? null, site);
    commit.audit({ actor, action: "site.applied", subject: site.site, detail: { differences, ...detail } });
    book = next;
    engine().applySite(commit, next);
    return { site: site.site, differences, ...ruleEffects(database, commit.journalSeq) };
  };

  const change = (how: "commit" | "rehearse", incoming: Site, actor: string): SiteChange => {
    const before = book;
    const unchanged = { site: incoming.site, differences: [], excursions: [], units: 0 };
    if (before !== null && isInForce(before.site, incoming)) return unchanged;
    const body = new TextEncoder().encode(JSON.stringify(incoming));
    const input = { kind: "site" as const, source: actor, encoding: "identity", body };
    return keepingBook(how, input, (commit) => work(incoming, actor, commit));
  };

  /** The site in memory goes back to what it was where the records did. */
  const keepingBook = <Result>(
    how: "commit" | "rehearse",
    input: Omit<EntryInput, "at">,
    inside: (commit: Commit) => Result,
  ): Result => {
    const before = book;
    let isDone = false;
    try {
      const result = committer[how](input, inside);
      isDone = how === "commit";
      return result;
    } finally {
      if (!isDone) book = before;
    }
  };

  return {
    book: () => book,
    apply: (incoming, actor) => change("commit", incoming, actor),
    during: (input, inside) =>
      keepingBook("commit", input, (commit) =>
        inside(commit, (incoming, actor, detail) => work(incoming, actor, commit, detail)),
      ),
    rehearse: (incoming, actor) => change("rehearse", incoming, actor),
  };
}

function isInForce(current: Site, incoming: Site): boolean {
  return siteDifferences(current, mergeSite(current, incoming, 0)).length === 0;
}
