import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import {
  type DeliveryEffect,
  type DeliveryInput,
  type DeliveryState,
  oweDelivery,
  type Route,
  stepDelivery,
} from "@coldkeep/core/summons/delivery.ts";
import { type ChannelFact, routesBy } from "@coldkeep/core/duty/reach.ts";
import { standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { OtherTexts } from "./text-for.ts";

/** Longest reason that is kept with a delivery, in characters. */
export const reasonCharactersMax = 500;

/** A message that is owed to a person. */
export interface OwedDelivery {
  readonly id: string;
  /** The alarm, the call about several, or what else it is about. */
  readonly about: string;
  readonly contact: string;
  readonly medium: Medium;
  readonly language: Language;
  /** What it belongs to, for media that show such messages together. */
  readonly thread: string | null;
  readonly address: string;
  readonly subject: string;
  readonly body: string;
  /** What other media carry in the place of `body`; left out where it is the same for all. */
  readonly others?: OtherTexts;
  readonly routes: readonly Route[];
  readonly deliverWithinMs: DurationMs;
  /** False where it is tried for as long as it takes. */
  readonly isGivenUp?: boolean;
  /** True for a short note that asks for nothing. */
  readonly isNote?: boolean;
  /** Which call of which summons it is part of; null where nobody is asked to answer. */
  readonly summons: { readonly id: string; readonly call: number } | null;
  /** The drill that it belongs to; null or left out in earnest. */
  readonly drill?: string | null;
}

/** A delivery as it is kept, without its texts. */
export interface KeptDelivery {
  readonly id: string;
  /** Counts deliveries: the short name that its link and its code stand for. */
  readonly number: number;
  readonly contact: string;
  readonly medium: Medium;
  readonly language: Language;
  readonly thread: string | null;
  readonly summons: { readonly id: string; readonly call: number } | null;
  /** The drill that it belongs to; null in earnest. */
  readonly drill: string | null;
  readonly state: DeliveryState;
}

/** What the deliveries of one call of a summons came to: how many there are, and how many reach nobody who comes. */
export interface CallReach {
  readonly owed: number;
  readonly unreached: number;
}

/** All messages on their way to people. */
export interface DeliveryBook {
  /** Owes a message; owing the same one again changes nothing. */
  readonly owe: (commit: Commit, message: OwedDelivery) => void;
  /** Applies an input and keeps what follows. Null where there is no such delivery. */
  readonly step: (
    commit: Commit,
    id: string,
    input: DeliveryInput,
  ) => { readonly delivery: KeptDelivery; readonly effects: readonly DeliveryEffect[] } | null;
  /**
   * Takes up work with the channels in force: messages of older records are taken in, those that are too old are given up, and those that have no way, or one that is gone, get one.
   */
  readonly begin: (commit: Commit, channels: readonly ChannelFact[]) => void;
  readonly find: (id: string) => KeptDelivery | null;
  readonly numbered: (number: number) => KeptDelivery | null;
  /** The newest messages of calls to some people, those in earnest before those of drills, the newest first. */
  readonly callsTo: (contacts: readonly string[], max: number) => KeptDelivery[];
  /** The delivery whose message a channel's reference stands for. */
  readonly byReference: (channel: string, reference: string) => string | null;
  /** Those that have something to do at an instant, the longest due first, from after one of them on; those of drills as well where none is named. */
  readonly due: (at: EpochMs, max: number, after?: KeptDelivery) => KeptDelivery[];
  /** All of a drill. */
  readonly ofDrill: (drill: string) => KeptDelivery[];
  readonly open: () => KeptDelivery[];
  readonly ofSummons: (summons: string) => KeptDelivery[];
  /** `declined`: who has said that they cannot come. */
  readonly reach: (summons: string, call: number, declined: ReadonlySet<string>) => CallReach;
  /** Messages to a person that all ways have failed for and that are still being tried. */
  readonly unreached: (contact: string) => string[];
  /** Whether nothing reaches the person of a delivery: neither it nor what was owed to the same person about the same at the same time, by other media. */
  readonly isOutOfReach: (id: string) => boolean;
  /** How many are under way. */
  readonly owed: () => number;
  /** Is called once messages that are owed are durable. */
  readonly whenOwed: (call: () => void) => void;
}

/** Opens the deliveries on the records. */
export function openDeliveryBook(database: Database): DeliveryBook {
  const insertMessage = database.prepare(
    `INSERT OR IGNORE INTO notifications (id, alarm, contact, address, subject, body, owed_at, next_try_at, attempts)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0)`,
  );
  const insert = database.prepare(
    `INSERT OR IGNORE INTO deliveries (id, number, contact, medium, language, thread, summons, summons_call, others, state, due_at, drill)
     VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM deliveries), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare("UPDATE deliveries SET state = ?, due_at = ?, outcome = ? WHERE id = ?");
  const tried = database.prepare(
    "UPDATE notifications SET attempts = ?, next_try_at = ?, last_error = ? WHERE id = ?",
  );
  const sent = database.prepare(
    "UPDATE notifications SET sent_at = coalesce(sent_at, ?), last_error = NULL WHERE id = ?",
  );
  const note = database.prepare(
    "INSERT INTO delivery_events (delivery, at, event, channel, detail, journal_seq) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const refer = database.prepare(
    "INSERT INTO delivery_references (channel, reference, delivery) VALUES (?, ?, ?) ON CONFLICT (channel, reference) DO UPDATE SET delivery = excluded.delivery",
  );
  const columns = "id, number, contact, medium, language, thread, summons, summons_call, state, drill";
  const one = database.prepare(`SELECT ${columns} FROM deliveries WHERE id = ?`);
  const referred = database.prepare(
    "SELECT delivery FROM delivery_references WHERE channel = ? AND reference = ?",
  );
  const dueNow = database.prepare(
    `SELECT ${columns} FROM deliveries WHERE due_at <= ?1 AND (due_at > ?3 OR (due_at = ?3 AND id > ?4)) AND drill IS NULL
     ORDER BY due_at, id LIMIT ?2`,
  );
  const dueOfDrills = database.prepare(
    `SELECT ${columns} FROM deliveries WHERE due_at <= ? AND drill IS NOT NULL ORDER BY due_at, id LIMIT ?`,
  );
  const ofDrill = database.prepare(`SELECT ${columns} FROM deliveries WHERE drill = ? ORDER BY number`);
  const underWay = database.prepare(`SELECT ${columns} FROM deliveries WHERE outcome IS NULL ORDER BY id`);
  const count = database.prepare("SELECT count(*) AS n FROM deliveries WHERE outcome IS NULL");
  const ofSummons = database.prepare(`SELECT ${columns} FROM deliveries WHERE summons = ? ORDER BY id`);
  const byNumber = database.prepare(`SELECT ${columns} FROM deliveries WHERE number = ?`);
  const callsTo = database.prepare(
    `SELECT ${columns} FROM deliveries WHERE summons IS NOT NULL AND contact IN (SELECT value FROM json_each(?)) AND (drill IS NOT NULL) = ? ORDER BY number DESC LIMIT ?`,
  );
  const unknown = database.prepare(
    `SELECT id, contact, address, owed_at, (alarm IN (SELECT id FROM alarms) OR alarm IN (SELECT id FROM calls)) AS is_call
     FROM notifications WHERE sent_at IS NULL AND id NOT IN (SELECT id FROM deliveries) ORDER BY id`,
  );
  const triedStill = database.prepare(
    `SELECT ${columns} FROM deliveries WHERE due_at IS NOT NULL AND contact = ? AND outcome IS NULL ORDER BY id`,
  );
  const besides = database.prepare(
    `SELECT ${columns} FROM deliveries JOIN notifications USING (id, contact)
     JOIN (SELECT alarm, contact, owed_at FROM notifications WHERE id = ?) USING (alarm, contact, owed_at)`,
  );
  const addressOf = database.prepare("SELECT address FROM notifications WHERE id = ?");
  const unmark = database.prepare("DELETE FROM sends_in_hand WHERE delivery = ?");
  const unmarkEnded = database.prepare(
    "DELETE FROM sends_in_hand WHERE delivery NOT IN (SELECT id FROM deliveries WHERE outcome IS NULL)",
  );
  let whenOwed: () => void = () => undefined;

  const find = (id: string): KeptDelivery | null => {
    const row = one.get(id);
    return row === undefined ? null : keptOf(row);
  };

  /** Nothing is sent after the end, so no mark of a send outlives it. */
  const keep = (id: string, state: DeliveryState): void => {
    update.run(JSON.stringify(state), state.dueAt, state.outcome, id);
    if (state.outcome !== null) unmark.run(id);
  };

  const record = (commit: Commit, id: string, state: DeliveryState, effect: DeliveryEffect): void => {
    const channel = "channel" in effect ? effect.channel : null;
    const reason = "reason" in effect ? effect.reason : null;
    const detail = effect.kind === "ended" ? effect.outcome : (reason?.slice(0, reasonCharactersMax) ?? null);
    note.run(id, commit.at, effect.kind, channel, detail, commit.journalSeq);
    const isSent = effect.kind === "accepted" || (effect.kind === "ended" && effect.outcome === "delivered");
    if (isSent) sent.run(commit.at, id);
    else if (effect.kind === "failed" || effect.kind === "returned")
      tried.run(state.tries, state.dueAt ?? commit.at, detail, id);
  };

  return {
    owe: (commit, message) => {
      const { id, contact, medium, language, thread, summons } = message;
      const { routes, deliverWithinMs, isGivenUp, isNote } = message;
      const state = oweDelivery(routes, deliverWithinMs, commit.at, isGivenUp, isNote);
      insertMessage.run(
        id,
        message.about,
        contact,
        message.address,
        message.subject,
        message.body,
        commit.at,
      );
      const call = summons?.call ?? null;
      const text = JSON.stringify(state);
      const others = message.others === undefined ? null : JSON.stringify(message.others);
      const { dueAt } = state;
      const drill = message.drill ?? null;
      insert.run(
        id,
        contact,
        medium,
        language,
        thread,
        summons?.id ?? null,
        call,
        others,
        text,
        dueAt,
        drill,
      );
      commit.afterwards(() => whenOwed());
    },
    step: (commit, id, input) => {
      const known = find(id);
      if (known === null) return null;
      const { state, effects } = stepDelivery(known.state, input, commit.at);
      if (state === known.state && effects.length === 0) return { delivery: known, effects };
      keep(id, state);
      if (input.kind === "accepted" && input.reference !== null)
        refer.run(input.channel, input.reference, id);
      if (state.tries !== known.state.tries) tried.run(state.tries, state.dueAt ?? commit.at, null, id);
      for (const effect of effects) record(commit, id, state, effect);
      commit.afterwards(() => whenOwed());
      return { delivery: { ...known, state }, effects };
    },
    begin: (commit, channels) => {
      for (const row of unknown.all()) {
        const [id, contact, address] = [row["id"], row["contact"], row["address"]].map(String);
        if (id === undefined || contact === undefined || address === undefined) continue;
        const routes = routesBy({ medium: "email", address }, channels);
        const isCall = Number(row["is_call"]) === 1;
        const state = oweDelivery(routes, standardDeliverWithinMs, Number(row["owed_at"]), isCall);
        insert.run(
          id,
          contact,
          "email",
          "en",
          null,
          null,
          null,
          null,
          JSON.stringify(state),
          state.dueAt,
          null,
        );
      }
      const inForce = new Set(channels.map((channel) => channel.id));
      for (const { id, medium, state } of underWay.all().map(keptOf)) {
        const resumed = stepDelivery(state, { kind: "resume" }, commit.at);
        if (resumed.state !== state) {
          keep(id, resumed.state);
          for (const effect of resumed.effects) record(commit, id, resumed.state, effect);
          continue;
        }
        if (state.routes.length > 0 && state.routes.every(({ channel }) => inForce.has(channel))) continue;
        const address = String(addressOf.get(id)?.["address"]);
        const kept = state.routes.filter(({ channel }) => inForce.has(channel));
        const routes = kept.length > 0 ? kept : routesBy({ medium, address }, channels);
        keep(id, stepDelivery(state, { kind: "reroute", routes }, commit.at).state);
      }
      unmarkEnded.run();
      commit.afterwards(() => whenOwed());
    },
    find,
    numbered: (number) => {
      const row = byNumber.get(number);
      return row === undefined ? null : keptOf(row);
    },
    callsTo: (contacts, max) =>
      [0, 1].flatMap((isDrill) => callsTo.all(JSON.stringify(contacts), isDrill, max).map(keptOf)),
    byReference: (channel, reference) => {
      const row = referred.get(channel, reference);
      return row === undefined ? null : String(row["delivery"]);
    },
    due: (at, max, after) => {
      const real = dueNow.all(at, max, after?.state.dueAt ?? -1, after?.id ?? "");
      return (after === undefined ? [...real, ...dueOfDrills.all(at, max)] : real).map(keptOf);
    },
    ofDrill: (drill) => ofDrill.all(drill).map(keptOf),
    open: () => underWay.all().map(keptOf),
    ofSummons: (summons) => ofSummons.all(summons).map(keptOf),
    reach: (summons, call, declined) => {
      const deliveries = ofSummons
        .all(summons)
        .map(keptOf)
        .filter((each) => each.summons?.call === call);
      const lost = deliveries.filter((each) => declined.has(each.contact) || isOutOfReach(each));
      return { owed: deliveries.length, unreached: lost.length };
    },
    unreached: (contact) =>
      triedStill
        .all(contact)
        .map(keptOf)
        .filter(({ state }) => state.isUnreached)
        .map(({ id }) => id),
    isOutOfReach: (id) => besides.all(id).map(keptOf).every(isOutOfReach),
    owed: () => Number(count.get()?.["n"] ?? 0),
    whenOwed: (call) => {
      whenOwed = call;
    },
  };
}

/** True where a message has not reached its person and all ways have failed by now. */
function isOutOfReach({ state }: KeptDelivery): boolean {
  if (state.outcome === "delivered" || state.outcome === "handed-over") return false;
  return state.isUnreached || state.phase === "nowhere";
}

function keptOf(row: Record<string, unknown>): KeptDelivery {
  const text = (name: string): string | null => {
    const value = row[name];
    return typeof value === "string" ? value : null;
  };
  const summons = text("summons");
  return {
    id: String(row["id"]),
    number: Number(row["number"]),
    contact: String(row["contact"]),
    medium: String(row["medium"]) as Medium,
    language: String(row["language"]) as Language,
    thread: text("thread"),
    summons: summons === null ? null : { id: summons, call: Number(row["summons_call"]) },
    drill: text("drill"),
    state: JSON.parse(String(row["state"])) as DeliveryState,
  };
}
