import { createHmac, timingSafeEqual } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Channel } from "./channel.ts";

/** What a provider may call us about: what became of a message, or what a person sent back. */
export const inboundKinds = ["status", "replies"] as const;

/** One call by a provider. */
export interface InboundCall {
  readonly kind: (typeof inboundKinds)[number];
  readonly form: URLSearchParams;
  /** The header by which it is signed; null where there is none. */
  readonly signature: string | null;
}

/** A channel whose provider calls us. */
export interface CalledChannel extends Channel {
  /** Takes a call; resolves once what it says is on record. Throws `channel.signature`. */
  readonly hear: (call: InboundCall) => Promise<void>;
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
