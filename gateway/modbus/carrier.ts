import type { AnswerErrorCode, ReadAnswer, ReadRequest } from "@coldkeep/core/modbus/read-request.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";

/** What came of one question. */
export type Exchange =
  | {
      readonly ok: true;
      readonly answer: ReadAnswer;
      /** Time from the question's sending to the answer's last byte. Unit ms. */
      readonly roundTripMs: DurationMs;
      readonly answeredAt: EpochMs;
      readonly raw: Uint8Array;
    }
  | { readonly ok: false; readonly code: AnswerErrorCode; readonly raw: Uint8Array };

/** What a carrier tells. `closed` comes exactly once, with the reason; a question that is open then is never answered. */
export interface CarrierEvents {
  readonly opened: () => void;
  readonly closed: (reason: string) => void;
  /** Bytes that belong to no question. `unit` is who sent them, where that can be told. */
  readonly unasked: (raw: Uint8Array, unit: number | null) => void;
  /** What came is not Modbus; the carrier closes. */
  readonly broken: (raw: Uint8Array) => void;
}

/**
 * Carries one question at a time to the devices of a line or connection. An answer is only ever the answer to the question that is open, as far
 * as the wire lets that be known: what a serial line leaves open is closed by the rests and probations of polling.ts.
 */
export interface Carrier {
  /** Asks; `done` is called once unless the carrier closes. Not to be called while a question is open. */
  readonly ask: (request: ReadRequest, timeoutMs: DurationMs, done: (exchange: Exchange) => void) => void;
  /** Looks whether the connection still is what it was; if not, it closes. */
  readonly check: () => void;
  readonly close: (reason: string) => void;
}

/** Opens a carrier. */
export type OpenCarrier = (events: CarrierEvents) => Carrier;
