import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Channel } from "../channels/channel.ts";
import type { Services } from "../http/services.ts";

/** A mailbox that could not be read for so long is an alarm: mail servers are updated, and a night's maintenance wakes nobody. */
export const unreadAfterMs: DurationMs = 30 * minuteMs;

/** How often it is looked at. */
export const mailboxLookEveryMs: DurationMs = minuteMs;

/** The mailboxes of what comes back that cannot be read, by the channel whose mails come back there. */
export interface MailboxFinding {
  readonly unread: readonly { readonly channel: string; readonly reason: string }[];
}

/** Raises the alarm about mailboxes that cannot be read, and clears it for those that can be again, where that changes. */
export function judgeMailboxes(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  finding: MailboxFinding,
): void {
  const known = alarms
    .underWay()
    .filter(({ kind, state }) => kind === "bounces-unread" && state.condition)
    .map(({ subject }) => subject);
  const found = new Map(finding.unread.map(({ channel, reason }) => [channel, reason]));
  const over = known.filter((channel) => !found.has(channel));
  const fresh = [...found].filter(([channel]) => !known.includes(channel));
  if (over.length === 0 && fresh.length === 0) return;
  const body = new TextEncoder().encode(JSON.stringify(finding));
  committer.commit({ kind: "mailbox-look", source: "mailbox", encoding: "identity", body }, (commit) => {
    const judge = (channel: string, reason: string | null): void => {
      const text = `Mails of "${channel}" that come back are not read${reason === null ? "" : `: ${reason}`}`;
      const facts = () => ({
        subject: channel,
        severity: "warning" as const,
        appliance: null,
        probe: null,
        text,
        figures: { of: "platform" as const, name: channel, lastsMs: null, count: null, reason },
      });
      alarms.judge(commit, "bounces-unread", reason === null ? "off" : "on", facts, channel);
    };
    for (const channel of over) judge(channel, null);
    for (const [channel, reason] of fresh) judge(channel, reason);
  });
}

/** Looks at the mailboxes every so often. */
export interface MailboxWatch {
  readonly start: () => void;
  readonly stop: () => void;
}

/** Makes what looks at the mailboxes of channels, and calls people where one cannot be read for long. */
export function watchMailboxes(
  services: Pick<Services, "alarms" | "committer"> & { readonly clock: Clock },
  channels: readonly Channel[],
  fail: (error: unknown) => void,
): MailboxWatch {
  const { clock } = services;
  const since = new Map<string, EpochMs>();
  let cancel: Cancel = () => undefined;

  const find = (): MailboxFinding => ({
    unread: channels.flatMap((channel) => {
      const { mailboxWorks, mailbox } = channel.status().facts;
      if (mailboxWorks !== 0) {
        since.delete(channel.id);
        return [];
      }
      const began = since.get(channel.id) ?? clock.monotonicMs();
      since.set(channel.id, began);
      return clock.monotonicMs() - began < unreadAfterMs
        ? []
        : [{ channel: channel.id, reason: String(mailbox) }];
    }),
  });

  const look = (): void => {
    try {
      judgeMailboxes(services, find());
    } catch (error) {
      fail(error);
    }
    cancel = clock.after(mailboxLookEveryMs, look);
  };

  return { start: () => void (cancel = clock.after(mailboxLookEveryMs, look)), stop: () => cancel() };
}
