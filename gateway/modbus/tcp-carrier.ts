import { messageSplitter, tcpFrame, type TcpMessage } from "@coldkeep/core/modbus/mbap.ts";
import { parseAnswerPdu, type ReadRequest, requestPdu } from "@coldkeep/core/modbus/read-request.ts";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { Carrier, CarrierEvents, Exchange } from "./carrier.ts";
import type { OpenLink } from "./tcp-link.ts";

/** What a TCP carrier is made of. */
export interface TcpParts {
  readonly host: string;
  readonly port: number;
  readonly openLink: OpenLink;
  readonly clock: Clock;
}

interface OpenQuestion {
  readonly request: ReadRequest;
  readonly transaction: number;
  readonly sentMs: number;
  readonly done: (exchange: Exchange) => void;
  readonly cancelTimeout: Cancel;
}

/** Carries questions over a TCP connection. A transaction number comes round only after 65,536 questions. */
export function tcpCarrier(parts: TcpParts, events: CarrierEvents): Carrier {
  const { clock } = parts;
  const splitter = messageSplitter();
  let transaction = 0;
  let question: OpenQuestion | null = null;

  const link = parts.openLink(parts.host, parts.port, {
    opened: events.opened,
    data: (chunk) => {
      const { messages, broken } = splitter.push(chunk);
      for (const message of messages) hear(message);
      if (!broken) return;
      events.broken(chunk);
      link.close("what came is not Modbus");
    },
    closed: (reason) => {
      question?.cancelTimeout();
      question = null;
      events.closed(reason);
    },
  });

  function hear(message: TcpMessage): void {
    const raw = tcpFrame(message);
    if (question === null || message.transaction !== question.transaction) {
      events.unasked(raw, message.unit);
      return;
    }
    const parsed = parseAnswerPdu(question.request, message.pdu);
    if (message.unit !== question.request.unit) finish({ ok: false, code: "modbus.unit-wrong", raw });
    else if (!parsed.ok) finish({ ok: false, code: parsed.code, raw });
    else {
      const roundTripMs = clock.monotonicMs() - question.sentMs;
      finish({ ok: true, answer: parsed.answer, roundTripMs, answeredAt: clock.epochMs(), raw });
    }
  }

  function finish(exchange: Exchange): void {
    const done = question?.done;
    question?.cancelTimeout();
    question = null;
    done?.(exchange);
  }

  return {
    ask: (request, timeoutMs, done) => {
      transaction = (transaction + 1) % 0x1_0000;
      const frame = tcpFrame({ transaction, unit: request.unit, pdu: requestPdu(request) });
      const cancelTimeout = clock.after(timeoutMs, () =>
        finish({ ok: false, code: "modbus.timeout", raw: frame }),
      );
      question = { request, transaction, sentMs: clock.monotonicMs(), done, cancelTimeout };
      link.write(frame);
    },
    // A dead end is noticed by the system's own questions, see tcp-link.ts.
    check: () => {},
    close: link.close,
  };
}
