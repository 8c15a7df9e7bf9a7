/** The function codes that Coldkeep sends. It only ever reads: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers. */
export type ReadFunction = 1 | 2 | 3 | 4;

/** One question to one device. */
export interface ReadRequest {
  /** Address of the device: 1 to 247 on a serial line, 0 to 255 over TCP. */
  readonly unit: number;
  readonly function: ReadFunction;
  /** First register or bit as it stands on the wire, from 0: "40001" or "3x0001" in a manual is 0. Range [0, 65535]. */
  readonly address: number;
  /** How many: registers in [1, 125], bits in [1, 2000]. */
  readonly count: number;
}

/** What a device answered: registers as unsigned 16-bit numbers, bits as 0 and 1, or an exception code in [1, 255]. */
export type ReadAnswer =
  | { readonly kind: "values"; readonly values: readonly number[] }
  | { readonly kind: "exception"; readonly exception: number };

/** Why an answer is refused. Each is counted and listed in docs/errors.md. */
export type AnswerErrorCode =
  | "modbus.crc-wrong"
  | "modbus.unit-wrong"
  | "modbus.function-wrong"
  | "modbus.length-wrong"
  | "modbus.ambiguous"
  | "modbus.unasked"
  | "modbus.protocol-wrong"
  | "modbus.timeout"
  | "modbus.exception"
  | "modbus.probation";

/** Most registers that one request may ask for, by the specification. */
export const registersMax = 125;

/** Most bits that one request may ask for, by the specification. */
export const bitsMax = 2_000;

/** Added to a function code by a device that answers with an exception. */
export const exceptionFlag = 0x80;

/** True where the function reads single bits. */
export const readsBits = (code: ReadFunction): boolean => code <= 2;

/** Data bytes that the answer to a request carries. */
export function dataBytes(request: ReadRequest): number {
  return readsBits(request.function) ? Math.ceil(request.count / 8) : request.count * 2;
}

/** The request as function code and data: the same five bytes on a line and over TCP. */
export function requestPdu({ function: code, address, count }: ReadRequest): Uint8Array {
  return Uint8Array.of(code, address >>> 8, address & 0xff, count >>> 8, count & 0xff);
}

/**
 * Reads function code and data of an answer to `request`; never an exception, whatever the bytes. The length must be exactly what was asked
 * for. Unit and integrity are the carrier's to check.
 */
export function parseAnswerPdu(
  request: ReadRequest,
  pdu: Uint8Array,
):
  | { readonly ok: true; readonly answer: ReadAnswer }
  | { readonly ok: false; readonly code: AnswerErrorCode } {
  const [code, second = 0] = pdu;
  if (code === (request.function | exceptionFlag)) {
    if (pdu.length !== 2 || second === 0) return { ok: false, code: "modbus.length-wrong" };
    return { ok: true, answer: { kind: "exception", exception: second } };
  }
  if (code !== request.function) return { ok: false, code: "modbus.function-wrong" };
  const bytes = dataBytes(request);
  if (second !== bytes || pdu.length !== 2 + bytes) return { ok: false, code: "modbus.length-wrong" };
  return { ok: true, answer: { kind: "values", values: readValues(request, pdu.subarray(2)) } };
}

function readValues({ function: code, count }: ReadRequest, data: Uint8Array): number[] {
  return Array.from({ length: count }, (_, index) =>
    readsBits(code)
      ? ((data[index >>> 3] ?? 0) >>> (index & 7)) & 1
      : ((data[2 * index] ?? 0) << 8) | (data[2 * index + 1] ?? 0),
  );
}
