import { canaryId, canaryName } from "@coldkeep/core/canary/canary-section.ts";
import type { AnswerKey } from "../answers/answer-key.ts";
import type { Reply } from "../channels/channel.ts";
import { messageIdOf } from "../channels/mail-ids.ts";
import type { Services } from "../http/services.ts";
import type { ArrivedMail } from "../mailbox/mailbox.ts";
import type { KeptDelivery } from "../summons/delivery-book.ts";

/** Newest messages of the canary that what comes in is held against. */
export const messagesHeldMax = 60;

/** What the ear works with. */
export interface CanaryEarParts {
  readonly services: Pick<Services, "canary" | "deliveries" | "site">;
  readonly key: AnswerKey;
  /** Answers a call by the link of its message, as a person would. */
  readonly answer: (token: string) => Promise<void>;
}

/** Hears what comes in at the canary's addresses. */
export interface CanaryEar {
  /** Takes a mail; false where it is none of the canary's. */
  readonly mail: (mail: ArrivedMail) => Promise<boolean>;
  /** Takes a short message; false where it is none of the canary's. */
  readonly reply: (reply: Reply) => Promise<boolean>;
}

/** The link of a message, wherever it stands in a text. */
const linkPattern = /\/a\/([0-9a-z]{1,11}\.[A-Za-z0-9_-]{20})(?![A-Za-z0-9_-])/gu;

/** Makes the ear. A message is known by what nobody can guess who has not got it: its link, its code beside the canary's name, or its Message-ID. */
export function makeCanaryEar({ services, key, answer }: CanaryEarParts): CanaryEar {
  const { canary, deliveries, site } = services;

  const byLink = (text: string): { readonly delivery: KeptDelivery; readonly token: string } | null => {
    for (const [, token = ""] of text.matchAll(linkPattern)) {
      const number = key.numberOf(token);
      const delivery = number === null ? null : deliveries.numbered(number);
      if (delivery?.contact === canaryId) return { delivery, token };
    }
    return null;
  };

  const newest = (): KeptDelivery[] => deliveries.callsTo([canaryId], messagesHeldMax);

  const byCode = (text: string): KeptDelivery | undefined => {
    const codes = new Set(text.match(/(?<!\d)\d{4}(?!\d)/gu) ?? []);
    return newest().find(({ number, medium }) => medium === "sms" && codes.has(key.codeOf(number)));
  };

  /** Once it is on record, the message is answered by its link. */
  const answered = async (token: string | undefined): Promise<void> => {
    if (token !== undefined) await answer(token);
  };

  return {
    mail: async ({ messageId, text, deliveryStatus, autoSubmitted, arrivedAt }) => {
      const isOfMachine = deliveryStatus !== null || autoSubmitted === "auto-replied";
      if (isOfMachine) return false;
      const linked = byLink(text);
      const named = newest().find(({ id }) => messageIdOf(id) === messageId);
      const delivery = linked?.delivery ?? named;
      if (delivery === undefined) return false;
      canary.take({ kind: "received", delivery: delivery.id, medium: "email", way: "mailbox", arrivedAt });
      await answered(linked?.token);
      return true;
    },
    reply: async ({ text, from }) => {
      const linked = byLink(text);
      const isFromPhone = from.replaceAll(/[\s().-]/gu, "") === site()?.site.canary?.phone;
      const delivery =
        linked?.delivery ?? (isFromPhone || text.includes(canaryName) ? byCode(text) : undefined);
      if (delivery === undefined) return false;
      canary.take({ kind: "received", delivery: delivery.id, medium: "sms", way: "reply", arrivedAt: null });
      await answered(linked?.token);
      return true;
    },
  };
}
