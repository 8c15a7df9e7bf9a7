import { readArrival, type Verdict } from "@coldkeep/core/bounces/read-arrival.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { ArrivedMail, Mailbox } from "../mailbox/mailbox.ts";
import type { ChannelEvents, ChannelStatus } from "./channel.ts";
import { ourMailIds } from "./mail-ids.ts";

/** What comes back for the mails of a channel, to the mailbox of its sender. */
export interface ReturnedMails {
  readonly start: (events: ChannelEvents) => void;
  readonly stop: () => Promise<void>;
  /** How the mailbox stands, and what was found in it since the start. */
  readonly facts: () => ChannelStatus["facts"];
}

/** What is put before what was said, so that a note says by itself what it is. */
const prefixes: Readonly<Record<Exclude<Verdict["kind"], "not-ours">, string>> = {
  failed: "the mail came back: ",
  delayed: "the mail is delayed, its mail server is still trying: ",
  "passed-on": "a mail server has passed it on: ",
  away: "an automatic reply, perhaps of somebody who is away: ",
  "wrote-back": "wrote back by mail, which answers nothing: ",
};

/** Reads what comes back and tells of what is about mails of ours. All else stays in the mailbox as it is. */
export function readReturnedMails(channel: string, mailbox: Mailbox, clock: Clock): ReturnedMails {
  const counts: Record<Verdict["kind"], number> = {
    failed: 0,
    delayed: 0,
    "passed-on": 0,
    away: 0,
    "wrote-back": 0,
    "not-ours": 0,
  };

  const take = async (mail: ArrivedMail, events: ChannelEvents): Promise<void> => {
    const verdict = readArrival(mail, ourMailIds);
    if (verdict.kind !== "not-ours")
      await events.report({
        channel,
        reference: verdict.about,
        isDelivered: verdict.kind === "failed" ? false : null,
        isNote: verdict.kind !== "failed",
        reason: `${prefixes[verdict.kind]}${verdict.reason}`,
        at: clock.epochMs(),
        name: nameOf(mail),
      });
    counts[verdict.kind] += 1;
  };

  return {
    start: (events) => mailbox.start((mail) => take(mail, events)),
    stop: mailbox.stop,
    facts: () => {
      const { isWorking, detail } = mailbox.status();
      return {
        mailbox: detail,
        mailboxWorks: isWorking ? 1 : 0,
        mailsReturned: counts.failed,
        mailsDelayed: counts.delayed,
        mailsAnswered: counts.away + counts["wrote-back"] + counts["passed-on"],
        mailsNotOurs: counts["not-ours"],
      };
    },
  };
}

/** A name for a mail that stays the same wherever it is read again. */
function nameOf({ messageId, from, subject, arrivedAt }: ArrivedMail): string {
  return sha256Hex(messageId ?? JSON.stringify([from, subject, arrivedAt])).slice(0, 16);
}
