import type { Channel, ChannelStatus, SendResult } from "../channels/channel.ts";
import type { Mailer } from "./dispatcher.ts";

/** Mails in hand at one time. */
export const mailsInHandMax = 4;

const working: ChannelStatus = { isWorking: true, detail: "Mails are handed over.", facts: {} };

/** A mailer as the channel `mail`. */
export function mailerChannel(mailer: Mailer): Channel {
  let status = working;
  return {
    id: "mail",
    medium: "email",
    proves: "acceptance",
    concurrency: mailsInHandMax,
    send: async ({ id, address, subject, text, attachments }): Promise<SendResult> => {
      try {
        await mailer.send({
          id,
          to: address,
          subject,
          text,
          ...(attachments.length === 0 ? {} : { attachments }),
        });
        status = working;
        return { ok: true, reference: null, proof: "accepted" };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        status = { ...working, detail: `The last mail could not be handed over: ${reason}` };
        return { ok: false, isPermanent: false, code: "channel.mail-failed", reason };
      }
    },
    start: () => undefined,
    stop: async () => mailer.close(),
    status: () => status,
  };
}
