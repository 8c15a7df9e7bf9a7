import type { Site } from "@coldkeep/core/site/site.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import type { DrillBook } from "../drills/drill-book.ts";
import type { CanaryBook } from "../canary/canary-book.ts";
import type { ExcursionReads } from "../excursions/excursion-reads.ts";
import type { HeadRecords } from "../heads/head-records.ts";
import type { Metrics } from "../health/metrics.ts";
import type { History, RecentReadings } from "../history/history.ts";
import type { TakeBatch } from "../ingest/take-batch.ts";
import type { Committer } from "../journal/committer.ts";
import type { Journal } from "../journal/journal.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { AnswerKey } from "../answers/answer-key.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import type { Notes } from "../summons/notes.ts";
import type { Proposals } from "../proposals/proposals.ts";
import type { SiteChange } from "../site/apply-site.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { UnitSettings } from "../units/unit-settings.ts";
import type { UnitFeed } from "../units/unit-feed.ts";
import type { UnitReads } from "../units/unit-reads.ts";
import type { SingleSignOn } from "../oidc/single-sign-on.ts";
import type { People } from "../people/people.ts";
import type { Identities } from "../access/guard.ts";
import type { Signatures } from "../signatures/signatures.ts";
import type { SealKey } from "../reports/seal.ts";

/** What the routes work with; `app.ts` puts it together. */
export interface Services {
  readonly database: Database;
  readonly clock: Clock;
  readonly committer: Committer;
  readonly journal: Journal;
  /** The daily heads of journal and audit trail. */
  readonly heads: HeadRecords;
  readonly engine: SiteEngine;
  readonly alarms: AlarmBook;
  readonly drills: DrillBook;
  readonly excursions: ExcursionReads;
  readonly history: History;
  /** Readings of the last hours, at once. */
  readonly recent: RecentReadings;
  /** True while InfluxDB should serve the history and the records do it in its stead. */
  readonly isHistoryFallenBack: () => boolean;
  readonly feed: UnitFeed;
  readonly units: UnitReads;
  readonly takeBatch: TakeBatch;
  /** The virtual refrigerator that proves that alarms reach people. */
  readonly canary: CanaryBook;
  /** Messages on their way to people. */
  readonly deliveries: DeliveryBook;
  /** Short notes to people, beside all escalation. */
  readonly notes: Notes;
  /** Mails that nobody is asked to answer. */
  readonly outbox: Outbox;
  readonly metrics: Metrics;
  /** What the site says about its units. */
  readonly unitSettings: UnitSettings;
  /** Electronic signatures. */
  readonly signatures: Signatures;
  /** With what the links and codes are made by which calls are answered. */
  readonly answerKey: AnswerKey;
  /** With what reports are sealed; null: they are not. */
  readonly sealKey: SealKey | null;
  /** Accounts, sessions and tokens. */
  readonly people: People;
  /** Single sign-on; null without one in the settings. */
  readonly singleSignOn: SingleSignOn | null;
  /** Who is behind a request. */
  readonly identities: Identities;
  /** The site in force; null before one was applied. */
  readonly site: () => SiteBook | null;
  /** Changes of the site that wait for a second person. */
  readonly proposals: Proposals;
  /** Puts a site in force where it differs. */
  readonly applySite: (incoming: Site, actor: string) => SiteChange;
  /** Says what `applySite` would change now, and changes nothing. */
  readonly rehearseSite: (incoming: Site, actor: string) => SiteChange;
}
