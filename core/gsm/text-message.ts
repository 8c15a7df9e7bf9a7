import type { EpochMs } from "../time/millis.ts";
import { fromHex } from "./octets.ts";
import { parseTextTime } from "./service-time.ts";

/** Longest text that is put together of lines in text mode. Unit characters. */
export const textCharactersMax = 1_000;

/** Who sent a message in text mode, when, and how its text is written. */
export interface TextHeader {
  readonly from: string;
  readonly at: EpochMs | null;
  readonly isUcs2: boolean;
}

/**
 * Reads the header of a message in text mode, `"<number>",<name>,"<time>"` and, where long headers are on, `,<type>,<first
 * octet>,<protocol>,<coding>,...` (3GPP TS 27.005, 3.4.3), with the state in front in an answer to `AT+CMGR`. Null where it is none.
 */
export function readTextHeader(
  name: string,
  fields: readonly string[],
  quoted: readonly boolean[],
): TextHeader | null {
  if (name !== "+CMGR" && name !== "+CMT") return null;
  const skip = name === "+CMGR" ? 1 : 0;
  if (quoted[skip] !== true) return null;
  const from = fields[skip] ?? "";
  if (!/^[+\w .-]{1,40}$/.test(from)) return null;
  const timeAt = fields.findIndex((field, index) => index > skip && /^\d\d\/\d\d\/\d\d,/.test(field));
  const coding = timeAt < 0 ? NaN : Number(fields[timeAt + 4] ?? NaN);
  return {
    from,
    at: timeAt < 0 ? null : parseTextTime(fields[timeAt] ?? ""),
    isUcs2: Number.isInteger(coding) && coding >= 0 && (coding & 0xec) === 0x08,
  };
}

/** The text of UCS-2 in hexadecimal digits, or the text as it is where it is none. */
export function fromUcs2Hex(text: string): string {
  const octets = text.length % 4 === 0 ? fromHex(text) : null;
  if (octets === null) return text;
  let read = "";
  for (let place = 0; place < octets.length; place += 2)
    read += String.fromCharCode(((octets[place] ?? 0) << 8) | (octets[place + 1] ?? 0));
  return read;
}
