import { createHmac } from "node:crypto";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { Channel } from "./channel.ts";
import type { WebhookSettings } from "./chat-settings.ts";
import { failedForGood } from "./failures.ts";
import { failureOfStatus, type HttpCaller } from "./http-call.ts";
import { makeChannel } from "./make-channel.ts";

/** Posts in hand at one time. */
const inHandMax = 10;

/** Posts messages as JSON to each contact's own address, signed as the Standard Webhooks say. An answer of 200 to 299 is delivery. */
export function webhookChannel({ id, secret }: WebhookSettings, call: HttpCaller, clock: Clock): Channel {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  return makeChannel({
    id,
    medium: "webhook",
    proves: "delivery",
    concurrency: inHandMax,
    clock,
    secrets: [secret],
    isOneProvider: false,
    attempt: async (message, signal) => {
      if (!/^https?:\/\//.test(message.address) || !URL.canParse(message.address))
        return failedForGood("channel.address", "this is not an address that begins with https://");
      const { subject, text, language, thread, isRepeat, urgency } = message;
      const at = clock.epochMs();
      const body = JSON.stringify({
        id: message.id,
        at: formatInstant(at),
        subject,
        text,
        language,
        thread,
        isRepeat,
        urgency,
      });
      const timestamp = String(Math.floor(at / 1_000));
      const signature = createHmac("sha256", key)
        .update(`${message.id}.${timestamp}.${body}`)
        .digest("base64");
      const headers = {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
      };
      const answer = await call({ method: "POST", url: message.address, headers, body }, signal);
      if (!answer.ok) return answer;
      return failureOfStatus(answer, "") ?? { ok: true, reference: message.id, proof: "delivered" };
    },
  });
}
