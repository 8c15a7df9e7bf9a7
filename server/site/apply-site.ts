import type { Site } from "@coldkeep/core/site/site.ts";
import type { Committer } from "../journal/committer.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { Database } from "../store/database.ts";
import { mergeSite } from "./merge-site.ts";
import { type SiteBook, siteBook } from "./site-book.ts";

/** The site in force, or null before the first was applied. */
export function readSite(database: Database): SiteBook | null {
  const newest = database.first(
    database.query.selectFrom("sites").select("content").orderBy("number", "desc").limit(1),
  );
  return newest === undefined ? null : siteBook(JSON.parse(newest.content) as Site);
}

/** Applies a site where it differs from the one in force: a dated, journaled, audited change. Returns the site then in force. */
export function applySite(
  database: Database,
  committer: Committer,
  engine: SiteEngine,
  current: SiteBook | null,
  incoming: Site,
  actor: string,
  use: (book: SiteBook) => void,
): SiteBook {
  const preview = mergeSite(current?.site ?? null, incoming, 0);
  if (current !== null && JSON.stringify(preview) === JSON.stringify(current.site)) return current;
  const body = new TextEncoder().encode(JSON.stringify(incoming));
  return committer.commit({ kind: "site", source: actor, encoding: "identity", body }, (commit) => {
    const site = mergeSite(current?.site ?? null, incoming, commit.at);
    const book = siteBook(site);
    database.run(
      database.query
        .insertInto("sites")
        .values({ site: site.site, applied_at: commit.at, content: JSON.stringify(site) }),
    );
    commit.audit({
      actor,
      action: "site.applied",
      subject: site.site,
      detail: differences(current?.site ?? null, site),
    });
    use(book);
    engine.applySite(commit, book);
    return book;
  });
}

/** What a change of the site changes, from what to what, for the audit trail. */
export function differences(before: Site | null, after: Site): Record<string, unknown> {
  if (before === null) return { from: null, to: after };
  const changed: Record<string, unknown> = {};
  for (const key of Object.keys(after) as (keyof Site)[]) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) {
      changed[key] = { from: before[key], to: after[key] };
    }
  }
  return changed;
}
