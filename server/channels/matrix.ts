import type { Clock } from "@coldkeep/core/time/clock.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { Channel } from "./channel.ts";
import type { MatrixSettings } from "./chat-settings.ts";
import { failedForGood, failedForNow } from "./failures.ts";
import { failureOfStatus, type HttpCaller, jsonOf, textAt } from "./http-call.ts";
import { makeChannel } from "./make-channel.ts";
import { chatText } from "./marked.ts";

/** Messages in hand at one time. */
const inHandMax = 4;

/**
 * Messages into rooms of Matrix. The transaction's name is made of the delivery's, so that the homeserver takes a repeat for the same message. It proves that the homeserver
 * has it.
 */
export function matrixChannel(
  { id, homeserver, token }: MatrixSettings,
  call: HttpCaller,
  clock: Clock,
): Channel {
  const base = `${homeserver.replace(/\/+$/, "")}/_matrix/client/v3/rooms`;
  return makeChannel({
    id,
    medium: "matrix",
    proves: "acceptance",
    concurrency: inHandMax,
    clock,
    secrets: [token],
    attempt: async (message, signal) => {
      if (!/^!\S+$/.test(message.address))
        return failedForGood("channel.address", "this is not the id of a room, such as !abc:example.org");
      const transaction = sha256Hex(`matrix ${message.id}`).slice(0, 32);
      const url = `${base}/${encodeURIComponent(message.address)}/send/m.room.message/${transaction}`;
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const body = JSON.stringify({ msgtype: "m.text", body: chatText(message) });
      const answer = await call({ method: "PUT", url, headers, body }, signal);
      if (!answer.ok) return answer;
      const content = jsonOf(answer.text);
      const code = textAt(content, "/errcode") ?? "";
      const reason = `${code} ${textAt(content, "/error") ?? ""}`.trim();
      if (answer.status === 403 && code === "M_FORBIDDEN") return failedForGood("channel.refused", reason);
      const retryAfterMs = answer.retryAfterMs ?? (Number(textAt(content, "/retry_after_ms") ?? 0) || null);
      const failure = failureOfStatus({ status: answer.status, retryAfterMs }, reason);
      if (failure !== null) return failure;
      const event = textAt(content, "/event_id");
      if (event === null) return failedForNow("channel.unreadable", "its answer names no event");
      return { ok: true, reference: event, proof: "accepted" };
    },
  });
}
