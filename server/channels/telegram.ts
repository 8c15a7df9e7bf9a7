import { type Clock, sleep } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Channel, ChannelEvents } from "./channel.ts";
import type { TelegramSettings } from "./chat-settings.ts";
import { failedForGood, failedForNow } from "./failures.ts";
import { atPointer, failureOfStatus, type HttpCaller, jsonOf, textAt } from "./http-call.ts";
import { makeChannel } from "./make-channel.ts";
import { chatText } from "./marked.ts";

/** Messages in hand at one time. */
const inHandMax = 4;

/** Longest message that Telegram takes, in UTF-16 units. */
export const messageCharactersMax = 4_096;

/** What stays of the end of a longer one: there stands how to answer. */
const endCharacters = 600;

/** How long Telegram holds a question for replies open, in seconds. */
const holdOpenSeconds = 50;

/** Pause after a question for replies that failed. */
export const repliesPauseMs: DurationMs = 10 * secondMs;

/** Messages by a bot of Telegram, and what people write back to it. It proves that Telegram has the message. */
export function telegramChannel(
  { id, token, baseUrl, replies }: TelegramSettings,
  call: HttpCaller,
  clock: Clock,
): Channel {
  const base = `${baseUrl.replace(/\/+$/, "")}/bot${token}`;
  const stopped = new AbortController();
  let listening: Promise<void> = Promise.resolve();
  const ask = (method: string, content: unknown, signal: AbortSignal, withinMs: DurationMs) =>
    call(
      {
        method: "POST",
        url: `${base}/${method}`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(content),
        withinMs,
      },
      signal,
    );

  /** Takes one round of replies; answers from where to go on. */
  const hear = async (events: ChannelEvents, offset: number): Promise<number | null> => {
    const question = { offset, timeout: holdOpenSeconds, allowed_updates: ["message"] };
    const answer = await ask("getUpdates", question, stopped.signal, minuteMs);
    if (!answer.ok || answer.status !== 200) return null;
    const updates = atPointer(jsonOf(answer.text), "/result");
    if (!Array.isArray(updates)) return null;
    let next = offset;
    for (const update of updates) {
      const number = Number(textAt(update, "/update_id") ?? Number.NaN);
      if (!Number.isSafeInteger(number)) return null;
      const from = textAt(update, "/message/chat/id");
      const text = textAt(update, "/message/text");
      const at = Number(textAt(update, "/message/date") ?? 0) * secondMs;
      if (from !== null && text !== null)
        await events.reply({
          channel: id,
          from,
          text,
          at: at > 0 ? at : clock.epochMs(),
          reference: String(number),
        });
      next = number + 1;
    }
    return next;
  };

  const listen = async (events: ChannelEvents): Promise<void> => {
    let offset = 0;
    while (!stopped.signal.aborted) {
      const next = await hear(events, offset).catch(() => null);
      if (next === null) await sleep(clock, repliesPauseMs, stopped.signal);
      else offset = next;
    }
  };

  return makeChannel({
    id,
    medium: "telegram",
    proves: "acceptance",
    concurrency: inHandMax,
    clock,
    secrets: [token],
    attempt: async (message, signal) => {
      if (!/^(-?\d{1,20}|@\w{1,64})$/.test(message.address))
        return failedForGood("channel.address", "this is not the number of a chat");
      const content = {
        chat_id: message.address,
        text: shortened(chatText(message)),
        // A preview would open the link by which a call is answered.
        link_preview_options: { is_disabled: true },
      };
      const answer = await ask("sendMessage", content, signal, 20 * secondMs);
      if (!answer.ok) return answer;
      const said = jsonOf(answer.text);
      const reason = textAt(said, "/description") ?? "";
      if (answer.status === 403) return failedForGood("channel.refused", reason);
      if (answer.status === 404) return failedForNow("channel.login", "Telegram knows no such bot");
      const retryAfterMs =
        Number(textAt(said, "/parameters/retry_after") ?? 0) * secondMs || answer.retryAfterMs;
      const failure = failureOfStatus({ status: answer.status, retryAfterMs }, reason);
      if (failure !== null) return failure;
      const number = textAt(said, "/result/message_id");
      if (number === null) return failedForNow("channel.unreadable", "its answer names no message");
      return { ok: true, reference: `${message.address}:${number}`, proof: "accepted" };
    },
    start: (events) => {
      if (replies) listening = listen(events);
    },
    stop: async () => {
      stopped.abort();
      await listening;
    },
  });
}

function shortened(text: string): string {
  if (text.length <= messageCharactersMax) return text;
  const begin = text.slice(0, messageCharactersMax - endCharacters - 5);
  return `${begin}\n...\n${text.slice(-endCharacters)}`;
}
