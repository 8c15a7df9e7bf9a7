import type { OurIds } from "@coldkeep/core/bounces/read-arrival.ts";
import { sha256Hex } from "../journal/hash-chain.ts";

/** The Message-ID of the mail of a delivery: the same each time that it is sent. */
export function messageIdOf(delivery: string): string {
  return `<${shortHash(delivery)}@coldkeep>`;
}

/** The Message-ID that the mails of one thread refer to; no mail has it. */
export function threadIdOf(thread: string): string {
  return `<thread.${shortHash(`thread ${thread}`)}@coldkeep>`;
}

/** The name under which the mail of a delivery is handed over; mail servers say it in what they report (RFC 3461, 4.4). */
export function envelopeIdOf(delivery: string): string {
  return shortHash(delivery);
}

/** How mails of ours are told from others. */
export const ourMailIds: OurIds = {
  isOurs: (messageId) => /^<[0-9a-f]{32}@coldkeep>$/.test(messageId),
  ofEnvelope: (envelopeId) => (/^[0-9a-f]{32}$/.test(envelopeId) ? `<${envelopeId}@coldkeep>` : null),
};

const shortHash = (text: string): string => sha256Hex(text).slice(0, 32);
