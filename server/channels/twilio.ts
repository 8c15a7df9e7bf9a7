import { phoneWords } from "@coldkeep/core/wording/phone-words.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { ChannelEvents, OutgoingMessage, SendResult } from "./channel.ts";
import { type Failed, failedForGood, failedForNow } from "./failures.ts";
import { type Fate, makeFollower } from "./follower.ts";
import {
  type KeyPressed,
  type CalledChannel,
  demandTwilioSignature,
  inboundPath,
  type InboundCall,
} from "./inbound.ts";
import { failureOfStatus, type HttpAnswer, type HttpCaller, jsonOf, textAt } from "./http-call.ts";
import { makeChannel } from "./make-channel.ts";
import { marked, markedSms } from "./marked.ts";
import type { TwilioSmsSettings, TwilioVoiceSettings } from "./twilio-settings.ts";
import { askedForKey, saidOnce, saidTwice } from "./twiml.ts";

/** Messages or calls in hand at one time. */
const inHandMax = 10;

/** Longest text of a message that Twilio takes, in characters. */
export const textCharactersMax = 1_600;

/** How many times one call says its text at most, however often somebody asks to hear it again. */
export const hearingsMax = 6;

/** Error codes of Twilio that are about our account or number, and so say nothing about whom was to be told. */
const aboutAccount = new Set(["10001", "20003", "20005", "20404", "21212", "21603", "21606", "21659"]);

/** Text messages by Twilio. It proves delivery: what the phone's network reports is asked for until it is final. */
export function twilioSms(
  settings: TwilioSmsSettings,
  call: HttpCaller,
  clock: Clock,
  publicUrl: string | null,
): CalledChannel {
  return twilioChannel("sms", settings, call, clock, publicUrl, {
    resource: "Messages",
    fields: (message) => ({ Body: markedSms(message).slice(0, textCharactersMax) }),
    fateOf: (answer) => {
      const status = textAt(answer, "/status");
      if (status === "delivered" || status === "read") return { isDelivered: true, reason: null };
      if (status !== "undelivered" && status !== "failed" && status !== "canceled") return null;
      return { isDelivered: false, reason: `${status}, ${textAt(answer, "/error_code") ?? "no code"}` };
    },
  });
}

/**
 * Spoken calls by Twilio. Where Twilio reaches this server a key is asked for, and only a key proves that a person heard it: voicemail presses none. Where it does not, all that is known
 * is whether a person or a machine took the call.
 */
export function twilioVoice(
  settings: TwilioVoiceSettings,
  call: HttpCaller,
  clock: Clock,
  publicUrl: string | null,
): CalledChannel {
  const hearsKeys = publicUrl !== null;
  const keysUrl = (message: string, heard: number): string => {
    const query = new URLSearchParams({ message, heard: String(heard) }).toString();
    return `${publicUrl?.replace(/\/+$/, "") ?? ""}${inboundPath(settings.id, "keys")}?${query}`;
  };
  const channel = twilioChannel("voice", settings, call, clock, publicUrl, {
    resource: "Calls",
    fields: (message) => {
      const speech = { language: message.language, text: marked(message.text, message) };
      if (hearsKeys && message.asksNothing === true) {
        const { anyKey, notPressed } = phoneWords[message.language];
        const asking = { ...speech, text: `${speech.text} ${anyKey}` };
        return { Twiml: askedForKey(asking, keysUrl(message.id, 1), notPressed), Timeout: "45" };
      }
      return hearsKeys
        ? { Twiml: askedForKey(speech, keysUrl(message.id, 1)), Timeout: "45" }
        : { Twiml: saidTwice(speech), MachineDetection: "Enable", Timeout: "45" };
    },
    fateOf: (answer) => {
      const status = textAt(answer, "/status");
      if (status === "busy" || status === "failed" || status === "no-answer" || status === "canceled")
        return { isDelivered: false, reason: status };
      if (status !== "completed") return null;
      if (hearsKeys) return { isDelivered: false, reason: "the call was taken, but no key was pressed" };
      const by = textAt(answer, "/answered_by") ?? "it is not known by whom";
      return by === "human"
        ? { isDelivered: null, reason: null }
        : { isDelivered: false, reason: `answered, but not by a person (${by})` };
    },
    keys: ({ form, search }, pressed) => {
      const query = new URLSearchParams(search);
      const reference = form.get("CallSid");
      const message = query.get("message");
      if (reference === null || message === null) return null;
      const press = { channel: settings.id, message, to: form.get("To") ?? "", reference };
      const answer = pressed({ ...press, key: form.get("Digits") ?? "", at: clock.epochMs() });
      if (answer === null) return null;
      const heard = Number(query.get("heard") ?? "1");
      const isAskedAgain = answer.isAskedAgain && heard < hearingsMax;
      return {
        reference,
        said: isAskedAgain ? askedForKey(answer, keysUrl(message, heard + 1)) : saidOnce(answer),
      };
    },
  });
  return { ...channel, hearsKeys };
}

interface Way {
  readonly resource: "Messages" | "Calls";
  readonly fields: (message: OutgoingMessage) => Readonly<Record<string, string>>;
  /** What became of it by Twilio's record of it; null while that is open. */
  readonly fateOf: (answer: unknown) => Fate;
  /** What is said to whoever pressed a key; null where that is about no call of ours. Left out where no keys are heard. */
  readonly keys?: (
    call: InboundCall,
    pressed: KeyPressed,
  ) => { readonly reference: string; readonly said: string } | null;
}

function twilioChannel(
  medium: "sms" | "voice",
  { id, accountSid, authToken, baseUrl, from }: TwilioSmsSettings | TwilioVoiceSettings,
  call: HttpCaller,
  clock: Clock,
  publicUrl: string | null,
  { resource, fields, fateOf, keys }: Way,
): CalledChannel {
  const base = `${baseUrl.replace(/\/+$/, "")}/2010-04-01/Accounts/${accountSid}/${resource}`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
  const follower = makeFollower(id, clock, async (reference, signal) => {
    const url = `${base}/${encodeURIComponent(reference)}.json`;
    const answer = await call({ method: "GET", url, headers: { authorization } }, signal);
    return answer.ok && answer.status === 200 ? fateOf(jsonOf(answer.text)) : null;
  });
  const ownUrl = publicUrl?.replace(/\/+$/, "") ?? null;
  const callback = ownUrl === null ? null : { StatusCallback: ownUrl + inboundPath(id, "status") };
  let events: ChannelEvents | null = null;
  const channel = makeChannel({
    id,
    medium,
    proves: "delivery",
    concurrency: inHandMax,
    clock,
    secrets: [authToken, authorization],
    facts: () => ({ awaitingReport: follower.open() }),
    attempt: async (message, signal) => {
      if (!/^\+[1-9]\d{5,14}$/.test(message.address))
        return failedForGood("channel.address", "this is not a number such as +3215123456");
      const body = new URLSearchParams({
        To: message.address,
        From: from,
        ...callback,
        ...fields(message),
      }).toString();
      const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
      const result = resultOf(await call({ method: "POST", url: `${base}.json`, headers, body }, signal));
      if (result.ok && result.reference !== null) follower.follow(result.reference);
      return result;
    },
    start: (given) => {
      events = given;
      follower.start(given);
    },
    takeUp: follower.takeUp,
    stop: async () => follower.stop(),
  });
  return {
    ...channel,
    hear: async (inbound, pressed) => {
      const { form, kind, search } = inbound;
      demandTwilioSignature(authToken, `${ownUrl ?? ""}${inboundPath(id, kind)}${search}`, inbound);
      if (kind === "keys") {
        const answer = keys?.(inbound, pressed) ?? null;
        if (answer !== null) follower.leave(answer.reference);
        return answer?.said ?? null;
      }
      const reference = form.get("MessageSid") ?? form.get("CallSid");
      if (reference === null || events === null) return null;
      const replier = form.get("From");
      if (kind === "replies") {
        const text = form.get("Body");
        if (replier !== null && text !== null)
          await events.reply({ channel: id, from: replier, text, at: clock.epochMs(), reference });
        return null;
      }
      const fate = fateOf({
        status: form.get("MessageStatus") ?? form.get("CallStatus"),
        error_code: form.get("ErrorCode"),
        answered_by: form.get("AnsweredBy"),
      });
      if (fate !== null) await follower.tell(reference, fate);
      return null;
    },
  };
}

function resultOf(answer: HttpAnswer): Extract<SendResult, { ok: true }> | Failed {
  if (!answer.ok) return answer;
  const content = jsonOf(answer.text);
  const code = textAt(content, "/code") ?? "";
  const said = textAt(content, "/message") ?? "";
  const failure = failureOfStatus(answer, `${said}${code === "" ? "" : ` (${code})`}`);
  if (failure !== null)
    return aboutAccount.has(code) ? failedForNow("channel.login", failure.reason) : failure;
  const sid = textAt(content, "/sid");
  if (sid === null) return failedForNow("channel.unreadable", "its answer names no message");
  return { ok: true, reference: sid, proof: "accepted" };
}
