import {
  calledFrom,
  describeEquipment,
  type EquipmentEvent,
  hasDelay,
  supersedes,
} from "@coldkeep/core/alarms/describe-equipment.ts";
import type { Condition } from "@coldkeep/core/alarms/probe-conditions.ts";
import { termsOf } from "@coldkeep/core/alarms/terms.ts";
import type { EventKind } from "@coldkeep/core/contract/events.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { AlarmBook } from "./alarm-book.ts";
import type { AlarmFacts } from "./kept-alarm.ts";
import { shortName } from "./messages.ts";

/** Most devices that are known by their events alone. */
export const devicesMax = 20_000;

/** What appliances and devices told of themselves, and the alarms about that. */
export interface Equipment {
  /** True where events about a subject are taken. */
  readonly isKnown: (kind: EventKind, subject: string) => boolean;
  /** Takes an event; false where it was known. What happened later by event time stands, whatever arrives last. */
  readonly take: (commit: Commit, event: EquipmentEvent) => boolean;
  /** When the latest known event of a kind about a subject happened; null without one. */
  readonly knownUntil: (kind: EventKind, subject: string) => EpochMs | null;
  readonly isDue: (at: EpochMs) => boolean;
  readonly tick: (commit: Commit) => void;
}

/** Opens the equipment on the records. */
export function openEquipment(database: Database, alarms: AlarmBook, site: () => SiteBook): Equipment {
  const insert = database.prepare(
    "INSERT OR IGNORE INTO equipment_events (subject, kind, at, active, journal_seq) VALUES (?, ?, ?, ?, ?)",
  );
  const save = database.prepare(
    `INSERT INTO equipment (subject, kind, at, active) VALUES (?, ?, ?, ?)
     ON CONFLICT (subject, kind) DO UPDATE SET at = excluded.at, active = excluded.active`,
  );
  const began = database.prepare(
    `SELECT min(at) AS at FROM equipment_events WHERE subject = ?1 AND kind = ?2 AND active = ?3 AND at <= ?4 AND at >
     coalesce((SELECT max(at) FROM equipment_events WHERE subject = ?1 AND kind = ?2 AND active <> ?3 AND at <= ?4), -1)`,
  );
  const isGateway = database.prepare("SELECT 1 FROM gateways WHERE id = ?");
  const rows = database
    .prepare("SELECT subject, kind, at, active FROM equipment ORDER BY subject, kind")
    .all();
  const known = draftMap<string, EquipmentEvent>(
    rows.map((row) => {
      const event = { ...(row as unknown as EquipmentEvent), active: row["active"] === 1 };
      return [keyOf(event), event];
    }),
  );

  /** The same word since when it has stood: one that is said again is no new one, so that a delay runs from the first. */
  const standing = (event: EquipmentEvent): EquipmentEvent => {
    const { subject, kind, at, active } = event;
    const first = began.get(subject, kind, active ? 1 : 0, at)?.["at"];
    return typeof first === "number" ? { ...event, at: first } : event;
  };
  const calledAt = (event: EquipmentEvent): EpochMs =>
    calledFrom(standing(event), placeOf(site(), event.subject));

  const judge = (commit: Commit, event: EquipmentEvent): void => {
    const isTime = calledAt(event) <= commit.at;
    const condition: Condition = event.active ? (isTime ? "on" : "unchanged") : "off";
    const book = site();
    const probe =
      book.probes.get(event.subject) ?? book.probes.get(placeOf(book, event.subject)?.probes[0]?.id ?? "");
    const terms =
      probe === undefined ? undefined : termsOf(ruleAt(probe.rules.profiles, commit.at), event.kind);
    const facts = () => describe(standing(event), book, isGateway.get(event.subject) !== undefined);
    alarms.judge(commit, event.kind, condition, facts, event.subject, terms, event.at);
  };

  const isWaiting = (commit: Commit | null, event: EquipmentEvent, at: EpochMs): boolean =>
    event.active &&
    hasDelay(event.kind) &&
    alarms.find(commit, event.kind, event.subject)?.state.condition !== true &&
    calledAt(event) <= at;

  return {
    isKnown: (kind, subject) => {
      const book = site();
      if (kind === "agitator") return book.appliances.has(subject);
      if (book.appliances.has(subject) || book.probes.has(subject)) return true;
      if (kind === "power" || kind === "door") return false;
      return (
        known.get(null, keyOf({ kind, subject })) !== undefined || [...known.values(null)].length < devicesMax
      );
    },
    take: (commit, event) => {
      const { subject, kind, at, active } = event;
      if (insert.run(subject, kind, at, active ? 1 : 0, commit.journalSeq) === 0) return false;
      if (!supersedes(event, known.get(commit, keyOf(event)))) return true;
      save.run(subject, kind, at, active ? 1 : 0);
      known.set(commit, keyOf(event), event);
      judge(commit, event);
      return true;
    },
    knownUntil: (kind, subject) => known.get(null, keyOf({ kind, subject }))?.at ?? null,
    isDue: (at) => [...known.values(null)].some((event) => isWaiting(null, event, at)),
    tick: (commit) => {
      const waiting = [...known.values(commit)].filter((event) => isWaiting(commit, event, commit.at));
      for (const event of waiting.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) judge(commit, event);
    },
  };
}

function keyOf({ kind, subject }: Pick<EquipmentEvent, "kind" | "subject">): string {
  return `${kind} ${subject}`;
}

function placeOf(site: SiteBook, subject: string) {
  return site.appliances.get(site.probes.get(subject)?.appliance ?? subject);
}

function describe(event: EquipmentEvent, site: SiteBook, isGateway: boolean): AlarmFacts {
  const appliance = placeOf(site, event.subject)?.id ?? null;
  return describeEquipment(event, {
    name: appliance === null ? null : shortName(site, appliance),
    appliance,
    probe: site.probes.has(event.subject) ? event.subject : null,
    isGateway,
    timeZone: site.site.timeZone,
  });
}
