import { fromSeptets, packSeptets, toSeptets, unpackSeptets } from "./gsm7.ts";
import { fromHex, toHex } from "./octets.ts";
import { fromUcs2Hex } from "./text-message.ts";

/** What a query code may be: what a telephone's keys write. */
export const creditCodePattern = /^[*#0-9]{2,20}$/;

/** A question to the network. Some modems want it in packed septets: those refuse the plain one. */
export function creditCommand(code: string, isPacked: boolean): string {
  const written = isPacked ? toHex(packSeptets((toSeptets(code) ?? []).flat())) : code;
  return `AT+CUSD=1,"${written}",15`;
}

/** What `+CUSD: <state>,"<text>",<coding>` says, whichever way the modem writes it, or null where it says nothing. */
export function creditText(fields: readonly string[]): string | null {
  const text = fields[1] ?? "";
  if (text === "") return null;
  const coding = Number(fields[2] ?? 15);
  const octets = fromHex(text);
  if (octets === null || text.length < 8) return text;
  if (coding === 72 || (coding < 0x40 && (coding & 0x0c) === 0x08)) return fromUcs2Hex(text);
  const packed = fromSeptets(unpackSeptets(octets, Math.floor((octets.length * 8) / 7)) ?? []);
  return /^[\x20-\x7e€£\r\n]+$/.test(packed.replace(/[@\r]$/, "")) ? packed.replace(/[@\r]$/, "") : text;
}

/** The amount in what the network says: the first group of the pattern (else the whole), with a comma or point in front of at most two digits. */
export function creditOf(text: string, pattern: RegExp): number | null {
  const match = pattern.exec(text);
  const found = match?.[1] ?? match?.[0] ?? "";
  const number = /^(-?)([\d.,' ]*?)(?:[.,](\d{1,2}))?$/.exec(found.trim());
  const whole = number?.[2]?.replaceAll(/\D/g, "") ?? "";
  if (number === null || (whole === "" && number[3] === undefined)) return null;
  return Number(`${number[1]}${whole === "" ? "0" : whole}.${number[3] ?? "0"}`);
}
