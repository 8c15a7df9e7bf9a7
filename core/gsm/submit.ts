import { dayMs, type DurationMs, hourMs, minuteMs } from "../time/millis.ts";
import { encodeAddress, readAddress, readServiceCentre } from "./address.ts";
import { fromHex, octetReader, toHex } from "./octets.ts";
import type { PduErrorCode } from "./incoming.ts";
import { type PartOf, readUserData, type UserData } from "./user-data.ts";

/** A message as it is handed to a modem. `pdu` in hexadecimal digits; `octets` is the length that `AT+CMGS=` wants. */
export interface Submit {
  readonly pdu: string;
  readonly octets: number;
}

/** What an SMS-SUBMIT says, for whoever stands in for a network. */
export interface ReadSubmit {
  readonly to: string;
  readonly text: string | null;
  readonly partOf: PartOf | null;
  readonly wantsReport: boolean;
  readonly validity: number | null;
}

const kindSubmit = 0x01;
const relativeValidity = 0x10;
const wantsReport = 0x20;
const withHeader = 0x40;

/** The data coding schemes that we write. */
const codingOf = { gsm7: 0x00, ucs2: 0x08 } as const;

/**
 * An SMS-SUBMIT (3GPP TS 23.040, 9.2.2.2) to a number of `numberPattern`, through the service centre that the SIM names. The modem numbers
 * it itself. `validityMs` is rounded up to what the field can say.
 */
export function encodeSubmit(message: {
  readonly to: string;
  readonly data: UserData;
  readonly validityMs: DurationMs;
  readonly report: boolean;
}): Submit {
  const { to, data } = message;
  const first =
    kindSubmit |
    relativeValidity |
    (message.report ? wantsReport : 0) |
    (data.partOf === null ? 0 : withHeader);
  const octets = Uint8Array.from([
    first,
    0x00,
    ...encodeAddress(to),
    0x00,
    codingOf[data.alphabet],
    validityCode(message.validityMs),
    data.length,
    ...data.octets,
  ]);
  return { pdu: `00${toHex(octets)}`, octets: octets.length };
}

/** The relative validity period's code for at least so long (3GPP TS 23.040, 9.2.3.12.1): 5 min to 63 weeks. */
export function validityCode(validityMs: DurationMs): number {
  const within = (length: number, first: number, last: number): number =>
    Math.min(last, Math.max(first, Math.ceil(length)));
  if (validityMs <= 12 * hourMs) return within(validityMs / (5 * minuteMs) - 1, 0, 143);
  if (validityMs <= dayMs) return within((validityMs - 12 * hourMs) / (30 * minuteMs) + 143, 144, 167);
  if (validityMs <= 30 * dayMs) return within(validityMs / dayMs + 166, 168, 196);
  return within(validityMs / (7 * dayMs) + 192, 197, 255);
}

/** Reads an SMS-SUBMIT. Never throws. */
export function decodeSubmit(
  pdu: string,
): { readonly ok: true; readonly submit: ReadSubmit } | { readonly ok: false; readonly code: PduErrorCode } {
  const octets = fromHex(pdu.trim());
  if (octets === null) return { ok: false, code: "sms.not-hex" };
  const reader = octetReader(octets);
  if (readServiceCentre(reader) === null) return { ok: false, code: "sms.address-invalid" };
  const first = reader.octet();
  const reference = reader.octet();
  if (first === null || reference === null) return { ok: false, code: "sms.cut" };
  if ((first & 0x03) !== kindSubmit) return { ok: false, code: "sms.kind-unknown" };
  const to = readAddress(reader);
  if (to === null) return { ok: false, code: "sms.address-invalid" };
  const protocol = reader.octet();
  const coding = reader.octet();
  const format = (first >> 3) & 0x03;
  const validity = format === 0 ? new Uint8Array() : reader.take(format === 2 ? 1 : 7);
  const length = reader.octet();
  if (protocol === null || coding === null || validity === null || length === null)
    return { ok: false, code: "sms.cut" };
  if (coding !== codingOf.gsm7 && coding !== codingOf.ucs2)
    return { ok: false, code: "sms.alphabet-unknown" };
  const content = reader.take(reader.left()) ?? new Uint8Array();
  const alphabet = coding === codingOf.gsm7 ? "gsm7" : "ucs2";
  const data = readUserData(content, length, alphabet, (first & withHeader) !== 0);
  if (data === null) return { ok: false, code: "sms.length-wrong" };
  const submit = {
    to,
    ...data,
    wantsReport: (first & wantsReport) !== 0,
    validity: format === 2 ? (validity[0] ?? null) : null,
  };
  return { ok: true, submit };
}
