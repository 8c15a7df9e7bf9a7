import type { ReadFunction, ReadRequest } from "@coldkeep/core/modbus/read-request.ts";
import { hasGoodCrc, rtuFrame } from "@coldkeep/core/modbus/rtu.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { LineEvents, OpenLine } from "../serial/serial-line.ts";

/** What a device on a simulated bus does with one question: bytes, each lot after a while. Nothing is silence. */
export type BusReply = readonly { readonly afterMs: DurationMs; readonly bytes: Uint8Array }[];

/** A serial line on a virtual clock with whatever devices `answer` plays. Opens at once, and again after each end. */
export interface ModbusBus {
  readonly openLine: OpenLine;
  /** Puts bytes on the line that nobody asked for. */
  readonly speak: (bytes: Uint8Array) => void;
  /** Pulls the plug. */
  readonly pull: () => void;
  readonly requests: readonly { readonly request: ReadRequest; readonly atMs: number }[];
}

/** Makes a bus. What was still to come when the plug was pulled comes all the same, to whoever is there then. */
export function modbusBus(clock: Clock, answer: (request: ReadRequest) => BusReply): ModbusBus {
  const requests: { request: ReadRequest; atMs: number }[] = [];
  let listener: LineEvents | null = null;
  const speak = (bytes: Uint8Array): void => listener?.data(bytes);
  return {
    requests,
    speak,
    pull: () => {
      const before = listener;
      listener = null;
      before?.closed("pulled");
    },
    openLine: (_path, _baudRate, events) => {
      let ended = false;
      const end = (reason: string): void => {
        if (ended) return;
        ended = true;
        if (listener === events) listener = null;
        events.closed(reason);
      };
      clock.after(0, () => {
        listener = events;
        events.opened();
      });
      return {
        write: (frame) => {
          const request = typeof frame === "string" ? null : parseRequest(frame);
          if (request === null) return true;
          requests.push({ request, atMs: clock.monotonicMs() });
          for (const { afterMs, bytes } of answer(request)) clock.after(afterMs, () => speak(bytes));
          return true;
        },
        check: () => {},
        close: end,
      };
    },
  };
}

/** The answer to a request as a frame, with these registers. */
export function busAnswer({ unit, function: code }: ReadRequest, registers: readonly number[]): Uint8Array {
  const data = registers.flatMap((value) => [(value >>> 8) & 0xff, value & 0xff]);
  return rtuFrame(unit, Uint8Array.from([code, data.length, ...data]));
}

/** The request in a frame as a device would read it, or null. */
function parseRequest(frame: Uint8Array): ReadRequest | null {
  const [unit = 0, code = 0, addressHigh = 0, addressLow = 0, countHigh = 0, countLow = 0] = frame;
  if (frame.length !== 8 || !hasGoodCrc(frame) || code < 1 || code > 4) return null;
  return {
    unit,
    function: code as ReadFunction,
    address: (addressHigh << 8) | addressLow,
    count: (countHigh << 8) | countLow,
  };
}
