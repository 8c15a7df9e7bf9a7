import type { ReadRequest } from "@coldkeep/core/modbus/read-request.ts";
import {
  findAnswer,
  hasGoodCrc,
  heardBytesMax,
  rtuRequest,
  whyUnanswered,
} from "@coldkeep/core/modbus/rtu.ts";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { CharacterFrame, OpenLine } from "../serial/serial-line.ts";
import type { Carrier, CarrierEvents, Exchange } from "./carrier.ts";

/** Most bytes after an answer that count as the noise of a line that turns round; more may be another answer. */
export const tailNoiseBytesMax = 2;

/** Bits of a character with start, parity and stop bit, and the characters of silence that end a frame. */
const characterBits = 11;
const silenceCharacters = 3.5;

/** How long a line may refuse bytes before it is closed. Unit ms. */
export const refusedWriteMaxMs = 10_000;

/** What a serial carrier is made of. */
export interface RtuParts {
  readonly path: string;
  readonly baudRate: number;
  readonly frame: CharacterFrame;
  /** Silence after an answer that shows that nothing else speaks. Unit ms. */
  readonly pauseMs: DurationMs;
  readonly openLine: OpenLine;
  readonly clock: Clock;
}

interface OpenQuestion {
  readonly request: ReadRequest;
  readonly sentMs: number;
  readonly done: (exchange: Exchange) => void;
  readonly cancelTimeout: Cancel;
}

/** Carries questions over a serial line as RTU frames. */
export function rtuCarrier(parts: RtuParts, events: CarrierEvents): Carrier {
  const { clock } = parts;
  const pauseMs = Math.max(parts.pauseMs, (silenceCharacters * characterBits * 1_000) / parts.baudRate);
  let question: OpenQuestion | null = null;
  /** What came since the question, or since the line fell silent. */
  let heard: Uint8Array = new Uint8Array(0);
  let answered: Extract<Exchange, { ok: true }> | null = null;
  let cancelSilence: Cancel = () => {};
  let refusedMs: number | null = null;

  const line = parts.openLine(
    parts.path,
    parts.baudRate,
    {
      opened: events.opened,
      data: hear,
      closed: (reason) => {
        question?.cancelTimeout();
        cancelSilence();
        question = null;
        events.closed(reason);
      },
    },
    parts.frame,
  );

  function hear(chunk: Uint8Array): void {
    heard = joined(heard, chunk);
    if (question === null) {
      afterSilence(flushUnasked);
      return;
    }
    if (answered !== null) {
      afterSilence(settle);
      return;
    }
    const found = findAnswer(question.request, heard);
    if (!found.found) return;
    question.cancelTimeout();
    const roundTripMs = clock.monotonicMs() - question.sentMs;
    answered = { ok: true, answer: found.answer, roundTripMs, answeredAt: clock.epochMs(), raw: heard };
    afterSilence(settle);
  }

  function afterSilence(call: () => void): void {
    cancelSilence();
    cancelSilence = clock.after(pauseMs, call);
  }

  /** The line has fallen silent after an answer: only now is it known that the answer stands alone. */
  function settle(): void {
    if (question === null || answered === null) return;
    const found = findAnswer(question.request, heard);
    const alone = found.found && found.after <= tailNoiseBytesMax;
    finish(alone ? answered : { ok: false, code: "modbus.ambiguous", raw: heard });
  }

  function timeOut(request: ReadRequest): void {
    const code = whyUnanswered(request, heard);
    finish({ ok: false, code, raw: heard.length === 0 ? rtuRequest(request) : heard });
  }

  function finish(exchange: Exchange): void {
    const done = question?.done;
    cancelSilence();
    question = null;
    answered = null;
    heard = new Uint8Array(0);
    done?.(exchange);
  }

  function flushUnasked(): void {
    const raw = heard;
    heard = new Uint8Array(0);
    if (raw.length > 0) events.unasked(raw, hasGoodCrc(raw) ? (raw[0] ?? null) : null);
  }

  function write(frame: Uint8Array): void {
    if (line.write(frame)) refusedMs = null;
    else {
      refusedMs ??= clock.monotonicMs();
      if (clock.monotonicMs() - refusedMs > refusedWriteMaxMs) line.close("the line takes no bytes");
    }
  }

  return {
    ask: (request, timeoutMs, done) => {
      cancelSilence();
      flushUnasked();
      const cancelTimeout = clock.after(timeoutMs, () => timeOut(request));
      question = { request, sentMs: clock.monotonicMs(), done, cancelTimeout };
      write(rtuRequest(request));
    },
    check: line.check,
    close: line.close,
  };
}

/** Bytes one after the other; of too many the newest are kept, which is where an answer would be. */
function joined(one: Uint8Array, two: Uint8Array): Uint8Array {
  return Uint8Array.from([...one, ...two].slice(-heardBytesMax));
}
