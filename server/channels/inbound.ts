import { createHmac, timingSafeEqual } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Channel, KeyAnswer, KeyPress } from "./channel.ts";

/** What a provider may call us about: what became of a message, what a person sent back, or which key they pressed. */
export const inboundKinds = ["status", "replies", "keys"] as const;

/** One call by a provider. */
export interface InboundCall {
  readonly kind: (typeof inboundKinds)[number];
  readonly form: URLSearchParams;
  /** What follows the path in the address that was called, as it came: empty, or from `?` on. */
  readonly search: string;
  /** The header by which it is signed; null where there is none. */
  readonly signature: string | null;
}

/** Takes a key that somebody pressed, and says what they are told; null where it is about no message of ours. */
export type KeyPressed = (press: KeyPress) => KeyAnswer | null;

/** A channel whose provider calls us. */
export interface CalledChannel extends Channel {
  /** Takes a call; resolves once what it says is on record, with what is answered to it (TwiML); null where there is nothing to say. Throws `channel.signature`. */
  readonly hear: (call: InboundCall, pressed: KeyPressed) => Promise<string | null>;
}

/** One call by a provider, as it came. */
export interface RawCall {
  /** What follows the path in the address: empty, or from `?` on. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Null for a GET. */
  readonly body: string | null;
}

/** A channel whose provider calls us in words that the settings explain. */
export interface PostedChannel extends Channel {
  /**
   * Takes a call; resolves once what it says is on record, with what is answered. `refused`: how many things in it could not be read; they are kept as replies of nobody. Throws
   * `channel.signature`, and `channel.inbound-unreadable` where nothing of it could be read.
   */
  readonly take: (call: RawCall) => Promise<{ readonly answer: string; readonly refused: number }>;
}

/** True for a channel whose provider calls us in words that the settings explain. */
export function isPosted(channel: Channel): channel is PostedChannel {
  return "take" in channel;
}

/** True for a channel whose provider calls us. */
export function isCalled(channel: Channel): channel is CalledChannel {
  return "hear" in channel;
}

/** Where the provider of a channel calls us. */
export function inboundPath(id: string, kind: InboundCall["kind"]): string {
  return `/v1/channels/${id}/${kind}`;
}

/**
 * Checks a signature of Twilio: base64 of the HMAC-SHA1, by the account's token, of the address that was called and all fields by name, each name followed by its value. Throws
 * `channel.signature`.
 */
export function demandTwilioSignature(token: string, url: string, { form, signature }: InboundCall): void {
  const fields = [...form].toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  const signed = url + fields.map(([name, value]) => name + value).join("");
  const expected = createHmac("sha1", token).update(signed).digest();
  const given = Buffer.from(signature ?? "", "base64");
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new CodedError("channel.signature", "This call is not signed by the channel's provider.");
}
