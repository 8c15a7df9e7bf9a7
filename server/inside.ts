import type { Site } from "@coldkeep/core/site/site.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { openAlarmBook } from "./alarms/alarm-book.ts";
import { openAuditTrail } from "./audit/audit-trail.ts";
import { makeExcursionReads } from "./excursions/excursion-reads.ts";
import { makeRecorder } from "./excursions/recorder.ts";
import { makeMetrics } from "./health/metrics.ts";
import { sqliteHistory } from "./history/history.ts";
import type { Services } from "./http/services.ts";
import { makeTakeBatch } from "./ingest/take-batch.ts";
import { makeCommitter } from "./journal/committer.ts";
import { openJournal } from "./journal/journal.ts";
import { openReadingStore } from "./judging/probe-memory.ts";
import { startSiteEngine } from "./judging/site-engine.ts";
import { makeOutbox } from "./notify/outbox.ts";
import { applySite, readSite } from "./site/apply-site.ts";
import { type SiteBook, siteBook } from "./site/site-book.ts";
import type { Database } from "./store/database.ts";
import { makeHoldKeeper } from "./units/holds.ts";
import { makeUnitFeed } from "./units/unit-feed.ts";
import { makeUnitReads } from "./units/unit-reads.ts";

/** The server without its outside: everything from an input to the record, for the server itself, for replaying and for tests. */
export interface Inside extends Omit<Services, "authenticate"> {
  /** Takes up work on the records: an input like any other, because what only memory knew is gone with the process before. `address` is where people reach the pages, for messages. */
  readonly begin: (address: string | null) => void;
  /** Puts a site in force where it differs. */
  readonly applySite: (incoming: Site, actor: string) => void;
}

/** What stands for the site while none is applied. */
const noSite: SiteBook = siteBook({
  site: "none",
  timeZone: "UTC",
  profiles: {},
  appliances: [],
  contacts: [],
});

/** Puts the inside together on records. Call `begin` before giving it inputs. */
export function composeInside(database: Database, clock: Clock): Inside {
  let pages: string | null = null;
  const journal = openJournal(database);
  const committer = makeCommitter(database, journal, openAuditTrail(database), clock);
  let book: SiteBook | null = readSite(database);
  const alarms = openAlarmBook(
    database,
    makeOutbox(database),
    () => book ?? noSite,
    () => pages,
  );
  const holds = makeHoldKeeper(database);
  const parts = {
    store: openReadingStore(database),
    recorder: makeRecorder(database, holds, alarms),
    alarms,
  };
  const engine = startSiteEngine(database, parts, book, clock.epochMs());
  const metrics = makeMetrics();
  const excursions = makeExcursionReads(database, engine);
  const history = sqliteHistory(database);
  return {
    database,
    clock,
    committer,
    journal,
    engine,
    alarms,
    excursions,
    history,
    metrics,
    feed: makeUnitFeed(database, holds),
    units: makeUnitReads(database, excursions, history, engine),
    takeBatch: makeTakeBatch(database, committer, engine, metrics, clock),
    site: () => book,
    begin: (address) => {
      pages = address;
      const body = new TextEncoder().encode(JSON.stringify({ pages }));
      committer.commit({ kind: "start", source: "server", encoding: "identity", body }, engine.begin);
    },
    applySite: (incoming, actor) => {
      book = applySite(database, committer, engine, book, incoming, actor, (next) => {
        book = next;
      });
    },
  };
}
