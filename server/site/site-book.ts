export { type PlacedProbe, type SiteBook, siteBook } from "@coldkeep/core/site/site-book.ts";
