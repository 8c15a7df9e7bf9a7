import type { Fault } from "../readings/reading.ts";
import { type ChannelValue, plausibleCelsius } from "../readings/sample.ts";
import type { ModbusChannel } from "./profile.ts";
import { pt100Celsius, pt100OhmMax } from "./pt100.ts";

/** Decimals that a value keeps: a tenth of a millikelvin. */
const decimals = 4;

/**
 * What a channel shows: a number in its unit (degrees Celsius for PT100 too) or a fault word. `words` are its registers as they came, in the
 * order of the wire, or its one bit; `status` its status register, where it has one.
 */
export function channelValue(
  channel: ModbusChannel,
  words: readonly number[],
  status: number | null,
): ChannelValue {
  const broken = statusFault(channel, status);
  if (broken !== null) return broken;
  if (channel.function <= 2) return words[0] ?? "unspecified";
  if (channel.bit !== undefined)
    return (rawNumber({ ...channel, type: "uint16" }, words) >>> channel.bit) & 1;
  const raw = rawNumber(channel, words);
  const sentinel = channel.sentinels.find((one) => sameRaw(channel, one.raw, raw));
  if (sentinel !== undefined) return sentinel.fault;
  if (!Number.isFinite(raw)) return "unspecified";
  return inUnit(channel, raw * channel.scale + channel.offset);
}

/** The fault that an exception code stands for on this channel; null where it says nothing about the sensor. */
export function exceptionFault(channel: ModbusChannel, exception: number): Fault | null {
  return channel.exceptions.find(({ raw }) => raw === exception)?.fault ?? null;
}

function inUnit(channel: ModbusChannel, value: number): ChannelValue {
  const shown = channel.unit === "ohm-pt100" ? pt100Celsius(value) : value;
  if (shown === null) return value > pt100OhmMax ? "open" : "short";
  const rounded = Number(shown.toFixed(decimals)) + 0;
  if (channel.range !== undefined && (rounded < channel.range.min || rounded > channel.range.max))
    return "range";
  if (channel.unit === "number") return rounded;
  return plausibleCelsius(rounded) ?? "implausible";
}

function statusFault({ status: rules }: ModbusChannel, status: number | null): Fault | null {
  if (rules === undefined) return null;
  if (status === null) return "unspecified";
  const exact = rules.values.find(({ raw }) => raw === status);
  if (exact !== undefined) return exact.fault;
  const bits = rules.bits
    .filter(({ raw }) => (status & raw) === raw)
    .toSorted((one, two) => bitCount(two.raw) - bitCount(one.raw) || two.raw - one.raw)[0];
  if (bits !== undefined) return bits.fault;
  return status === 0 ? null : (rules.otherwise ?? null);
}

function bitCount(value: number): number {
  let bits = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

/** The number in the registers before scale and offset. */
function rawNumber(channel: Pick<ModbusChannel, "type" | "wordOrder">, words: readonly number[]): number {
  const swapped = channel.wordOrder === "BADC" || channel.wordOrder === "DCBA";
  const bytes = words.map((word) => (swapped ? ((word & 0xff) << 8) | (word >>> 8) : word));
  const [first = 0, second = 0] =
    channel.wordOrder === "CDAB" || channel.wordOrder === "DCBA" ? bytes.toReversed() : bytes;
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, first);
  view.setUint16(2, second);
  switch (channel.type) {
    case "int16":
      return view.getInt16(0);
    case "uint16":
      return view.getUint16(0);
    case "int32":
      return view.getInt32(0);
    case "float32":
      return view.getFloat32(0);
  }
}

/** A sentinel may be written as the number or as its bits: 0x8000 and -32768 are the same of an int16. */
function sameRaw({ type }: ModbusChannel, sentinel: number, raw: number): boolean {
  switch (type) {
    case "int16":
    case "uint16":
      return Number.isInteger(sentinel) && Math.abs(sentinel) <= 0xffff && ((sentinel ^ raw) & 0xffff) === 0;
    case "int32":
      return Number.isInteger(sentinel) && Math.abs(sentinel) <= 0xffff_ffff && (sentinel | 0) === raw;
    case "float32":
      return Object.is(Math.fround(sentinel), raw) || Math.fround(sentinel) === raw;
  }
}
