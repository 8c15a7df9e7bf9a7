import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faultWords } from "../readings/reading.ts";
import {
  channelPattern,
  counterMax,
  devicePattern,
  parseChannelValue,
  uptimeMaxMs,
} from "../readings/sample.ts";
import { crc16Hex, crc16Modbus } from "./crc16.ts";
import { formatLine, lineLengthMax, parseLine, type SerialFrame } from "./frame.ts";
import { lineSplitter } from "./line-splitter.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("CRC-16/MODBUS", () => {
  // Modbus sends the low byte first: 84 0A on the wire is 0x0A84.
  test.each([
    ["01 03 00 00 00 01", 0x0a84],
    ["01 03 00 00 00 02", 0x0bc4],
    ["01 04 00 00 00 01", 0xca31],
    ["01 03 02 00 29", 0x9a79],
    ["01 03 02 FE E8", 0x6af8],
  ])("of %s", (bytes, crc) => expect(crc16Modbus(hex(bytes))).toBe(crc));

  test("has the catalogue's check value", () => {
    expect(crc16Modbus(Buffer.from("123456789"))).toBe(0x4b37);
    expect(crc16Hex("123456789")).toBe("4B37");
  });

  test("is the same over text and over bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
        expect(Number.parseInt(crc16Hex(text), 16)).toBe(crc16Modbus(Buffer.from(text, "latin1")));
      }),
    );
  });
});

const device = fc.stringMatching(devicePattern);
const channel = fc.stringMatching(channelPattern);
const counter = fc.integer({ min: 0, max: counterMax });
const value = fc.oneof(
  fc.constantFrom(...faultWords),
  fc.integer({ min: -2_731_500, max: 10_000_000 }).map((tenThousandths) => tenThousandths / 10_000 + 0),
);

const frame: fc.Arbitrary<SerialFrame> = fc.oneof(
  fc.record({
    kind: fc.constant("sample" as const),
    sample: fc.record({
      device,
      boot: counter,
      sequence: counter,
      uptimeMs: fc.integer({ min: 0, max: uptimeMaxMs }),
      channels: fc.dictionary(channel, value, { minKeys: 1, maxKeys: 12, noNullPrototype: true }),
    }),
  }),
  fc.record({ kind: fc.constant("acknowledge" as const), device, boot: counter, sequence: counter }),
  fc
    .record({ kind: fc.constant("resend" as const), device, boot: counter, first: counter, last: counter })
    .map((one) => ({
      ...one,
      first: Math.min(one.first, one.last),
      last: Math.max(one.first, one.last),
    })),
);

describe("lines", () => {
  test("what is written is read again as it was", () => {
    fc.assert(
      fc.property(frame, (one) => {
        expect(parseLine(formatLine(one))).toEqual({ ok: true, frame: one });
      }),
    );
  });

  test("no bytes make the parser throw, and what it takes it can write", () => {
    const body = fc.string({ unit: "binary-ascii", maxLength: 80 });
    const nearly = body.map((text) => `$${text}*${crc16Hex(text)}`);
    const typed = fc
      .tuple(
        fc.constantFrom("CKT", "CKA", "CKR"),
        fc.array(fc.string({ unit: "binary-ascii", maxLength: 8 })),
      )
      .map(([kind, fields]) => [kind, ...fields].join(","))
      .map((text) => `$${text}*${crc16Hex(text)}`);
    fc.assert(
      fc.property(fc.oneof(body, nearly, typed, fc.string({ unit: "binary" })), (line) => {
        const parsed = parseLine(line);
        if (parsed.ok) expect(parseLine(formatLine(parsed.frame))).toEqual(parsed);
        else expect(parsed.code).toMatch(/^serial\./);
      }),
    );
  });

  test("one changed character is noticed", () => {
    fc.assert(
      fc.property(frame, fc.nat(), fc.integer({ min: 0x21, max: 0x7e }), (one, at, to) => {
        const line = formatLine(one);
        const index = at % line.length;
        const changed = line.slice(0, index) + String.fromCharCode(to) + line.slice(index + 1);
        fc.pre(changed.toUpperCase() !== line.toUpperCase());
        expect(parseLine(changed).ok).toBe(false);
      }),
    );
  });

  test.each([
    "",
    " ",
    "+4",
    ".5",
    "4.",
    "1e1",
    "0x10",
    "Infinity",
    "NaN",
    "-273.16",
    "1000.1",
    "4,2",
    "OPEN",
  ])("%j is no value", (text) => expect(parseChannelValue(text)).toBeNull());

  test("minus zero is zero", () => expect(Object.is(parseChannelValue("-0.0"), 0)).toBe(true));
});

describe("the line splitter", () => {
  const stream = fc
    .array(
      fc.oneof(
        frame.map((one) => Buffer.from(`${formatLine(one)}\r\n`, "latin1")),
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc
          .integer({ min: lineLengthMax - 3, max: lineLengthMax + 50 })
          .map((size) => Buffer.alloc(size, 0x61)),
      ),
      { maxLength: 12 },
    )
    .map((parts) => Buffer.concat(parts));

  function split(chunks: readonly Uint8Array[]): { lines: string[]; overlong: number } {
    const splitter = lineSplitter();
    const results = chunks.map((chunk) => splitter.push(chunk));
    return {
      lines: results.flatMap((result) => result.lines),
      overlong: results.reduce((sum, result) => sum + result.overlong, 0),
    };
  }

  test("gives the same lines however the bytes are cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
          (a, b) => a - b,
        );
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(split(chunks)).toEqual(split([bytes]));
      }),
    );
  });

  test("a frame after garbage without an end is still read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), frame, (garbage, one) => {
        const line = formatLine(one);
        const { lines } = split([garbage, Buffer.from(`${line}\r\n`)]);
        expect(lines.at(-1)).toBe(line);
      }),
    );
  });
});
