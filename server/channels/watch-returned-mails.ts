import type { Metrics } from "../health/metrics.ts";
import type { Channel } from "./channel.ts";

/** The facts of channels that are figures of their mailboxes, as `/metrics` names them. */
const figures: readonly (readonly [fact: string, metric: string, help: string])[] = [
  ["mailsReturned", "coldkeep_mails_returned", "Mails that came back since the start"],
  ["mailsDelayed", "coldkeep_mails_delayed", "Notices of mails that wait, since the start"],
  ["mailsAnswered", "coldkeep_mails_answered", "Replies to mails, which answer nothing, since the start"],
  ["mailsNotOurs", "coldkeep_mails_not_ours", "Mails that were about none of ours, since the start"],
];

/** Shows in `/metrics` what came back for mails, and how many mailboxes for that cannot be read. */
export function watchReturnedMails(metrics: Metrics, channels: readonly Channel[]): void {
  const sum = (fact: string, worth: (value: number) => number): number =>
    channels.reduce((total, channel) => {
      const value = channel.status().facts[fact];
      return typeof value === "number" ? total + worth(value) : total;
    }, 0);
  for (const [fact, metric, help] of figures) metrics.watch(metric, help, () => sum(fact, (value) => value));
  metrics.watch("coldkeep_mailboxes_unread", "Mailboxes for what comes back that cannot be read", () =>
    sum("mailboxWorks", (value) => 1 - value),
  );
}
