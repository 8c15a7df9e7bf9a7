import type { Site } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { noSite } from "../site/no-site.ts";
import { type SiteBook, siteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";

/** The site as it was in force at an instant of knowledge. */
export type SiteThen = (at: EpochMs) => SiteBook;

/**
 * Opens the sites on record. What was in force when an entry was taken does not change any more, so an entry gives the same points whenever it is
 * projected. `newest`: the newest site for all time instead, as a rebuild wants it.
 */
export function openSiteThen(database: Database, newest: boolean): SiteThen {
  const find = newest
    ? database.prepare("SELECT number, content FROM sites WHERE ? IS NOT NULL ORDER BY number DESC LIMIT 1")
    : database.prepare(
        "SELECT number, content FROM sites WHERE applied_at <= ? ORDER BY number DESC LIMIT 1",
      );
  const numbers = newest
    ? database.prepare("SELECT max(number) AS number FROM sites WHERE ? IS NOT NULL")
    : database.prepare("SELECT max(number) AS number FROM sites WHERE applied_at <= ?");
  let known: { readonly number: number; readonly book: SiteBook } | null = null;
  return (at) => {
    const number = numbers.get(at)?.["number"];
    if (typeof number !== "number") return noSite;
    if (known?.number === number) return known.book;
    const content = String(find.get(at)?.["content"]);
    known = { number, book: siteBook(JSON.parse(content) as Site) };
    return known.book;
  };
}
