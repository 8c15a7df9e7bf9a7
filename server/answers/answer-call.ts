import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { acknowledgement } from "../alarms/alarm-commands.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import type { KeptAlarm } from "../alarms/kept-alarm.ts";
import { inRole } from "../audit/detail.ts";
import type { DrillBook } from "../drills/drill-book.ts";
import type { CanaryBook } from "../canary/canary-book.ts";
import type { Commit, Committer } from "../journal/committer.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { DeliveryBook, KeptDelivery } from "../summons/delivery-book.ts";
import type { Notes } from "../summons/notes.ts";

/** By what a person answered a call. */
export type AnsweredBy = "link" | "sms" | "voice" | "chat";

/** That a person takes on what a message called about, with what they will do and by when. */
export interface CallAnswer {
  readonly delivery: string;
  readonly by: AnsweredBy;
  readonly what: string;
  readonly until: EpochMs;
}

/** What answering needs. */
export interface AnswerParts {
  readonly database: Database;
  readonly committer: Committer;
  readonly deliveries: DeliveryBook;
  readonly alarms: AlarmBook;
  readonly drills: Pick<DrillBook, "alarms">;
  readonly canary: Pick<CanaryBook, "receive">;
  readonly notes: Notes;
  readonly site: () => SiteBook | null;
}

/** The alarms that a message called about and that are still under way; with the alarm that nobody answers, also what nobody has answered. */
export function alarmsCalledAbout(
  { database, ...books }: Pick<AnswerParts, "database" | "alarms" | "drills">,
  delivery: KeptDelivery,
): KeptAlarm[] {
  if (delivery.summons === null) return [];
  const ids = new Set(
    database
      .prepare(
        `SELECT alarm FROM summons_alarms WHERE summons = ?1
         UNION SELECT silent.alarm FROM summons_alarms AS called JOIN alarms ON alarms.id = called.alarm AND alarms.kind = 'unanswered'
         JOIN summons_alarms AS silent ON silent.summons = alarms.subject WHERE called.summons = ?1`,
      )
      .all(delivery.summons.id)
      .map((row) => String(row["alarm"])),
  );
  return bookOf(books, delivery)
    .underWay()
    .filter(({ id }) => ids.has(id));
}

/** The alarms among which those stand that a message called about: in earnest, or those of drills. */
function bookOf(
  { alarms, drills }: Pick<AnswerParts, "alarms" | "drills">,
  { drill }: KeptDelivery,
): AlarmBook {
  return drill === null ? alarms : drills.alarms;
}

/** Takes an answer: all alarms of the call that nobody has taken on yet are acknowledged in one transaction. Returns how many. */
export function answerCall(parts: AnswerParts, source: string, answer: CallAnswer): number {
  const body = new TextEncoder().encode(JSON.stringify(answer));
  return parts.committer.commit({ kind: "answer", source, encoding: "identity", body }, (commit) =>
    acknowledgeCall(parts, commit, answer),
  );
}

/** What an answer does, inside a transaction. */
export function acknowledgeCall(parts: AnswerParts, commit: Commit, answer: CallAnswer): number {
  const delivery = parts.deliveries.find(answer.delivery);
  if (delivery === null) return 0;
  const { contact } = delivery;
  const name = parts.site()?.site.contacts.find(({ id }) => id === contact)?.name ?? contact;
  const who = { actor: `contact:${contact}`, name, role: null };
  const open = alarmsCalledAbout(parts, delivery).filter(({ state }) => !state.acknowledged);
  for (const { id } of open) {
    const promise = { what: answer.what, until: answer.until };
    const act = acknowledgement(id, who, `by ${answer.by}`, promise);
    bookOf(parts, delivery).act(inRole(commit, act.by, null), id, act.input, act.by, act.note);
  }
  // Whoever answers the canary, a person or an automation, has its message.
  if (contact === canaryId)
    parts.canary.receive(commit, {
      delivery: delivery.id,
      medium: delivery.medium,
      way: "answer",
      arrivedAt: null,
    });
  return open.length;
}

/** What it does that somebody says that they cannot come, inside a transaction: noted with the alarms of the call that nobody has taken on, nothing more is sent to them about it, and the next step is called where nobody else of this one is left. Returns of how many alarms it is. */
export function declineCall(
  parts: AnswerParts,
  commit: Commit,
  { delivery: id, by }: Pick<CallAnswer, "delivery" | "by">,
): number {
  const delivery = parts.deliveries.find(id);
  if (delivery === null || delivery.summons === null) return 0;
  const { contact, summons } = delivery;
  const open = alarmsCalledAbout(parts, delivery).filter(({ state }) => !state.acknowledged);
  if (open.length === 0) return 0;
  const actor = `contact:${contact}`;
  for (const alarm of open)
    bookOf(parts, delivery).noteDeclined(
      inRole(commit, actor, null),
      alarm.id,
      actor,
      `by ${by}; cannot come`,
    );
  for (const other of parts.deliveries.ofSummons(summons.id))
    if (other.contact === contact && other.state.outcome === null)
      parts.deliveries.step(commit, other.id, { kind: "withdraw" });
  bookOf(parts, delivery).unreached(commit, summons.id, summons.call);
  return open.length;
}
