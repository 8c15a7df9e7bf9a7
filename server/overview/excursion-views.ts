import type { Outcome } from "@coldkeep/core/summons/delivery.ts";
import { heldInterval } from "@coldkeep/core/engine/excursion.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { alarmsAbout } from "../alarms/alarm-reads.ts";
import type { StandingExcursion } from "../excursions/excursion-reads.ts";
import type { Services } from "../http/services.ts";
import type {
  AnswerView,
  ExcursionPageView,
  ExcursionView,
  HeldUnitView,
  MessageEvent,
  NotificationView,
} from "../pages/views.ts";
import type { DecisionKind } from "@coldkeep/core/contract/dispositions.ts";
import { openCorrective } from "../corrective/corrective-records.ts";
import { openDecisions } from "../dispositions/decision-records.ts";
import { excursionSignatures, reviewState } from "../signatures/excursion-signing.ts";
import type { Database } from "../store/database.ts";
import type { SiteBook } from "../site/site-book.ts";
import { alarmView } from "./alarm-views.ts";
import { edgeCalls } from "./edge-calls.ts";
import { curveView } from "./probe-views.ts";

/** Most units, alarms and messages that one excursion's page and report list. */
export const excursionListMax = 20_000;

/** An excursion in a list. */
export function excursionView(
  services: Services,
  book: SiteBook,
  excursion: StandingExcursion,
): ExcursionView {
  const { id, probe, appliance, status, revision, figures } = excursion;
  const { database } = services;
  const held = database.first(
    database.query
      .selectFrom("holds")
      .select((each) => each.fn.countAll<number>().as("n"))
      .where("excursion", "=", id)
      .where("exposed", "=", 1),
  );
  return {
    ...figures,
    id,
    probe,
    appliance,
    applianceName: book.appliances.get(appliance)?.name ?? appliance,
    status,
    revision,
    review: reviewState(status, excursionSignatures(services, id)),
    unitsHeld: held?.n ?? 0,
  };
}

/** An excursion with all that belongs to it. Null where there is none of that id. */
export async function excursionPageView(
  services: Services,
  book: SiteBook,
  id: string,
  now: EpochMs,
): Promise<ExcursionPageView | null> {
  const excursion = services.excursions.find(id, now);
  const memory = excursion === null ? undefined : services.engine.probe(excursion.probe);
  if (excursion === null || memory === undefined) return null;
  const { figures } = excursion;
  const held = heldInterval(figures);
  const until = held.to ?? figures.end ?? now;
  const margin = Math.max(10 * minuteMs, Math.round((until - held.from) / 4));
  const from = figures.start - margin;
  const alarms = [
    ...alarmsAbout(services.database, [excursion.probe], from, until + margin, excursionListMax),
    ...alarmsAbout(services.database, [id], from, Number.MAX_SAFE_INTEGER, excursionListMax),
  ];
  const profile = ruleAt(memory.probe.profileNames, figures.start);
  const profiles = book.site.profiles[profile] ?? [];
  const version = profiles.findLast((each) => (each.from ?? 0) <= figures.start) ?? profiles[0];
  return {
    site: { id: book.site.site, timeZone: book.site.timeZone },
    at: now,
    excursion: excursionView(services, book, excursion),
    profile,
    profileSource: version?.source ?? null,
    curve: {
      ...(await curveView(services, memory, held.from - margin, Math.min(now, until + margin))),
      limits: ruleAt(memory.probe.rules.profiles, figures.start),
    },
    times: await services.history.timesKnown(memory, held.from, until),
    units: heldUnits(services, book, id, excursion.appliance, held),
    revisions: services.excursions.revisions(id),
    signatures: excursionSignatures(services, id),
    decisions: openDecisions(services.database).ofExcursion(id),
    actions: openCorrective(services.database).ofExcursion(id),
    alarms: alarms.map((alarm) => ({
      ...alarmView(book, alarm),
      answers: answersTo(services.database, book, alarm.id),
    })),
    notifications: toldAbout(
      services,
      book,
      alarms.map((alarm) => alarm.id),
    ),
    journalHead: services.journal.head(),
    auditHead: services.heads.current().audit,
  };
}

function heldUnits(
  services: Services,
  book: SiteBook,
  excursion: string,
  appliance: string,
  held: { readonly from: EpochMs; readonly to: EpochMs | null },
): HeldUnitView[] {
  const rows = services.database.prepare(`
    SELECT din, product_code, holds.since, holds.exposed, holds.released_at,
      (SELECT json_array(decision, decided_by, at) FROM dispositions WHERE unit = units.number AND at = holds.released_at ORDER BY number DESC LIMIT 1) AS decided,
      (SELECT appliance FROM residences WHERE unit = units.number AND "to" IS NULL LIMIT 1) AS now,
      (SELECT min("from") FROM residences WHERE unit = units.number AND appliance = ?2 AND "from" < ?4 AND coalesce("to", ?5) > ?3) AS "from",
      (SELECT max(coalesce("to", ?5)) FROM residences WHERE unit = units.number AND appliance = ?2 AND "from" < ?4 AND coalesce("to", ?5) > ?3) AS "to"
    FROM holds JOIN units ON units.number = holds.unit WHERE excursion = ?1 ORDER BY din, product_code LIMIT ?6`);
  const never = Number.MAX_SAFE_INTEGER;
  const found = rows.all(excursion, appliance, held.from, held.to ?? never, never, excursionListMax);
  return (found as unknown as HeldRow[]).map((row) => ({
    din: row.din,
    productCode: row.product_code,
    residenceFrom: row.from ?? row.since,
    residenceTo: row.to === never ? null : row.to,
    now: row.now === null ? null : (book.appliances.get(row.now)?.name ?? row.now),
    exposed: row.exposed === 1,
    heldSince: row.since,
    released: row.released_at !== null,
    decision: decisionOf(row.decided),
  }));
}

function decisionOf(decided: string | null): HeldUnitView["decision"] {
  if (decided === null) return null;
  const [decision, by, at] = JSON.parse(decided) as [DecisionKind, string, EpochMs];
  return { decision, by, at };
}

interface HeldRow {
  readonly din: string;
  readonly product_code: string;
  readonly since: number;
  readonly exposed: 0 | 1;
  readonly released_at: number | null;
  /** Decision, person and time as a JSON array. */
  readonly decided: string | null;
  readonly now: string | null;
  readonly from: number | null;
  readonly to: number | null;
}

/** Who took an alarm on, in order of time. */
function answersTo(database: Database, book: SiteBook, alarm: string): AnswerView[] {
  const names = new Map(book.site.contacts.map(({ id, name }) => [`contact:${id}`, name]));
  return database
    .prepare(
      "SELECT at, actor, note FROM alarm_events WHERE alarm = ? AND event = 'acknowledged' ORDER BY number LIMIT ?",
    )
    .all(alarm, excursionListMax)
    .map((row) => {
      const actor = String(row["actor"]);
      const { note } = row;
      return {
        at: Number(row["at"]),
        by: names.get(actor) ?? actor.replace(/^person:/u, ""),
        note: typeof note === "string" ? note : null,
      };
    });
}

/** Who was told, by the server and by gateways that were alone, in order of time. */
function toldAbout(services: Services, book: SiteBook, alarms: readonly string[]): NotificationView[] {
  return [...notifications(services, book, alarms), ...edgeCalls(services.database, alarms)]
    .toSorted((a, b) => a.owedAt - b.owedAt)
    .slice(0, excursionListMax);
}

function notifications(services: Services, book: SiteBook, alarms: readonly string[]): NotificationView[] {
  if (alarms.length === 0) return [];
  const { database } = services;
  const names = new Map(book.site.contacts.map((contact) => [contact.id, contact.name]));
  const query = database.query
    .selectFrom("notifications")
    .selectAll()
    .where((where) =>
      where.or([
        where("alarm", "in", [...alarms]),
        where(
          "alarm",
          "in",
          where
            .selectFrom("call_alarms")
            .select("call")
            .where("call_alarms.alarm", "in", [...alarms]),
        ),
      ]),
    )
    .orderBy("owed_at")
    .limit(excursionListMax);
  const outcomes = database.prepare("SELECT outcome FROM deliveries WHERE id = ?");
  return database.all(query).map((row) => ({
    contact: names.get(row.contact) ?? row.contact,
    address: row.address,
    subject: row.subject,
    owedAt: row.owed_at,
    sentAt: row.sent_at,
    attempts: row.attempts,
    lastError: row.last_error,
    outcome: (outcomes.get(row.id)?.["outcome"] ?? null) as Outcome | null,
    happened: happenedTo(database, row.id),
  }));
}

const textOr = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Most things that are told of one message. */
const messageEventsMax = 20;

/** What became of a message where not all went as it should. */
function happenedTo(database: Database, delivery: string): MessageEvent[] {
  const events = database
    .prepare(
      "SELECT at, event, channel, detail FROM delivery_events WHERE delivery = ? ORDER BY number LIMIT ?",
    )
    .all(delivery, messageEventsMax)
    .map((row): MessageEvent => ({
      at: Number(row["at"]),
      event: String(row["event"]) as MessageEvent["event"],
      channel: textOr(row["channel"]),
      detail: textOr(row["detail"]),
    }));
  // That a provider has it is said already by its having been handed over.
  const told = events.filter(({ event, detail }) => event !== "ended" || detail !== "handed-over");
  return told.every(({ event }) => event === "accepted" || event === "ended") ? [] : told;
}
