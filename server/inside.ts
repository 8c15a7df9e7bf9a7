import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { type AlarmBook, openAlarmBook } from "./alarms/alarm-book.ts";
import { makeForecastProbe } from "./alarms/told-forecast.ts";
import { isInDoubt } from "./overview/forecast-views.ts";
import { openAuditTrail } from "./audit/audit-trail.ts";
import { openCanaryBook } from "./canary/canary-book.ts";
import { makeExcursionReads } from "./excursions/excursion-reads.ts";
import { makeRecorder } from "./excursions/recorder.ts";
import { makeMarkChanged } from "./hold-feed/hold-changes.ts";
import { makeMetrics } from "./health/metrics.ts";
import { type History, openRecentReadings, sqliteHistory } from "./history/history.ts";
import { openHeadRecords } from "./heads/head-records.ts";
import type { Services } from "./http/services.ts";
import { makeTakeBatch } from "./ingest/take-batch.ts";
import { makeCommitter } from "./journal/committer.ts";
import { openJournal } from "./journal/journal.ts";
import { openReadingStore } from "./judging/probe-memory.ts";
import { startSiteEngine } from "./judging/site-engine.ts";
import { makeOutbox } from "./notify/outbox.ts";
import { openDrillBook } from "./drills/drill-book.ts";
import { openDeliveryBook } from "./summons/delivery-book.ts";
import { makeNotes } from "./summons/notes.ts";
import { makeProposalActs, type ProposalActs } from "./proposals/proposal-acts.ts";
import { openProposalStore, type ProposalStore } from "./proposals/proposal-store.ts";
import { makeSiteKeeper } from "./site/apply-site.ts";
import { openSignatures } from "./signatures/signatures.ts";
import { noSite } from "./site/no-site.ts";
import type { Database } from "./store/database.ts";
import { makeHoldKeeper } from "./units/holds.ts";
import { makeStandings } from "./units/standing.ts";
import { makeUnitFeed } from "./units/unit-feed.ts";
import type { UnitSettings } from "./units/unit-settings.ts";
import { makeUnitReads } from "./units/unit-reads.ts";

/** The server without its outside: everything from an input to the record, for the server itself, for replaying and for tests. */
export interface Inside extends Omit<
  Services,
  | "answerKey"
  | "identities"
  | "singleSignOn"
  | "people"
  | "sealKey"
  | "unitSettings"
  | "proposals"
  | "isHistoryFallenBack"
> {
  readonly proposalStore: ProposalStore;
  /** The acts on proposals, as a replay does them again. */
  readonly proposalActs: ProposalActs;
  /** Takes up work on the records: an input like any other, because what only memory knew is gone with the process before. `address` is where people reach the pages, for messages; `channels` are those by which they can be told. */
  readonly begin: (address: string | null, channels?: readonly ChannelFact[]) => void;
}

/** What a projection of the journal has to do with the inside. */
export interface InsideLinks {
  /** Serves the history in the records' stead. */
  readonly history: History;
  /** Told of each batch that was taken with readings, and its oldest. */
  readonly batchTaken: (journalSeq: number, oldest: EpochMs) => void;
}

/** Puts the inside together on records. Call `begin` before giving it inputs. `checkpointEvery`: readings of a probe between two checkpoints. `components`: which products are
 * which components, as the settings say. */
export function composeInside(
  database: Database,
  clock: Clock,
  checkpointEvery?: number,
  links?: InsideLinks,
  components: UnitSettings["components"] = [],
): Inside {
  let pages: string | null = null;
  let channels: readonly ChannelFact[] = [];
  const journal = openJournal(database);
  const trail = openAuditTrail(database);
  const committer = makeCommitter(database, journal, trail, clock);
  const site = makeSiteKeeper(database, committer, () => engine);
  const deliveries = openDeliveryBook(database);
  const outbox = makeOutbox(deliveries, () => channels);
  const notes = makeNotes({ database, deliveries, site: site.book, channels: () => channels });
  const recent = openRecentReadings(database);
  const alarms: AlarmBook = openAlarmBook({
    database,
    deliveries,
    notes,
    channels: () => channels,
    site: () => site.book() ?? noSite,
    pages: () => pages,
    forecast: makeForecastProbe({
      probe: (id) => engine.probe(id),
      recent,
      isInDoubt: (memory) => isInDoubt({ alarms, engine }, memory),
    }),
  });
  const drills = openDrillBook({
    database,
    alarms,
    deliveries,
    notes,
    channels: () => channels,
    site: () => site.book() ?? noSite,
    pages: () => pages,
  });
  const standings = makeStandings(database);
  const holds = makeHoldKeeper(database, standings, makeMarkChanged(database));
  const parts = {
    store: openReadingStore(database, checkpointEvery),
    recorder: makeRecorder(database, holds, alarms),
    alarms,
  };
  const engine = startSiteEngine(database, parts, site.book(), clock.epochMs());
  const proposalStore = openProposalStore(database);
  const canary = openCanaryBook({ database, committer, alarms, site: site.book });
  const metrics = makeMetrics();
  const excursions = makeExcursionReads(database, engine);
  const history = links?.history ?? sqliteHistory(database);
  return {
    database,
    clock,
    committer,
    journal,
    heads: openHeadRecords({ database, committer, journal, trail, outbox, site: site.book }),
    engine,
    alarms,
    drills,
    canary,
    excursions,
    history,
    recent,
    metrics,
    signatures: openSignatures(database),
    feed: makeUnitFeed(database, holds, standings),
    units: makeUnitReads(database, excursions, history, engine, site.book, components),
    takeBatch: makeTakeBatch(database, committer, engine, metrics, clock, links?.batchTaken),
    site: site.book,
    applySite: site.apply,
    rehearseSite: site.rehearse,
    proposalStore,
    proposalActs: makeProposalActs(proposalStore, site),
    outbox,
    deliveries,
    notes,
    begin: (address, inForce = []) => {
      pages = address;
      channels = inForce;
      const body = new TextEncoder().encode(JSON.stringify({ pages, channels }));
      committer.commit({ kind: "start", source: "server", encoding: "identity", body }, (commit) => {
        deliveries.begin(commit, channels);
        engine.begin(commit);
        drills.begin(commit);
      });
    },
  };
}
