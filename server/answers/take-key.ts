import { type DurationMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { phoneWords, spokenTime } from "@coldkeep/core/wording/phone-words.ts";
import type { KeyAnswer, KeyPress } from "../channels/channel.ts";
import { type DeliveryTaking, takeDeliveryNews } from "../summons/take-delivery.ts";
import type { KeptDelivery } from "../summons/delivery-book.ts";
import type { OtherTexts } from "../summons/text-for.ts";
import { timeOfDay } from "./answer-page.ts";
import type { AnswerParts } from "./answer-call.ts";
import { answerableMs, type ReplyOutcome, type ReplyTaken } from "./reply.ts";
import { takeReply } from "./take-reply.ts";

/** How long a key keeps others from being called: shorter than what people write, because whoever pressed it may fall asleep again. */
export const keyPromiseMs: DurationMs = 15 * minuteMs;

/** What somebody promises by a key. */
export const keyPromise = "on the way";

/** What keys are taken with. */
export interface KeyParts extends AnswerParts, DeliveryTaking {
  /** Puts in what no record holds. */
  readonly fill: (text: string, delivery: KeptDelivery) => string;
}

/**
 * Takes a key that somebody pressed while a message was spoken to them: 1 takes the call on, 2 says it again, 3 declines. Any key is proof that a person has it. Null where it is about no
 * message of ours that is still of today. Where nothing was asked, a key says no more than that it was heard.
 */
export function takeKey(parts: KeyParts, press: KeyPress): KeyAnswer | null {
  const delivery = parts.deliveries.find(press.message);
  if (delivery === null) return null;
  if (press.at - delivery.state.owedAt > answerableMs) return null;
  const { language } = delivery;
  const words = phoneWords[language];
  const isAsked = delivery.summons !== null;
  const unpressed = isAsked ? words.noKey : words.notPressed;
  if (press.key === "") return { language, text: unpressed, isAskedAgain: false };
  if (delivery.state.outcome === null)
    takeDeliveryNews(parts, {
      delivery: delivery.id,
      input: { kind: "delivered", channel: press.channel },
    });
  if (!isAsked) return { language, text: words.heard, isAskedAgain: false };
  const text = parts.fill(spokenTo(parts, delivery), delivery);
  if (press.key === "2") return { language, text, isAskedAgain: true };
  const outcome = takeReply(parts, readKey(delivery, press));
  if (outcome === "not-understood")
    return { language, text: `${words.otherKey} ${text}`, isAskedAgain: true };
  return { language, text: toldOf(parts, outcome, delivery, press), isAskedAgain: false };
}

/** A key as a reply of its own, once for each call and key. */
function readKey({ id, contact }: KeptDelivery, { channel, to, key, at, reference }: KeyPress): ReplyTaken {
  return {
    reply: { channel, from: to, text: key, at, reference: `${reference}.${key}` },
    contact,
    delivery: id,
    outcome: outcomes[key] ?? "not-understood",
    by: "voice",
    what: keyPromise,
    until: at + keyPromiseMs,
  };
}

const outcomes: Readonly<Record<string, ReplyOutcome>> = { "1": "taken", "3": "declined" };

function toldOf(
  { site }: KeyParts,
  outcome: ReplyOutcome,
  { language }: KeptDelivery,
  { at }: KeyPress,
): string {
  const words = phoneWords[language];
  const timeZone = site()?.site.timeZone ?? "UTC";
  if (outcome === "taken") return words.taken(spokenTime(timeOfDay(at + keyPromiseMs, timeZone), language));
  return outcome === "declined" ? words.declined : words.nothingOpen;
}

/** What was spoken: the text for voice, also of a message that began as another. */
function spokenTo({ database }: KeyParts, { id, medium }: KeptDelivery): string {
  const row = database
    .prepare(
      "SELECT body, others FROM notifications JOIN deliveries ON deliveries.id = notifications.id WHERE notifications.id = ?",
    )
    .get(id);
  const given = row?.["others"];
  const others = typeof given === "string" ? (JSON.parse(given) as OtherTexts) : {};
  return (medium === "voice" ? undefined : others.voice) ?? String(row?.["body"]);
}
