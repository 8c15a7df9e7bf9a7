import { type SiteBook, siteBook } from "./site-book.ts";

/** What stands for the site while none is applied. */
export const noSite: SiteBook = siteBook({
  site: "none",
  timeZone: "UTC",
  profiles: {},
  appliances: [],
  contacts: [],
});
