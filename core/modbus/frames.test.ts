import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageSplitter, tcpFrame } from "./mbap.ts";
import { parseAnswerPdu, type ReadRequest, requestPdu } from "./read-request.ts";
import { findAnswer, heardBytesMax, rtuFrame, rtuRequest, whyUnanswered } from "./rtu.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const spaced = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

const one: ReadRequest = { unit: 1, function: 3, address: 0, count: 1 };

describe("requests on a serial line", () => {
  test.each([
    [one, "01 03 00 00 00 01 84 0A"],
    [{ ...one, count: 2 }, "01 03 00 00 00 02 C4 0B"],
    [{ ...one, function: 4 }, "01 04 00 00 00 01 31 CA"],
    [{ ...one, address: 1, count: 2 }, "01 03 00 01 00 02 95 CB"],
  ] as const)("%j is %s", (request, frame) => expect(spaced(rtuRequest(request))).toBe(frame));
});

describe("answers on a serial line", () => {
  test.each([
    ["01 03 02 00 29 79 9A", [0x29]],
    ["01 03 02 FE E8 F8 6A", [0xfee8]],
  ])("%s", (frame, values) => {
    expect(findAnswer(one, hex(frame))).toEqual({
      found: true,
      answer: { kind: "values", values },
      after: 0,
    });
  });

  test("an exception is an answer", () => {
    expect(findAnswer(one, rtuFrame(1, Uint8Array.of(0x83, 0xa0)))).toMatchObject({
      answer: { kind: "exception", exception: 0xa0 },
    });
  });

  test("bits come lowest first", () => {
    const request: ReadRequest = { unit: 1, function: 2, address: 5, count: 10 };
    expect(findAnswer(request, rtuFrame(1, Uint8Array.of(2, 2, 0b0000_0101, 0b10)))).toMatchObject({
      answer: { values: [1, 0, 1, 0, 0, 0, 0, 0, 0, 1] },
    });
  });

  test.each([
    ["nothing", hex(""), "modbus.timeout"],
    ["only our own request come back", rtuRequest(one), "modbus.timeout"],
    ["another unit", rtuFrame(2, hex("03 02 00 29")), "modbus.unit-wrong"],
    ["another function", rtuFrame(1, hex("04 02 00 29")), "modbus.function-wrong"],
    ["more registers than asked for", rtuFrame(1, hex("03 04 00 29 00 2A")), "modbus.length-wrong"],
    ["an exception of another function", rtuFrame(1, hex("84 02")), "modbus.function-wrong"],
    ["one bit changed", hex("01 03 02 00 28 79 9A"), "modbus.crc-wrong"],
    ["cut off", hex("01 03 02 00"), "modbus.crc-wrong"],
  ])("%s is no answer", (_, heard, code) => {
    expect(findAnswer(one, heard)).toEqual({ found: false });
    expect(whyUnanswered(one, heard)).toBe(code);
  });

  test("our own request and noise before the answer are passed over, and what follows it is seen", () => {
    const answer = hex("01 03 02 00 29 79 9A");
    const heard = Uint8Array.from([...rtuRequest(one), 0, 0xff, ...answer, 1, 2, 3]);
    expect(findAnswer(one, heard)).toMatchObject({ found: true, answer: { values: [41] }, after: 3 });
  });
});

const request: fc.Arbitrary<ReadRequest> = fc.record({
  unit: fc.integer({ min: 1, max: 247 }),
  function: fc.constantFrom<ReadRequest["function"][]>(1, 2, 3, 4),
  address: fc.integer({ min: 0, max: 65_400 }),
  count: fc.integer({ min: 1, max: 125 }),
});

/** The answer's function code and data as a device would write them. */
function answerPdu({ function: code, count }: ReadRequest, values: readonly number[]): Uint8Array {
  if (code <= 2) {
    const bytes = new Uint8Array(Math.ceil(count / 8));
    for (let bit = 0; bit < count; bit += 1)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | ((values[bit] ?? 0) << (bit & 7));
    return Uint8Array.from([code, bytes.length, ...bytes]);
  }
  return Uint8Array.from([code, 2 * count, ...values.flatMap((value) => [value >> 8, value & 0xff])]);
}

const exchange = request.chain((asked) =>
  fc.record({
    asked: fc.constant(asked),
    values: fc.array(fc.integer({ min: 0, max: asked.function <= 2 ? 1 : 0xffff }), {
      minLength: asked.count,
      maxLength: asked.count,
    }),
  }),
);

describe("whatever the bytes", () => {
  test("an answer is read as it was written", () => {
    fc.assert(
      fc.property(exchange, ({ asked, values }) => {
        const found = findAnswer(asked, rtuFrame(asked.unit, answerPdu(asked, values)));
        expect(found).toEqual({ found: true, answer: { kind: "values", values }, after: 0 });
      }),
    );
  });

  test("random bytes are refused with a code", () => {
    fc.assert(
      fc.property(request, fc.uint8Array({ maxLength: heardBytesMax }), (asked, heard) => {
        const found = findAnswer(asked, heard);
        // Whoever draws a right CRC for a right head by chance has written an answer.
        if (found.found) expect(heard).toContain(asked.unit);
        else expect(whyUnanswered(asked, heard)).toMatch(/^modbus\./);
        const parsed = parseAnswerPdu(asked, heard);
        if (!parsed.ok) expect(parsed.code).toMatch(/^modbus\./);
      }),
    );
  });

  test("damage of up to 16 bits in a row, which the CRC is sure to notice, never gives other values", () => {
    fc.assert(
      fc.property(
        exchange,
        fc.nat(),
        fc.integer({ min: 1, max: 0xffff }),
        ({ asked, values }, at, pattern) => {
          const frame = rtuFrame(asked.unit, answerPdu(asked, values));
          const bit = at % (frame.length * 8 - 16);
          for (let index = 0; index < 16; index += 1) {
            const place = bit + index;
            if ((pattern >> index) & 1) frame[place >> 3] = (frame[place >> 3] ?? 0) ^ (1 << (place & 7));
          }
          expect(findAnswer(asked, frame)).toEqual({ found: false });
        },
      ),
    );
  });

  test("a frame that is cut anywhere is no answer, and its rest makes it one", () => {
    fc.assert(
      fc.property(exchange, fc.nat(), ({ asked, values }, at) => {
        const frame = rtuFrame(asked.unit, answerPdu(asked, values));
        const cut = at % frame.length;
        expect(findAnswer(asked, frame.subarray(0, cut))).toEqual({ found: false });
        expect(findAnswer(asked, frame)).toMatchObject({ found: true });
      }),
    );
  });

  test("the answer to another unit or function is never taken", () => {
    fc.assert(
      fc.property(exchange, request, ({ asked, values }, other) => {
        fc.pre(other.unit !== asked.unit || other.function !== asked.function);
        expect(findAnswer(other, rtuFrame(asked.unit, answerPdu(asked, values)))).toEqual({ found: false });
      }),
    );
  });
});

describe("messages over TCP", () => {
  test("are written with their header", () => {
    const frame = tcpFrame({ transaction: 0x1501, unit: 1, pdu: requestPdu(one) });
    expect(spaced(frame)).toBe("15 01 00 00 00 06 01 03 00 00 00 01");
  });

  const message = fc.record({
    transaction: fc.integer({ min: 0, max: 0xffff }),
    unit: fc.integer({ min: 0, max: 255 }),
    pdu: fc.uint8Array({ minLength: 1, maxLength: 253 }),
  });

  test("every chunking gives the same messages", () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 })),
        (sent, cuts) => {
          const stream = Uint8Array.from(sent.flatMap((each) => [...tcpFrame(each)]));
          const splitter = messageSplitter();
          const got = [];
          let at = 0;
          for (const length of [...cuts, stream.length]) {
            const split = splitter.push(stream.subarray(at, at + length));
            expect(split.broken).toBe(false);
            got.push(...split.messages);
            at += length;
          }
          expect(got).toEqual(sent);
        },
      ),
    );
  });

  test("what is not Modbus breaks the stream, and it stays broken", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), message, (noise, after) => {
        const splitter = messageSplitter();
        const first = splitter.push(noise);
        const protocol = ((noise[2] ?? 0) << 8) | (noise[3] ?? 0);
        if (noise.length >= 6 && protocol !== 0) expect(first).toEqual({ messages: [], broken: true });
        if (first.broken) expect(splitter.push(tcpFrame(after))).toEqual({ messages: [], broken: true });
      }),
    );
  });
});
