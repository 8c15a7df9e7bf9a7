import { crc16Modbus } from "../serial/crc16.ts";
import {
  type AnswerErrorCode,
  dataBytes,
  exceptionFlag,
  parseAnswerPdu,
  type ReadAnswer,
  type ReadRequest,
  requestPdu,
} from "./read-request.ts";

/** Most bytes that are kept of what comes after one request: the longest frame of 256 and as much noise. */
export const heardBytesMax = 512;

/** Bytes of an exception: unit, function, code, CRC. */
const exceptionBytes = 5;

/** A request as a frame for a serial line: unit, function, data, CRC with its low byte first. */
export function rtuRequest(request: ReadRequest): Uint8Array {
  return rtuFrame(request.unit, requestPdu(request));
}

/** A frame for a serial line around any function code and data. */
export function rtuFrame(unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(pdu.length + 3);
  frame[0] = unit;
  frame.set(pdu, 1);
  const crc = crc16Modbus(frame.subarray(0, -2));
  frame[frame.length - 2] = crc & 0xff;
  frame[frame.length - 1] = crc >>> 8;
  return frame;
}

/** True where the last two bytes are the CRC of those before. */
export function hasGoodCrc(frame: Uint8Array): boolean {
  const low = frame[frame.length - 2] ?? 0;
  const high = frame[frame.length - 1] ?? 0;
  return frame.length >= 4 && crc16Modbus(frame.subarray(0, -2)) === ((high << 8) | low);
}

/** What was found in the bytes after a request: nothing whole yet, or an answer with the bytes that stand after it. */
export type Heard =
  | { readonly found: false }
  | {
      readonly found: true;
      readonly answer: ReadAnswer;
      /** Bytes after the answer. More than none: something else speaks, and whose answer this is cannot be told. */
      readonly after: number;
    };

/**
 * Looks for the answer to `request` in what came since it was sent. Passes over the request itself (adapters that hear themselves) and over
 * noise before the answer (lines that turn round). Only unit, function, length and CRC together make an answer.
 */
export function findAnswer(request: ReadRequest, heard: Uint8Array): Heard {
  const bytes = withoutEcho(request, heard);
  for (let start = 0; start + exceptionBytes <= bytes.length; start += 1) {
    if (bytes[start] !== request.unit) continue;
    const length = frameLength(request, bytes.subarray(start));
    const frame = bytes.subarray(start, start + length);
    if (length === 0 || frame.length < length || !hasGoodCrc(frame)) continue;
    const parsed = parseAnswerPdu(request, frame.subarray(1, -2));
    if (parsed.ok) return { found: true, answer: parsed.answer, after: bytes.length - start - length };
  }
  return { found: false };
}

/** Says why what came until the time was over is no answer. */
export function whyUnanswered(request: ReadRequest, heard: Uint8Array): AnswerErrorCode {
  const bytes = withoutEcho(request, heard);
  if (bytes.length === 0) return "modbus.timeout";
  if (!hasGoodCrc(bytes)) return "modbus.crc-wrong";
  if (bytes[0] !== request.unit) return "modbus.unit-wrong";
  const parsed = parseAnswerPdu(request, bytes.subarray(1, -2));
  return parsed.ok ? "modbus.crc-wrong" : parsed.code;
}

/** The length of the frame that begins here by its first bytes, or 0 where it cannot be an answer to the request. */
function frameLength(request: ReadRequest, frame: Uint8Array): number {
  if (frame[1] === (request.function | exceptionFlag)) return exceptionBytes;
  const bytes = dataBytes(request);
  return frame[1] === request.function && frame[2] === bytes ? 5 + bytes : 0;
}

/** What was heard without the request that an adapter gives back; nothing while it may still be coming. */
function withoutEcho(request: ReadRequest, heard: Uint8Array): Uint8Array {
  const own = rtuRequest(request);
  const length = Math.min(own.length, heard.length);
  for (let index = 0; index < length; index += 1) {
    if (heard[index] !== own[index]) return heard;
  }
  return heard.subarray(length);
}
