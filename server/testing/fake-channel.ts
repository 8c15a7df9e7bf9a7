import type { Medium } from "@coldkeep/core/duty/media.ts";
import type { Channel, ChannelEvents, OutgoingMessage, SendResult } from "../channels/channel.ts";

/** How a provider treats a message. `lose`: it accepts and never reports. `unsure`: it never says whether it has it. */
export type Treatment =
  | "deliver"
  | "accept"
  | "lose"
  | "fail-report"
  | "refuse"
  | "fail"
  | "unsure"
  | "hang"
  | "down";

/** A provider for tests: it does what the test says, and remembers what it was given. */
export interface FakeChannel extends Channel {
  readonly sent: readonly OutgoingMessage[];
  treat: (message: OutgoingMessage) => Treatment;
  /** What it is told through; null before the start. */
  events: () => ChannelEvents | null;
}

/** Makes a provider that delivers, until the test says something else. Reports follow in the same turn. */
export function fakeChannel(
  id: string,
  medium: Medium,
  proves: Channel["proves"] = medium === "email" ? "acceptance" : "delivery",
): FakeChannel {
  const sent: OutgoingMessage[] = [];
  let heard: ChannelEvents | null = null;
  const channel: FakeChannel = {
    id,
    medium,
    proves,
    concurrency: 1,
    sent,
    treat: () => "accept",
    events: () => heard,
    start: (events) => {
      heard = events;
    },
    stop: async () => undefined,
    status: () => {
      const isWorking = channel.treat(noMessage) !== "down";
      return { isWorking, detail: isWorking ? "works" : "no network: look at the antenna", facts: {} };
    },
    send: async (message, signal): Promise<SendResult> => {
      sent.push(message);
      const reference = `${id}-${sent.length}`;
      const report = (isDelivered: boolean) =>
        void heard?.report({
          channel: id,
          reference,
          isDelivered,
          reason: isDelivered ? null : "unknown subscriber",
          at: 0,
        });
      switch (channel.treat(message)) {
        case "deliver":
          return { ok: true, reference, proof: "delivered" };
        case "accept":
          if (proves === "delivery") report(true);
          return { ok: true, reference, proof: "accepted" };
        case "fail-report":
          if (proves === "delivery") report(false);
          return { ok: true, reference, proof: "accepted" };
        case "lose":
          return { ok: true, reference, proof: "accepted" };
        case "refuse":
          return { ok: false, isPermanent: true, code: "channel.refused", reason: "not a subscriber" };
        case "fail":
        case "down":
          return { ok: false, isPermanent: false, code: "channel.failed", reason: "busy" };
        case "unsure":
          return { ok: false, isPermanent: false, code: "modem.outcome-unknown", reason: "it hung" };
        case "hang":
          return new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(new Error("given up")), { once: true });
          });
      }
    },
  };
  return channel;
}

const noMessage: OutgoingMessage = {
  id: "",
  isRepeat: false,
  address: "",
  subject: "",
  text: "",
  language: "en",
  thread: null,
  attachments: [],
  urgency: "ordinary",
};
