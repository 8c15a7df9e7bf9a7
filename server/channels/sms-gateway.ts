import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { Channel } from "./channel.ts";
import { failedForGood, failedForNow } from "./failures.ts";
import { makeFollower } from "./follower.ts";
import { atPointer, failureOfStatus, type HttpCaller, jsonOf, textAt } from "./http-call.ts";
import { makeChannel } from "./make-channel.ts";
import { marked } from "./marked.ts";
import type { SmsGatewaySettings } from "./sms-gateway-settings.ts";

/** Messages in hand at one time. */
const inHandMax = 10;

type Values = Readonly<Record<string, string>>;

/** Any gateway for text messages with an HTTP interface, by templates. It proves delivery where it can be asked for a message's state. */
export function smsGateway(settings: SmsGatewaySettings, call: HttpCaller, clock: Clock): Channel {
  const { id, method, url, headers, json, form, success, reference: referenceAt, status } = settings;
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
  return makeChannel({
    id,
    medium: "sms",
    proves: status === undefined ? "acceptance" : "delivery",
    concurrency: inHandMax,
    clock,
    secrets: [...Object.values(headers), ...fixedTexts(json), ...fixedTexts(form)].filter(
      (text) => text.length >= 8,
    ),
    facts: () => ({ awaitingReport: follower.open() }),
    attempt: async (message, signal) => {
      if (!/^\+[1-9]\d{5,14}$/.test(message.address))
        return failedForGood("channel.address", "this is not a number such as +3215123456");
      const values = { to: message.address, text: marked(message.text, message), id: message.id };
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
    start: follower.start,
    ...(status === undefined ? {} : { takeUp: follower.takeUp }),
    stop: async () => follower.stop(),
  });
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
