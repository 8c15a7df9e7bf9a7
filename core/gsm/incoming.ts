import type { EpochMs } from "../time/millis.ts";
import { readAddress, readServiceCentre } from "./address.ts";
import { fromHex, type OctetReader, octetReader } from "./octets.ts";
import { parseServiceTime, serviceTimeOctets } from "./service-time.ts";
import { type Alphabet, type PartOf, readUserData } from "./user-data.ts";

/** Longest message in octets, service centre included, that is looked at. */
export const pduOctetsMax = 256;

/** Why a message is not understood; listed in docs/errors.md. */
export type PduErrorCode =
  | "sms.not-hex"
  | "sms.too-long"
  | "sms.cut"
  | "sms.kind-unknown"
  | "sms.address-invalid"
  | "sms.time-invalid"
  | "sms.alphabet-unknown"
  | "sms.length-wrong";

/** What became of a message at the network, as its status report says it (3GPP TS 23.040, 9.2.3.15). */
export type Delivery =
  /** The phone has it. */
  | "delivered"
  /** It was passed on, and nobody can say more. */
  | "unconfirmed"
  /** The network is still trying. */
  | "trying"
  /** It will not arrive. */
  | "failed";

/** A message that came from the network. */
export type Incoming =
  | {
      readonly kind: "message";
      readonly from: string;
      readonly at: EpochMs;
      /** Null where it carries data and no text. */
      readonly text: string | null;
      readonly partOf: PartOf | null;
    }
  | {
      readonly kind: "report";
      /** The number under which the modem had sent it, 0 to 255. */
      readonly reference: number;
      readonly to: string;
      /** When the service centre had it from us, and when that became of it; null where the report has no such time: modems garble it. */
      readonly takenAt: EpochMs | null;
      readonly endedAt: EpochMs | null;
      /** The status octet as it came. */
      readonly status: number;
      readonly delivery: Delivery;
    };

/** The outcome of decoding: never an exception, whatever the text. */
export type IncomingResult =
  | { readonly ok: true; readonly incoming: Incoming }
  | { readonly ok: false; readonly code: PduErrorCode };

const refuse = (code: PduErrorCode): IncomingResult => ({ ok: false, code });

/** Decodes an SMS-DELIVER or SMS-STATUS-REPORT in hexadecimal digits, with the service centre in front, as modems tell them. */
export function decodeIncoming(pdu: string): IncomingResult {
  const digits = pdu.trim();
  if (digits.length > pduOctetsMax * 2) return refuse("sms.too-long");
  const octets = fromHex(digits);
  if (octets === null) return refuse("sms.not-hex");
  const reader = octetReader(octets);
  if (reader.left() === 0) return refuse("sms.cut");
  if (readServiceCentre(reader) === null) return refuse("sms.address-invalid");
  const first = reader.octet();
  if (first === null) return refuse("sms.cut");
  if ((first & 0x03) === 0) return decodeDeliver(first, reader);
  if ((first & 0x03) === 2) return decodeReport(reader);
  return refuse("sms.kind-unknown");
}

function decodeDeliver(first: number, reader: OctetReader): IncomingResult {
  const from = readAddress(reader);
  if (from === null) return refuse("sms.address-invalid");
  const protocol = reader.octet();
  const coding = reader.octet();
  const time = reader.take(serviceTimeOctets);
  const length = reader.octet();
  if (protocol === null || coding === null || time === null || length === null) return refuse("sms.cut");
  const at = parseServiceTime(time);
  if (at === null) return refuse("sms.time-invalid");
  const alphabet = alphabetOf(coding);
  if (alphabet === null) return refuse("sms.alphabet-unknown");
  const content = reader.take(reader.left()) ?? new Uint8Array();
  const data = readUserData(content, length, alphabet, (first & 0x40) !== 0);
  if (data === null) return refuse("sms.length-wrong");
  return { ok: true, incoming: { kind: "message", from, at, ...data } };
}

function decodeReport(reader: OctetReader): IncomingResult {
  const reference = reader.octet();
  if (reference === null) return refuse("sms.cut");
  const to = readAddress(reader);
  if (to === null) return refuse("sms.address-invalid");
  const taken = reader.take(serviceTimeOctets);
  const ended = reader.take(serviceTimeOctets);
  const status = reader.octet();
  if (taken === null || ended === null || status === null) return refuse("sms.cut");
  const takenAt = parseServiceTime(taken);
  const endedAt = parseServiceTime(ended);
  const delivery = deliveryOf(status);
  return { ok: true, incoming: { kind: "report", reference, to, takenAt, endedAt, status, delivery } };
}

/** What a status octet means. Reserved values count as the group that they stand in. */
export function deliveryOf(status: number): Delivery {
  if (status === 0x00 || status === 0x02) return "delivered";
  if (status < 0x20) return "unconfirmed";
  if (status < 0x40) return "trying";
  return "failed";
}

/** The alphabet that a data coding scheme names (3GPP TS 23.038, 4), or null where it is compressed or reserved. */
function alphabetOf(coding: number): Alphabet | "data" | null {
  const group = coding >> 4;
  if (group < 8) {
    if ((coding & 0x20) !== 0) return null;
    return (["gsm7", "data", "ucs2", null] as const)[(coding >> 2) & 0x03] ?? null;
  }
  if (group === 0x0c || group === 0x0d) return "gsm7";
  if (group === 0x0e) return "ucs2";
  if (group === 0x0f) return (coding & 0x04) === 0 ? "gsm7" : "data";
  return null;
}
