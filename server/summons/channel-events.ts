import type { Channel, ChannelEvents, DeliveryReport, Reply } from "../channels/channel.ts";
import type { Commit } from "../journal/committer.ts";
import type { KeptDelivery } from "./delivery-book.ts";
import { type DeliveryNews, type DeliveryTaking, takeDeliveryNews } from "./take-delivery.ts";

/** Reports kept for messages whose acceptance is not on record yet; beyond that the oldest are forgotten, and their messages count as unconfirmed. */
export const earlyReportsMax = 1_000;

/** What channels tell is kept with. */
export interface ChannelEventParts extends DeliveryTaking {
  readonly channels: readonly Channel[];
  /** What a person sent back. */
  readonly reply: (reply: Reply) => Promise<void>;
  readonly note: (facts: Record<string, unknown>, message: string) => void;
}

/** Listens to the channels. */
export interface ChannelEar {
  readonly start: () => void;
  /** Keeps what a channel made of a message, and then the report on it where that was quicker. */
  readonly take: (news: DeliveryNews, also?: (commit: Commit) => void) => void;
}

/** What a channel accepted and has not reported on, of messages that have no outcome yet: the oldest first. */
function openReferences(open: readonly KeptDelivery[], channel: string): string[] {
  return open
    .toSorted((a, b) => a.number - b.number)
    .flatMap(({ state }) => state.accepted.filter((each) => each.channel === channel))
    .map(({ reference }) => reference);
}

/** Makes what listens to the channels. */
export function makeChannelEar(parts: ChannelEventParts): ChannelEar {
  const early = new Map<string, DeliveryReport>();

  const takeReport = (delivery: string, heard: DeliveryReport): void => {
    const { channel, reference, isDelivered, reason, name, isNote = false } = heard;
    const named = name === undefined ? {} : { name };
    const about = { channel, reference };
    const input = isNote
      ? ({ kind: "noted", ...about, reason: reason ?? "", name: name ?? reason ?? "" } as const)
      : ({ kind: "reported", ...about, isDelivered, reason, ...named } as const);
    takeDeliveryNews(parts, { delivery, input });
  };

  const report = async (heard: DeliveryReport): Promise<void> => {
    const delivery = parts.deliveries.byReference(heard.channel, heard.reference);
    if (delivery !== null) {
      takeReport(delivery, heard);
      return;
    }
    early.set(`${heard.channel} ${heard.reference}`, heard);
    const [oldest] = early.keys();
    if (early.size > earlyReportsMax && oldest !== undefined) early.delete(oldest);
    parts.note(
      { channel: heard.channel, reference: heard.reference },
      "a report on a message that is not known (yet)",
    );
  };

  return {
    start: () => {
      for (const channel of parts.channels) {
        const events: ChannelEvents = {
          report,
          reply: parts.reply,
          status: ({ isWorking, detail }) =>
            parts.note({ channel: channel.id, isWorking }, `channel ${channel.id}: ${detail}`),
        };
        channel.start(events);
        channel.takeUp?.(openReferences(parts.deliveries.open(), channel.id));
      }
    },
    take: (news, also) => {
      takeDeliveryNews(parts, news, also);
      const { input } = news;
      if (input.kind !== "accepted" || input.reference === null) return;
      const key = `${input.channel} ${input.reference}`;
      const known = early.get(key);
      if (known === undefined) return;
      early.delete(key);
      takeReport(news.delivery, known);
    },
  };
}
