import type { CallAbout } from "@coldkeep/core/alarms/lifecycle.ts";
import { type ChannelFact, doubtedLast, waysTo } from "@coldkeep/core/duty/reach.ts";
import type { Policy } from "@coldkeep/core/summons/policy-section.ts";
import { escalationOf } from "@coldkeep/core/summons/choose-policy.ts";
import {
  type CalledBefore,
  openSummons,
  stepSummons,
  summonsDueAt,
  type SummonsEffect,
  type SummonsInput,
  type SummonsState,
} from "@coldkeep/core/summons/summons.ts";
import { peopleOfStep } from "@coldkeep/core/summons/step-people.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import type { Commit } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { WriteCall } from "./call-writer.ts";
import { type CalledContact, calledContacts } from "./callees.ts";
import type { DeliveryBook, KeptDelivery } from "./delivery-book.ts";
import { textFor } from "./text-for.ts";

/** A summons as it is kept. */
export interface KeptSummons {
  readonly id: string;
  /** The alarm or the call about several, and which call of it: names its messages. */
  readonly call: { readonly about: string; readonly number: number };
  /** The policy as it was when the call began; null: everybody at once. */
  readonly policy: Policy | null;
  readonly abouts: Readonly<Record<string, CallAbout>>;
  readonly causes: readonly string[] | null;
  /** Channels that are in doubt, which the alarms say do not work: they are tried after all others. */
  readonly doubted?: readonly string[];
  readonly state: SummonsState;
}

/** A call that begins. */
export interface NewSummons {
  readonly call: { readonly about: string; readonly number: number };
  readonly policy: Policy | null;
  readonly alarms: readonly { readonly id: string; readonly about: CallAbout }[];
  readonly causes: readonly string[] | null;
  readonly doubted?: readonly string[];
  /** How far the call had come that it takes the place of, by the same policy; left out where there was none. */
  readonly before?: CalledBefore | null;
}

/** What the summonses tell others of. */
export interface SummonsEvents {
  /** A step of a policy was called, or its last call is over; `concern`: whether nothing reaches those whom it named, or the whole policy reaches nobody. */
  readonly found: (commit: Commit, summons: KeptSummons, concern: "on" | "off") => void;
  /** Somebody has answered all of it; `told` are its messages as they stood before those not sent yet were withdrawn. */
  readonly answered: (commit: Commit, summons: KeptSummons, told: readonly KeptDelivery[]) => void;
  /** Nobody has answered; `isOver`: the call is over now. */
  readonly unanswered: (commit: Commit, summons: KeptSummons, isOver: boolean) => void;
}

/** All calls that wait for somebody to answer. */
export interface SummonsBook {
  readonly open: (commit: Commit, summons: NewSummons) => void;
  /** The call that is under way about an alarm. */
  readonly underWayFor: (commit: Commit | null, alarm: string) => KeptSummons | undefined;
  readonly isOpen: (commit: Commit, id: string) => boolean;
  /** True while people are being called by a policy. */
  readonly isCallingBy: (commit: Commit, policy: string) => boolean;
  readonly again: (commit: Commit, id: string) => void;
  readonly settle: (commit: Commit, alarm: string, as: "answered" | "gone") => void;
  /** A message of it reaches nobody, or somebody cannot come: where nobody of the call is left, the next step is called. */
  readonly unreached: (commit: Commit, id: string, call: number) => void;
  readonly dueAt: () => EpochMs | null;
  readonly tick: (commit: Commit) => void;
  readonly hear: (events: SummonsEvents) => void;
}

/** What the book works with. */
export interface SummonsParts {
  readonly database: Database;
  readonly deliveries: DeliveryBook;
  readonly site: () => SiteBook;
  readonly channels: () => readonly ChannelFact[];
  readonly write: WriteCall;
  /** True for the calls of drills alone, false for those in earnest alone: neither knows of the other. */
  readonly isDrill: boolean;
  /** The drill that is under way. */
  readonly drill: () => string | null;
}

/** Opens the summonses on the records. */
export function openSummonsBook(parts: SummonsParts): SummonsBook {
  const { database, deliveries, site, channels, write, isDrill, drill } = parts;
  const upsert = database.prepare(
    `INSERT INTO summonses (id, opened_at, state, ended, journal_seq, drill) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended = excluded.ended`,
  );
  const insertAlarm = database.prepare("INSERT OR IGNORE INTO summons_alarms (alarm, summons) VALUES (?, ?)");
  const declines = database.prepare(
    `SELECT DISTINCT replies.contact FROM replies JOIN deliveries ON deliveries.id = replies.delivery
     WHERE replies.outcome = 'declined' AND deliveries.summons = ? AND deliveries.summons_call = ?`,
  );
  const stored = database
    .prepare("SELECT state FROM summonses WHERE ended IS NULL AND (drill IS NOT NULL) = ? ORDER BY id")
    .all(isDrill ? 1 : 0)
    .map((row) => JSON.parse(String(row["state"])) as KeptSummons);
  const summonses = draftMap<string, KeptSummons>(stored.map((each) => [each.id, each]));
  const byAlarm = draftMap<string, string>(
    stored.flatMap((each) => openAlarms(each.state).map((alarm) => [alarm, each.id] as const)),
  );
  let events: SummonsEvents = {
    found: () => undefined,
    answered: () => undefined,
    unanswered: () => undefined,
  };

  const keep = (commit: Commit, kept: KeptSummons): void => {
    const { id, state } = kept;
    upsert.run(id, state.openedAt, JSON.stringify(kept), state.ended, commit.journalSeq, drill());
    if (state.ended === null) summonses.set(commit, id, kept);
    else summonses.delete(commit, id);
    for (const [alarm, standing] of Object.entries(state.alarms)) {
      if (standing === "open") byAlarm.set(commit, alarm, id);
      else if (byAlarm.get(commit, alarm) === id) byAlarm.delete(commit, alarm);
    }
  };

  const follow = (commit: Commit, kept: KeptSummons, effects: readonly SummonsEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === "call") callStep(commit, kept, effect.step, effect.call);
      else if (effect.kind === "unanswered") events.unanswered(commit, kept, false);
      else finish(commit, kept, effect.how);
    }
  };

  const isCallingBy = (commit: Commit, policy: string): boolean =>
    [...summonses.values(commit)].some((each) => each.policy?.id === policy);

  const finish = (commit: Commit, kept: KeptSummons, how: "answered" | "gone"): void => {
    if (kept.state.isUnanswered) events.unanswered(commit, kept, true);
    if (kept.policy !== null && !isCallingBy(commit, kept.policy.id)) events.found(commit, kept, "off");
    const told = deliveries.ofSummons(kept.id);
    for (const { id, state } of told) {
      // What was handed over is not sent again where it comes back from now on.
      const isNeeded = state.outcome === null && how === "gone";
      if (!isNeeded) deliveries.step(commit, id, { kind: "withdraw" });
    }
    if (how === "answered") events.answered(commit, kept, told);
  };

  const step = (commit: Commit, id: string, input: SummonsInput): void => {
    const known = summonses.get(commit, id);
    if (known === undefined) return;
    const { state, effects } = stepSummons(known.state, input, commit.at);
    if (state === known.state) return;
    const kept = { ...known, state };
    keep(commit, kept);
    follow(commit, kept, effects);
  };

  const callStep = (commit: Commit, kept: KeptSummons, place: number, call: number): void => {
    const { policy, state } = kept;
    const inForce = doubtedLast(channels(), kept.doubted ?? []);
    const { people, by, isSkipped, concern } =
      policy === null
        ? { people: site().site.contacts, by: null, isSkipped: false, concern: null }
        : peopleOfStep(site().site, policy, place, inForce, commit.at);
    if (concern !== null) events.found(commit, kept, concern);
    if (isSkipped) {
      step(commit, kept.id, { kind: "unreached" });
      return;
    }
    const isFirst = deliveries.ofSummons(kept.id).length === 0;
    const open = openAlarms(state);
    const alarms = open.map(
      (id) => ({ id, about: isFirst ? (kept.abouts[id] ?? "onset") : "again" }) as const,
    );
    const written = write({ alarms, causes: kept.causes, at: commit.at });
    if (written === null) return;
    for (const person of calledContacts(site().site, people)) {
      const ways = waysTo(person.addresses, by, inForce);
      for (const way of ways) {
        const text = textFor(written(person.language), way.medium);
        deliveries.owe(commit, {
          id: messageId(kept, call, person, way.medium),
          about: kept.call.about,
          contact: person.id,
          medium: way.medium,
          language: person.language,
          thread: kept.call.about,
          address: way.address,
          ...text,
          routes: way.routes,
          deliverWithinMs: policy?.deliverWithin ?? standardDeliverWithinMs,
          summons: { id: kept.id, call },
        });
      }
    }
  };

  return {
    open: (commit, { call, policy, alarms, causes, doubted = [], before = null }) => {
      const id = `${call.about}.${call.number}@${policy?.id ?? "everybody"}`;
      const names = alarms.map((alarm) => alarm.id);
      const { state, effects } = openSummons(escalationOf(policy), names, commit.at, before);
      const abouts = Object.fromEntries(alarms.map(({ id: alarm, about }) => [alarm, about]));
      const inDoubt = doubted.length === 0 ? {} : { doubted };
      const kept: KeptSummons = { id, call, policy, abouts, causes, ...inDoubt, state };
      for (const alarm of names) insertAlarm.run(alarm, id);
      keep(commit, kept);
      follow(commit, kept, effects);
      // Who has waited long enough already does not wait anew for a first step that is far off.
      if (alarms.some(({ about }) => about === "again") && state.calls === 0)
        step(commit, id, { kind: "again" });
    },
    underWayFor: (commit, alarm) => {
      const id = byAlarm.get(commit, alarm);
      return id === undefined ? undefined : summonses.get(commit, id);
    },
    isOpen: (commit, id) => summonses.get(commit, id) !== undefined,
    isCallingBy,
    again: (commit, id) => step(commit, id, { kind: "again" }),
    settle: (commit, alarm, as) => {
      const id = byAlarm.get(commit, alarm);
      if (id !== undefined) step(commit, id, { kind: "settle", alarm, as });
    },
    unreached: (commit, id, call) => {
      const known = summonses.get(commit, id);
      if (known === undefined || known.state.calls !== call) return;
      const declined = new Set(declines.all(id, call).map((row) => String(row["contact"])));
      const { owed, unreached } = deliveries.reach(id, call, declined);
      if (unreached >= owed) step(commit, id, { kind: declined.size > 0 ? "declined" : "unreached" });
    },
    dueAt: () => {
      const due = [...summonses.values(null)].flatMap(({ state }) => summonsDueAt(state) ?? []);
      return due.length === 0 ? null : Math.min(...due);
    },
    tick: (commit) => {
      const due = [...summonses.values(commit)].filter(
        ({ state }) => (summonsDueAt(state) ?? Number.MAX_SAFE_INTEGER) <= commit.at,
      );
      for (const { id } of due.toSorted((a, b) => (a.id < b.id ? -1 : 1))) step(commit, id, { kind: "tick" });
    },
    hear: (given) => {
      events = given;
    },
  };
}

function openAlarms({ alarms, ended }: SummonsState): string[] {
  if (ended !== null) return [];
  return Object.entries(alarms).flatMap(([alarm, standing]) => (standing === "open" ? [alarm] : []));
}

/** The first call's e-mail keeps the name that such messages have always had. What tells the others apart is no character of an id, so that no contact's message bears another's name. */
function messageId(
  { call: { about, number } }: KeptSummons,
  call: number,
  { id }: CalledContact,
  medium: string,
): string {
  const base = `${about}.${number}.${id}`;
  const repeated = call === 1 ? base : `${base}~${call}`;
  return medium === "email" ? repeated : `${repeated}~${medium}`;
}
