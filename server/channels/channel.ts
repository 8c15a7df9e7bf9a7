import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { MailAttachment } from "../notify/dispatcher.ts";

/** One message to one person, ready to be handed to a provider. */
export interface OutgoingMessage {
  /** Of the delivery: a repeat after a crash has the same one. */
  readonly id: string;
  /** True where it may have been handed over before a crash: it is marked as a repeat for whoever reads it. */
  readonly isRepeat: boolean;
  /** An e-mail address, an E.164 number, a URL, a chat. */
  readonly address: string;
  readonly subject: string;
  /** Plain text; for SMS all of it, for voice what is spoken. */
  readonly text: string;
  readonly language: Language;
  /** What it belongs to: messages with the same thread are shown together where the medium can. */
  readonly thread: string | null;
  /** True where nobody is asked to answer it. */
  readonly asksNothing?: true;
  readonly attachments: readonly MailAttachment[];
  /** `critical` where it tells of a critical alarm: media that can say so do. */
  readonly urgency: "critical" | "ordinary";
}

/**
 * What a provider made of a message. `accepted`: it has it, and whether it arrives is reported later or never known (`Channel.proves`); `delivered`: it is with the
 * person. `isPermanent`: another try through this channel is no use.
 */
export type SendResult =
  | { readonly ok: true; readonly reference: string | null; readonly proof: "accepted" | "delivered" }
  | {
      readonly ok: false;
      readonly isPermanent: boolean;
      /** Stable, listed in docs/errors.md. */
      readonly code: string;
      readonly reason: string;
    };

/** What a provider says later about a message that it accepted. */
export interface DeliveryReport {
  readonly channel: string;
  /** As the provider gave it when it accepted the message. */
  readonly reference: string;
  /** Null: the provider has done what it can, and can say no more. */
  readonly isDelivered: boolean | null;
  readonly reason: string | null;
  readonly at: EpochMs;
  /** The report's own name, where it may be told twice. */
  readonly name?: string;
  /** True where it decides nothing and is only to be noted, such as that the message waits. */
  readonly isNote?: boolean;
}

/** What a person sent back. */
export interface Reply {
  readonly channel: string;
  readonly from: string;
  readonly text: string;
  readonly at: EpochMs;
  /** The provider's name for it, so that it is taken once. */
  readonly reference: string;
}

/** A key that somebody pressed while a message was spoken to them. */
export interface KeyPress {
  readonly channel: string;
  /** The message: `OutgoingMessage.id`. */
  readonly message: string;
  /** The number that was called. */
  readonly to: string;
  /** One of `0` to `9`, `*`, `#`; empty where none was pressed. */
  readonly key: string;
  readonly at: EpochMs;
  /** The provider's name for the call. */
  readonly reference: string;
}

/** What is said to whoever pressed a key; `isAskedAgain`: another one is waited for. */
export interface KeyAnswer {
  readonly language: Language;
  readonly text: string;
  readonly isAskedAgain: boolean;
}

/** How a channel stands. `facts` are for the page and the metrics: signal, credit, queue. */
export interface ChannelStatus {
  readonly isWorking: boolean;
  /** For a person: what is wrong and what to do, or that all is well. */
  readonly detail: string;
  readonly facts: Readonly<Record<string, string | number | null>>;
}

/** Where a channel takes what it hears. The promises resolve after the commit: only then is the provider told that it was taken. */
export interface ChannelEvents {
  readonly report: (report: DeliveryReport) => Promise<void>;
  readonly reply: (reply: Reply) => Promise<void>;
  readonly status: (status: ChannelStatus) => void;
}

/** The port to one provider of one medium. */
export interface Channel {
  readonly id: string;
  readonly medium: Medium;
  /** What it can prove at best: that the provider has it, or that the person's device has it. */
  readonly proves: "acceptance" | "delivery";
  /** True where whoever is called by it can answer by pressing a key. */
  readonly hearsKeys?: boolean;
  /** Most messages in hand at one time. */
  readonly concurrency: number;
  /** Hands over one message. Never rejects for what a provider does, and ends within a time of its own, or soon after the signal. */
  readonly send: (message: OutgoingMessage, signal: AbortSignal) => Promise<SendResult>;
  readonly start: (events: ChannelEvents) => void;
  /**
   * Takes up again what was accepted before a restart and not reported on: `references`, the oldest first, are asked about as if they had been accepted now. Comes after `start`. Absent
   * where the provider cannot be asked.
   */
  readonly takeUp?: (references: readonly string[]) => void;
  readonly stop: () => Promise<void>;
  readonly status: () => ChannelStatus;
}

/** What records keep of a channel. */
export function factOf({ id, medium, proves, hearsKeys }: Channel): ChannelFact {
  return { id, medium, proves, ...(hearsKeys === true ? { hearsKeys } : {}) };
}
