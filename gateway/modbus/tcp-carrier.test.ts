import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageSplitter, tcpFrame, type TcpMessage } from "@coldkeep/core/modbus/mbap.ts";
import type { ReadRequest } from "@coldkeep/core/modbus/read-request.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { Exchange } from "./carrier.ts";
import { tcpCarrier } from "./tcp-carrier.ts";
import type { LinkEvents } from "./tcp-link.ts";

const timeoutMs = 1_000;
const question: ReadRequest = { unit: 3, function: 3, address: 0, count: 1 };

/** A carrier whose other end `answer` plays: messages or bytes, each after a while. */
function far(answer: (asked: TcpMessage) => { afterMs: number; bytes: Uint8Array }[]) {
  const clock: VirtualClock = virtualClock(0);
  const told: { unasked: number; broken: number; closed: string[] } = { unasked: 0, broken: 0, closed: [] };
  const carrier = tcpCarrier(
    {
      host: "h",
      port: 502,
      clock,
      openLink: (_host, _port, events: LinkEvents) => ({
        write: (frame) => {
          for (const asked of messageSplitter().push(frame).messages) {
            for (const { afterMs, bytes } of answer(asked)) clock.after(afterMs, () => events.data(bytes));
          }
        },
        close: events.closed,
      }),
    },
    {
      opened: () => {},
      closed: (reason) => told.closed.push(reason),
      unasked: () => {
        told.unasked += 1;
      },
      broken: () => {
        told.broken += 1;
      },
    },
  );
  return { clock, carrier, told };
}

const value = (asked: TcpMessage, number: number): Uint8Array =>
  tcpFrame({ ...asked, pdu: Uint8Array.of(3, 2, number >> 8, number & 0xff) });

describe("questions over TCP", () => {
  test("late, early and doubled answers are never those of another question", () => {
    const delays = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(delays, (list) => {
        let nth = 0;
        const there = far((asked) => {
          const afterMs = list[nth % list.length] ?? 0;
          const bytes = value(asked, nth);
          nth += 1;
          return [
            { afterMs, bytes },
            { afterMs: afterMs + 1, bytes },
          ];
        });
        list.forEach((afterMs, index) => {
          const came: Exchange[] = [];
          there.carrier.ask(question, timeoutMs, (exchange) => came.push(exchange));
          there.clock.advance(timeoutMs);
          const [exchange] = came;
          expect(came.length).toBe(1);
          if (exchange?.ok === true) expect(exchange.answer).toEqual({ kind: "values", values: [index] });
          else expect(exchange?.code).toBe("modbus.timeout");
          expect(exchange?.ok).toBe(afterMs < timeoutMs || (afterMs === timeoutMs && exchange?.ok));
        });
      }),
    );
  });

  test("every chunking of what comes is the same answer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), (cut) => {
        const there = far((asked) => [
          { afterMs: 1, bytes: value(asked, 41).subarray(0, cut) },
          { afterMs: 2, bytes: value(asked, 41).subarray(cut) },
        ]);
        let got: Exchange | null = null;
        there.carrier.ask(question, timeoutMs, (exchange) => {
          got = exchange;
        });
        there.clock.advance(timeoutMs);
        expect(got).toMatchObject({ ok: true, answer: { values: [41] }, roundTripMs: 2 });
      }),
    );
  });

  test.each([
    ["another unit", (asked: TcpMessage) => value({ ...asked, unit: 4 }, 41), "modbus.unit-wrong"],
    [
      "another function",
      (asked: TcpMessage) => tcpFrame({ ...asked, pdu: Uint8Array.of(4, 2, 0, 41) }),
      "modbus.function-wrong",
    ],
    [
      "another length",
      (asked: TcpMessage) => tcpFrame({ ...asked, pdu: Uint8Array.of(3, 4, 0, 41) }),
      "modbus.length-wrong",
    ],
  ])("%s is no answer", (_, bytes, code) => {
    const there = far((asked) => [{ afterMs: 1, bytes: bytes(asked) }]);
    const codes: string[] = [];
    there.carrier.ask(question, timeoutMs, (exchange) =>
      codes.push(exchange.ok ? "answered" : exchange.code),
    );
    there.clock.advance(timeoutMs);
    expect(codes).toEqual([code]);
  });

  test("no bytes make it throw or answer; what is not Modbus closes the connection", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 7, maxLength: 300 }), (bytes) => {
        fc.pre(bytes[2] !== 0);
        const there = far(() => [{ afterMs: 1, bytes }]);
        const came: Exchange[] = [];
        there.carrier.ask(question, timeoutMs, (exchange) => came.push(exchange));
        there.clock.advance(timeoutMs);
        expect(came).toEqual([]);
        expect(there.told).toEqual({ unasked: 0, broken: 1, closed: ["what came is not Modbus"] });
        expect(there.clock.pending()).toBe(0);
      }),
    );
  });
});
