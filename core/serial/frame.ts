import {
  channelPattern,
  channelsMax,
  type ChannelValue,
  counterMax,
  devicePattern,
  type DeviceSample,
  parseChannelValue,
  uptimeMaxMs,
} from "../readings/sample.ts";
import { crc16Hex } from "./crc16.ts";

/** Longest line of the dialect in characters, from `$` to the last CRC digit. */
export const lineLengthMax = 1_024;

/**
 * A line of the serial dialect. `sample` (`$CKT`) goes from the device to the gateway; `acknowledge` (`$CKA`: all samples of that
 * boot up to `sequence` are on disk) and `resend` (`$CKR`: please send the samples `first..last` again) go back.
 * See docs/protocols.md, "Serial".
 */
export type SerialFrame =
  | { readonly kind: "sample"; readonly sample: DeviceSample }
  | {
      readonly kind: "acknowledge";
      readonly device: string;
      readonly boot: number;
      readonly sequence: number;
    }
  | {
      readonly kind: "resend";
      readonly device: string;
      readonly boot: number;
      readonly first: number;
      readonly last: number;
    };

/** Why a line is refused; the codes are counted and listed in docs/errors.md. */
export type FrameErrorCode =
  | "serial.no-start"
  | "serial.no-crc"
  | "serial.crc-wrong"
  | "serial.too-long"
  | "serial.kind-unknown"
  | "serial.field-count"
  | "serial.device-invalid"
  | "serial.number-invalid"
  | "serial.channel-invalid";

/** The outcome of parsing one line: never an exception, whatever the bytes. */
export type FrameResult =
  | { readonly ok: true; readonly frame: SerialFrame }
  | { readonly ok: false; readonly code: FrameErrorCode };

const refuse = (code: FrameErrorCode): FrameResult => ({ ok: false, code });

/** Parses one line without its CR LF. */
export function parseLine(line: string): FrameResult {
  if (line.length > lineLengthMax) return refuse("serial.too-long");
  if (!line.startsWith("$")) return refuse("serial.no-start");
  const star = line.lastIndexOf("*");
  if (star < 0 || !/^[0-9A-Fa-f]{4}$/.test(line.slice(star + 1))) return refuse("serial.no-crc");
  const body = line.slice(1, star);
  if (crc16Hex(body) !== line.slice(star + 1).toUpperCase()) return refuse("serial.crc-wrong");
  const fields = body.split(",");
  switch (fields[0]) {
    case "CKT":
      return parseSample(fields);
    case "CKA":
      return parseAcknowledge(fields);
    case "CKR":
      return parseResend(fields);
    default:
      return refuse("serial.kind-unknown");
  }
}

/** Writes a frame as a line with its CRC, without CR LF. */
export function formatLine(frame: SerialFrame): string {
  const body = formatBody(frame);
  return `$${body}*${crc16Hex(body)}`;
}

function formatBody(frame: SerialFrame): string {
  switch (frame.kind) {
    case "sample": {
      const { device, boot, sequence, uptimeMs, channels } = frame.sample;
      const values = Object.entries(channels).map(([name, value]) => `${name}=${formatValue(value)}`);
      return ["CKT", device, boot, sequence, uptimeMs, ...values].join(",");
    }
    case "acknowledge":
      return ["CKA", frame.device, frame.boot, frame.sequence].join(",");
    case "resend":
      return ["CKR", frame.device, frame.boot, frame.first, frame.last].join(",");
  }
}

/** A channel's value as text: at most four decimals (a tenth of a millikelvin), a fault as its word. */
function formatValue(value: ChannelValue): string {
  return typeof value === "string" ? value : String(Number(value.toFixed(4)));
}

function parseSample(fields: readonly string[]): FrameResult {
  if (fields.length < 6 || fields.length > 5 + channelsMax) return refuse("serial.field-count");
  const [, device = "", bootText = "", sequenceText = "", uptimeText = ""] = fields;
  if (!devicePattern.test(device)) return refuse("serial.device-invalid");
  const boot = parseCounter(bootText, counterMax);
  const sequence = parseCounter(sequenceText, counterMax);
  const uptimeMs = parseCounter(uptimeText, uptimeMaxMs);
  if (boot === null || sequence === null || uptimeMs === null) return refuse("serial.number-invalid");
  const channels = parseChannels(fields.slice(5));
  if (channels === null) return refuse("serial.channel-invalid");
  return { ok: true, frame: { kind: "sample", sample: { device, boot, sequence, uptimeMs, channels } } };
}

function parseChannels(fields: readonly string[]): Record<string, ChannelValue> | null {
  const channels: Record<string, ChannelValue> = {};
  for (const field of fields) {
    const equals = field.indexOf("=");
    const name = field.slice(0, Math.max(equals, 0));
    const value = parseChannelValue(field.slice(equals + 1));
    if (!channelPattern.test(name) || value === null || Object.hasOwn(channels, name)) return null;
    channels[name] = value;
  }
  return channels;
}

function parseAcknowledge(fields: readonly string[]): FrameResult {
  if (fields.length !== 4) return refuse("serial.field-count");
  const [, device = "", bootText = "", sequenceText = ""] = fields;
  if (!devicePattern.test(device)) return refuse("serial.device-invalid");
  const boot = parseCounter(bootText, counterMax);
  const sequence = parseCounter(sequenceText, counterMax);
  if (boot === null || sequence === null) return refuse("serial.number-invalid");
  return { ok: true, frame: { kind: "acknowledge", device, boot, sequence } };
}

function parseResend(fields: readonly string[]): FrameResult {
  if (fields.length !== 5) return refuse("serial.field-count");
  const [, device = "", bootText = "", firstText = "", lastText = ""] = fields;
  if (!devicePattern.test(device)) return refuse("serial.device-invalid");
  const boot = parseCounter(bootText, counterMax);
  const first = parseCounter(firstText, counterMax);
  const last = parseCounter(lastText, counterMax);
  if (boot === null || first === null || last === null || first > last)
    return refuse("serial.number-invalid");
  return { ok: true, frame: { kind: "resend", device, boot, first, last } };
}

function parseCounter(text: string, max: number): number | null {
  if (!/^(0|[1-9]\d{0,12})$/.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
}
