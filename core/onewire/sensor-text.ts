import type { ChannelValue } from "../readings/sample.ts";
import { crc8 } from "./crc8.ts";

/** Longest text of a sensor's file in bytes; what the kernel writes is shorter than 100. */
export const sensorTextBytesMax = 512;

/** Longest that a sensor takes to convert, at its finest resolution. Unit ms. */
export const conversionMaxMs = 750;

/** Why a sensor's file gives no value; the codes are counted and listed in docs/errors.md. */
export type SensorErrorCode =
  | "onewire.too-long"
  | "onewire.shape-invalid"
  | "onewire.crc-wrong"
  | "onewire.scratchpad-empty";

/** The outcome of reading a file's text: degrees Celsius or a fault word. Never an exception. */
export type SensorResult =
  | { readonly ok: true; readonly value: ChannelValue }
  | { readonly ok: false; readonly code: SensorErrorCode };

/** Families of temperature sensors, as the first two digits of their ids. */
const families = { ds18s20: "10", ds1822: "22", ds18b20: "28", ds1825: "3b", ds28ea00: "42" } as const;

/** The id of a temperature sensor in the kernel's way: family, a hyphen, twelve hexadecimal digits. */
export function isSensorId(name: string): boolean {
  const family = /^([0-9a-f]{2})-[0-9a-f]{12}$/.exec(name)?.[1];
  return Object.values<string>(families).includes(family ?? "");
}

const refuse = (code: SensorErrorCode): SensorResult => ({ ok: false, code });

const bytesLine = /^((?:[0-9a-f]{2} ){8}[0-9a-f]{2}) : crc=([0-9a-f]{2}) (YES|NO)$/;
const valueLine = /^((?:[0-9a-f]{2} ){8}[0-9a-f]{2}) t=(-?\d{1,7})$/;

/**
 * Reads the text of `w1_slave`: the scratchpad twice, with the kernel's judgement of its CRC and the temperature in thousandths of a degree.
 * The CRC is checked here too. See docs/protocols.md, "1-Wire".
 */
export function readSlaveText(id: string, bytes: Uint8Array): SensorResult {
  if (bytes.length > sensorTextBytesMax) return refuse("onewire.too-long");
  const [first = "", second = "", ...rest] = textOf(bytes).split("\n");
  const judged = bytesLine.exec(first);
  const told = valueLine.exec(second);
  if (judged === null || told === null || rest.some((line) => line !== ""))
    return refuse("onewire.shape-invalid");
  const scratchpad = scratchpadOf(judged[1] ?? "");
  // A line shorted to ground reads as zeros, and the CRC of zeros is zero.
  if (scratchpad.every((byte) => byte === 0)) return refuse("onewire.scratchpad-empty");
  if (judged[3] !== "YES" || crc8(scratchpad) !== 0) return refuse("onewire.crc-wrong");
  return { ok: true, value: valueOf(id, scratchpad, Number(told[2])) };
}

/** Reads the text of `temperature`: thousandths of a degree alone. 85 degrees are believed here, since nothing says otherwise. */
export function readTemperatureText(bytes: Uint8Array): SensorResult {
  if (bytes.length > sensorTextBytesMax) return refuse("onewire.too-long");
  const text = textOf(bytes).replace(/\n$/, "");
  if (!/^-?\d{1,7}$/.test(text)) return refuse("onewire.shape-invalid");
  return { ok: true, value: plausible(Number(text)) };
}

/** The temperature of a scratchpad's first two bytes in degrees Celsius: sixteenths, two's complement, low byte first. */
export function celsiusOfRaw(low: number, high: number): number {
  return ((((high << 8) | low) << 16) >> 16) / 16;
}

function valueOf(id: string, scratchpad: Uint8Array, thousandths: number): ChannelValue {
  const [low = 0, high = 0] = scratchpad;
  if (id.startsWith(families.ds18s20)) {
    // Half degrees, and the value of before the first conversion is 85 in them as well.
    return low === 0xaa && high === 0 && thousandths === 85_000 ? "power-on" : plausible(thousandths);
  }
  const celsius = celsiusOfRaw(low, high);
  // After a conversion to a true 85.0 this byte is something else.
  if (celsius === 85 && scratchpad[6] === 0x0c) return "power-on";
  return plausible(celsius * 1_000);
}

/** 127.94: too little power to convert; -127: nobody answers; beyond -55 to 125: outside what the sensor can measure. */
function plausible(thousandths: number): ChannelValue {
  if (thousandths >= 127_937 && thousandths <= 127_938) return "bus";
  if (thousandths === -127_000) return "disconnected";
  if (thousandths < -55_000 || thousandths > 125_000) return "range";
  return thousandths / 1_000 + 0;
}

const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

const scratchpadOf = (text: string): Uint8Array =>
  Uint8Array.from(text.split(" "), (pair) => Number.parseInt(pair, 16));
