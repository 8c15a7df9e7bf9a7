import { isNumber } from "@coldkeep/core/answers/phone-number.ts";
import { addressesOf, type Contact } from "@coldkeep/core/duty/contact-section.ts";
import { promiseMaxMs } from "@coldkeep/core/alarms/alarm-state.ts";
import { parseReply } from "@coldkeep/core/answers/parse-reply.ts";
import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Reply } from "../channels/channel.ts";
import type { KeptDelivery } from "../summons/delivery-book.ts";
import {
  acknowledgeCall,
  alarmsCalledAbout,
  type AnsweredBy,
  type AnswerParts,
  declineCall,
} from "./answer-call.ts";
import { answerableMs, codesLookedAtMax, type ReplyOutcome, type ReplyTaken } from "./reply.ts";
import { confirmReply } from "./confirm-reply.ts";
import type { AnswerKey } from "./answer-key.ts";

/** What somebody promises who says no time. */
export const standardPromiseMinutes = 30;

/** What taking replies needs beyond answering. */
export interface ReplyParts extends AnswerParts {
  readonly key: AnswerKey;
}

/** Finds out what a reply is about. Nothing changes. `medium` is the channel's. */
export function readReply(parts: ReplyParts, reply: Reply, by: AnsweredBy, at: EpochMs): ReplyTaken {
  const parsed = parseReply(reply.text);
  const until = at + Math.min((parsed?.minutes ?? standardPromiseMinutes) * minuteMs, promiseMaxMs);
  const what = parsed === null || parsed.what === "" ? "sees to it" : parsed.what;
  const unread = { reply, contact: null, delivery: null, by, what, until };
  const senders = contactsAt(parts, reply.from, by);
  if (senders.length === 0) return { ...unread, outcome: "unknown-sender" };
  const [contact = null] = senders;
  if (parsed === null) return { ...unread, contact, outcome: "not-understood" };
  const calls = parts.deliveries
    .callsTo(senders, codesLookedAtMax)
    .filter(({ state }) => state.owedAt >= at - answerableMs);
  const named =
    parsed.code === null ? calls : calls.filter(({ number }) => parts.key.codeOf(number) === parsed.code);
  // By chance two calls have one code: the one that is over is not meant, and of two that wait none is taken on for the other.
  const found = onlyOpen(parts, named) ?? (parsed.code === null ? undefined : named[0]);
  if (found === "several") return { ...unread, contact, outcome: "code-missing" };
  if (found === undefined)
    return { ...unread, contact, outcome: parsed.code === null ? "nothing-open" : "code-unknown" };
  return {
    ...unread,
    contact: found.contact,
    delivery: found.id,
    outcome: parsed.isRefusal ? "declined" : "taken",
  };
}

/** Takes a reply: kept whole, once, and what it says about the alarms of the call done in the same transaction. Returns what became of it, then or earlier. */
export function takeReply(parts: AnswerParts, taken: ReplyTaken): ReplyOutcome {
  const { reply, contact, delivery } = taken;
  const known = parts.database
    .prepare("SELECT outcome FROM replies WHERE channel = ? AND reference = ?")
    .get(reply.channel, reply.reference);
  if (known !== undefined) return known["outcome"] as ReplyOutcome;
  const body = new TextEncoder().encode(JSON.stringify(taken));
  const { channel: source } = reply;
  return parts.committer.commit({ kind: "reply", source, encoding: "identity", body }, (commit) => {
    const outcome = outcomeOf(parts, taken);
    parts.database
      .prepare(
        "INSERT INTO replies (channel, reference, sender, text, at, contact, delivery, outcome, journal_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        reply.channel,
        reply.reference,
        reply.from,
        reply.text.slice(0, replyKeptMax),
        reply.at,
        contact,
        delivery,
        outcome,
        commit.journalSeq,
      );
    confirmReply(parts, commit, taken, outcome);
    if (delivery !== null && outcome === "taken") acknowledgeCall(parts, commit, { ...taken, delivery });
    if (delivery !== null && outcome === "declined") declineCall(parts, commit, { ...taken, delivery });
    return outcome;
  });
}

/** An answer to a call that somebody has answered, or that is over, has nothing to say. */
function outcomeOf(parts: AnswerParts, { outcome, delivery: id }: ReplyTaken): ReplyOutcome {
  if (outcome !== "taken" && outcome !== "declined") return outcome;
  const delivery = id === null ? null : parts.deliveries.find(id);
  if (delivery === null) return "nothing-open";
  const isOpen = alarmsCalledAbout(parts, delivery).some(({ state }) => !state.acknowledged);
  return isOpen ? outcome : "nothing-open";
}

/** Longest text of a reply that is kept, in characters. */
const replyKeptMax = 1_000;

/** The contacts whose address it is: a telephone's number however it is written, any other to the letter. */
function contactsAt({ site }: AnswerParts, from: string, by: AnsweredBy): string[] {
  const isPhone = by === "sms" || by === "voice";
  const isSender = (contact: Contact): boolean =>
    isPhone
      ? contact.phone !== undefined && isNumber(from, contact.phone)
      : addressesOf(contact).some(({ address }) => address === from);
  return (site()?.site.contacts ?? []).filter(isSender).map(({ id }) => id);
}

/** The only call that waits for this person; `several` where more than one does. */
function onlyOpen(parts: AnswerParts, calls: readonly KeptDelivery[]): KeptDelivery | "several" | undefined {
  const bySummons = new Map<string, KeptDelivery>();
  for (const call of calls) {
    const isOpen = alarmsCalledAbout(parts, call).some(({ state }) => !state.acknowledged);
    if (isOpen && call.summons !== null && !bySummons.has(call.summons.id))
      bySummons.set(call.summons.id, call);
  }
  const open = [...bySummons.values()];
  // Where something real waits, an answer without a code is never one to a drill.
  const real = open.filter(({ drill }) => drill === null);
  const [first, ...others] = real.length > 0 ? real : open;
  return others.length > 0 ? "several" : first;
}
