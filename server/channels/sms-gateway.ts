import { createHash } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Channel, ChannelEvents } from "./channel.ts";
import { failedForGood, failedForNow } from "./failures.ts";
import { makeFollower } from "./follower.ts";
import { atPointer, failureOfStatus, type HttpCaller, jsonOf, textAt } from "./http-call.ts";
import type { PostedChannel } from "./inbound.ts";
import { demandGateway } from "./inbound-auth.ts";
import { makeChannel } from "./make-channel.ts";
import { markedSms } from "./marked.ts";
import { type InboundItem, readInbound } from "./read-inbound.ts";
import type { SmsGatewaySettings } from "./sms-gateway-settings.ts";

/** Messages in hand at one time. */
const inHandMax = 10;

type Values = Readonly<Record<string, string>>;

/** Any gateway for text messages with an HTTP interface, by templates. It proves delivery where it can be asked for a message's state. */
export function smsGateway(settings: SmsGatewaySettings, call: HttpCaller, clock: Clock): Channel {
  const { id, method, url, headers, json, form, success, reference: referenceAt, status, inbound } = settings;
  let events: ChannelEvents | null = null;
  const follower = makeFollower(id, clock, async (reference, signal) => {
    if (status === undefined) return null;
    const address = filled(status.url, { reference }, encodeURIComponent);
    const answer = await call({ method: "GET", url: address, headers }, signal);
    if (!answer.ok || answer.status !== 200) return null;
    const state = atPointer(jsonOf(answer.text), status.pointer);
    if (status.delivered.some((each) => each === state)) return { isDelivered: true, reason: null };
    return status.failed.some((each) => each === state)
      ? { isDelivered: false, reason: String(state) }
      : null;
  });
  const bodyOf = (values: Values): { readonly type: string; readonly body: string } | null => {
    if (json !== undefined)
      return { type: "application/json", body: JSON.stringify(filledDeep(json, values)) };
    if (form === undefined) return null;
    const fields = Object.entries(form).map(([name, value]) => [name, filled(value, values)]);
    return { type: "application/x-www-form-urlencoded", body: new URLSearchParams(fields).toString() };
  };
  const channel = makeChannel({
    id,
    medium: "sms",
    proves: status === undefined && inbound?.report === undefined ? "acceptance" : "delivery",
    concurrency: inHandMax,
    clock,
    secrets: [
      ...Object.values(headers),
      ...fixedTexts(json),
      ...fixedTexts(form),
      inbound?.auth.secret ?? "",
    ].filter((text) => text.length >= 8),
    facts: () => ({ awaitingReport: follower.open() }),
    attempt: async (message, signal) => {
      if (!/^\+[1-9]\d{5,14}$/.test(message.address))
        return failedForGood("channel.address", "this is not a number such as +3215123456");
      const values = { to: message.address, text: markedSms(message), id: message.id };
      const body = bodyOf(values);
      const answer = await call(
        {
          method,
          url: filled(url, values, encodeURIComponent),
          headers: { ...(body === null ? {} : { "content-type": body.type }), ...headers },
          ...(body === null ? {} : { body: body.body }),
        },
        signal,
      );
      if (!answer.ok) return answer;
      const failure = failureOfStatus(answer, "");
      if (failure !== null) return failure;
      const content = jsonOf(answer.text);
      if (success !== undefined) {
        const said = atPointer(content, success.pointer);
        if (said === undefined)
          return failedForNow("channel.unreadable", "its answer does not say whether it took the message");
        if (!success.values.some((each) => each === said))
          return failedForGood("channel.refused", `it answered ${JSON.stringify(said)}`);
      }
      const reference = referenceAt === undefined ? null : textAt(content, referenceAt);
      if (referenceAt !== undefined && reference === null)
        return failedForNow("channel.unreadable", "its answer names no message");
      if (reference !== null && status !== undefined) follower.follow(reference);
      return { ok: true, reference, proof: "accepted" };
    },
    start: (given) => {
      events = given;
      follower.start(given);
    },
    ...(status === undefined ? {} : { takeUp: follower.takeUp }),
    stop: async () => follower.stop(),
  });
  if (inbound === undefined) return channel;
  const hear = async (item: InboundItem): Promise<void> => {
    const at = clock.epochMs();
    if (item.kind === "report") {
      const { reference, isDelivered, status: said } = item;
      await follower.tell(reference, { isDelivered, reason: isDelivered ? null : said });
    } else if (item.kind === "reply") {
      const { from, text } = item;
      const reference =
        item.reference ?? nameOf([from, text, String(item.at ?? Math.floor(at / sameWithinMs))]);
      await events?.reply({ channel: id, from, text, at: item.at ?? at, reference });
    } else if (item.kind === "unreadable")
      // It may be the words of a person: kept as those of nobody.
      await events?.reply({ channel: id, from: "", text: item.raw, at, reference: nameOf([item.raw]) });
  };
  const posted: PostedChannel = {
    ...channel,
    take: async (given) => {
      demandGateway(inbound.auth, given);
      const items = readInbound(inbound, given);
      for (const item of items) await hear(item);
      const unread = items.flatMap((item) => (item.kind === "unreadable" ? [item.reason] : []));
      if (unread.length === items.length)
        throw new CodedError("channel.inbound-unreadable", `This cannot be read: ${unread[0] ?? ""}.`);
      return { answer: inbound.answer, refused: unread.length };
    },
  };
  return posted;
}

/** The same words from the same number, without a name of their own, are one reply within such a stretch of time. */
const sameWithinMs: DurationMs = 10 * minuteMs;

/** A name for what comes without one. */
function nameOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

function filled(template: string, values: Values, encode: (text: string) => string = (text) => text): string {
  return template.replaceAll(
    /\{(to|text|id|reference)\}|%7B(to|text|id|reference)%7D/gi,
    (whole, one, other) => {
      const value = values[String(one ?? other)];
      return value === undefined ? whole : encode(value);
    },
  );
}

function filledDeep(template: unknown, values: Values): unknown {
  if (typeof template === "string") return filled(template, values);
  if (Array.isArray(template)) return template.map((each) => filledDeep(each, values));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, each]) => [name, filledDeep(each, values)]));
}

/** Texts of a template in which nothing is filled in: they may be keys. */
function fixedTexts(template: unknown): string[] {
  if (typeof template === "string") return template.includes("{") ? [] : [template];
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template).flatMap(fixedTexts);
}
