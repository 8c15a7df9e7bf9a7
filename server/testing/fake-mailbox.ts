import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { OutgoingMessage } from "../channels/channel.ts";
import { messageIdOf } from "../channels/mail-ids.ts";
import type { ArrivedMail, Mailbox } from "../mailbox/mailbox.ts";

/** A mailbox for tests, into which mails are put. */
export interface FakeMailbox extends Mailbox {
  /** Puts a mail in, as a mail server would; resolves once it was taken. `changes`: what differs from the mail as it was sent. */
  readonly arrive: (message: OutgoingMessage, changes?: Partial<ArrivedMail>) => Promise<void>;
}

/** Makes an empty mailbox. */
export function fakeMailbox(clock: () => Pick<Clock, "epochMs">): FakeMailbox {
  let take: (mail: ArrivedMail) => Promise<void> = async () => undefined;
  let uid = 0;
  return {
    start: (given) => {
      take = given;
    },
    stop: async () => undefined,
    status: () => ({ isWorking: true, detail: "The mailbox is read." }),
    arrive: async ({ id, subject, text }, changes = {}) => {
      uid += 1;
      const at = clock().epochMs();
      await take({
        uid,
        messageId: messageIdOf(id),
        refersTo: [],
        from: "coldkeep@example.org",
        subject,
        arrivedAt: Math.floor(at / 1_000) * 1_000,
        seenAt: at,
        deliveryStatus: null,
        autoSubmitted: "auto-generated",
        text,
        ...changes,
      });
    },
  };
}
