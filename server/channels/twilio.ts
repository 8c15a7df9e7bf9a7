import type { Language } from "@coldkeep/core/duty/media.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { ChannelEvents, OutgoingMessage, SendResult } from "./channel.ts";
import { type Failed, failedForGood, failedForNow } from "./failures.ts";
import { type Fate, makeFollower } from "./follower.ts";
import { type CalledChannel, demandTwilioSignature, inboundPath } from "./inbound.ts";
import { failureOfStatus, type HttpAnswer, type HttpCaller, jsonOf, textAt } from "./http-call.ts";
import { makeChannel } from "./make-channel.ts";
import { marked } from "./marked.ts";
import type { TwilioSmsSettings, TwilioVoiceSettings } from "./twilio-settings.ts";

/** Messages or calls in hand at one time. */
const inHandMax = 10;

/** Longest text of a message that Twilio takes, in characters. */
export const textCharactersMax = 1_600;

/** Longest spoken text, in characters: Twilio takes 4,000 of TwiML, in which it stands twice. */
export const spokenCharactersMax = 1_500;

/** Error codes of Twilio that are about our account or number, and so say nothing about whom was to be told. */
const aboutAccount = new Set(["10001", "20003", "20005", "20404", "21212", "21603", "21606", "21659"]);

const voices: Readonly<Record<Language, string>> = {
  en: 'voice="Polly.Amy" language="en-GB"',
  nl: 'voice="Polly.Lotte" language="nl-NL"',
  fr: 'voice="Polly.Lea" language="fr-FR"',
};

/** Text messages by Twilio. It proves delivery: what the phone's network reports is asked for until it is final. */
export function twilioSms(
  settings: TwilioSmsSettings,
  call: HttpCaller,
  clock: Clock,
  publicUrl: string | null,
): CalledChannel {
  return twilioChannel("sms", settings, call, clock, publicUrl, {
    resource: "Messages",
    fields: (message) => ({ Body: marked(message.text, message).slice(0, textCharactersMax) }),
    fateOf: (answer) => {
      const status = textAt(answer, "/status");
      if (status === "delivered" || status === "read") return { isDelivered: true, reason: null };
      if (status !== "undelivered" && status !== "failed" && status !== "canceled") return null;
      return { isDelivered: false, reason: `${status}, ${textAt(answer, "/error_code") ?? "no code"}` };
    },
  });
}

/** Spoken calls by Twilio. It proves delivery: a person took the call, and not a machine. */
export function twilioVoice(
  settings: TwilioVoiceSettings,
  call: HttpCaller,
  clock: Clock,
  publicUrl: string | null,
): CalledChannel {
  return twilioChannel("voice", settings, call, clock, publicUrl, {
    resource: "Calls",
    fields: (message) => ({ Twiml: spoken(message), MachineDetection: "Enable", Timeout: "45" }),
    fateOf: (answer) => {
      const status = textAt(answer, "/status");
      if (status === "busy" || status === "failed" || status === "no-answer" || status === "canceled")
        return { isDelivered: false, reason: status };
      if (status !== "completed") return null;
      const by = textAt(answer, "/answered_by") ?? "it is not known by whom";
      return by === "human"
        ? { isDelivered: true, reason: null }
        : { isDelivered: false, reason: `answered, but not by a person (${by})` };
    },
  });
}

interface Way {
  readonly resource: "Messages" | "Calls";
  readonly fields: (message: OutgoingMessage) => Readonly<Record<string, string>>;
  /** What became of it by Twilio's record of it; null while that is open. */
  readonly fateOf: (answer: unknown) => Fate;
}

function twilioChannel(
  medium: "sms" | "voice",
  { id, accountSid, authToken, baseUrl, from }: TwilioSmsSettings | TwilioVoiceSettings,
  call: HttpCaller,
  clock: Clock,
  publicUrl: string | null,
  { resource, fields, fateOf }: Way,
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
    stop: async () => follower.stop(),
  });
  return {
    ...channel,
    hear: async (inbound) => {
      demandTwilioSignature(authToken, `${ownUrl ?? ""}${inboundPath(id, inbound.kind)}`, inbound);
      const { form, kind } = inbound;
      const reference = form.get("MessageSid") ?? form.get("CallSid");
      if (reference === null || events === null) return;
      const replier = form.get("From");
      if (kind === "replies") {
        const text = form.get("Body");
        if (replier !== null && text !== null)
          await events.reply({ channel: id, from: replier, text, at: clock.epochMs(), reference });
        return;
      }
      const fate = fateOf({
        status: form.get("MessageStatus") ?? form.get("CallStatus"),
        error_code: form.get("ErrorCode"),
        answered_by: form.get("AnsweredBy"),
      });
      // Who took a call may be known only later: then it is asked for.
      if (form.get("CallStatus") === "completed" && !form.has("AnsweredBy")) return;
      if (fate !== null) await follower.tell(reference, fate);
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

/** The text twice, with a pause: who picks up in their sleep misses the first. */
function spoken(message: OutgoingMessage): string {
  const text = marked(message.text, message).slice(0, spokenCharactersMax);
  const said = `<Say ${voices[message.language]}>${escaped(text)}</Say>`;
  return `<Response><Pause length="1"/>${said}<Pause length="1"/>${said}</Response>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (found) => entities[found] ?? found);
