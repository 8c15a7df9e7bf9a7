import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstant } from "../time/millis.ts";
import { numberPattern, readAddress } from "./address.ts";
import { fromSeptets, packSeptets, toSeptets, unpackSeptets } from "./gsm7.ts";
import { decodeIncoming, deliveryOf } from "./incoming.ts";
import { fromHex, fromSemiOctets, octetReader, toHex, toSemiOctets } from "./octets.ts";
import { formatServiceTime, parseServiceTime } from "./service-time.ts";
import { decodeSubmit, encodeSubmit, validityCode } from "./submit.ts";
import { partsMax, readUserData, toUserData, userDataOctetsMax } from "./user-data.ts";

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();
const dayMs = 86_400_000;

describe("the 7-bit alphabet", () => {
  test.each([
    ["123", "31D90C"],
    ["12345678", "31D98C56B3DD70"],
    ["123456789", "31D98C56B3DD7039"],
    ["Hello World!", "C8329BFD065DDF72363904"],
    ["[{abc}]~", "1BDE0615168F37A98D6FD303"],
    ["{åΦΓΛΩΠΨΣΘ€}", "1BD44332A1542C174C6653DEA400"],
    ["a[]{}€", "E10D6FE3DBA036A94D19"],
  ])("%s is packed as %s", (text, hex) => {
    const septets = toSeptets(text)?.flat() ?? [];
    expect(toHex(packSeptets(septets))).toBe(hex);
    expect(fromSeptets(unpackSeptets(bytes(hex), septets.length) ?? [])).toBe(text);
  });

  test("has 128 places, all told apart, and its ten of the extension", () => {
    const basic = Array.from({ length: 128 }, (_, code) => fromSeptets([code]));
    expect(new Set(basic).size).toBe(128);
    const extended = Array.from({ length: 128 }, (_, code) => fromSeptets([0x1b, code]));
    expect(extended.filter((character) => !basic.includes(character)).join("")).toBe("\f^{}\\[~]|€");
    expect(toSeptets("世")).toBeNull();
    expect(toSeptets("\u001b")).toBeNull();
  });

  test("septets come back whatever stands in front", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 127 })),
        fc.integer({ min: 0, max: 6 }),
        (septets, fill) => {
          expect(unpackSeptets(packSeptets(septets, fill), septets.length, fill)).toEqual(septets);
        },
      ),
    );
  });
});

describe("addresses and times", () => {
  test.each([
    ["15125551234", "5121551532F4"],
    ["123", "21F3"],
    ["1234", "2143"],
  ])("the digits %s are %s", (digits, hex) => {
    expect(toHex(toSemiOctets(digits))).toBe(hex);
    expect(fromSemiOctets(bytes(hex), digits.length)).toBe(digits);
  });

  test.each([
    ["+9876543210", "0A918967452301"],
    ["+987654321", "099189674523F1"],
    ["+27829135934", "0B917228195339F4"],
    ["abc", "06D061F118"],
    ["FRANCOIS", "0ED04669D0397C26A7"],
    ["a[]{}€", "14D0E10D6FE3DBA036A94D19"],
    ["0129998765", "0AA11092997856"],
  ])("%s is %s", (text, hex) => expect(readAddress(octetReader(bytes(hex)))).toBe(text));

  test.each([
    ["51117200000000", "2015-11-27T00:00:00.000Z"],
    ["51117200000080", "2015-11-26T22:00:00.000Z"],
    ["70402132522423", "2007-04-12T15:25:42.000Z"],
    ["7040213252242B", "2007-04-13T07:25:42.000Z"],
    ["99309251619580", "1999-03-29T13:16:59.000Z"],
  ])("the time %s is %s", (hex, instant) => {
    const at = parseServiceTime(bytes(hex));
    expect(at === null ? null : formatInstant(at)).toBe(instant);
  });

  test.each(["51317200000000", "5111720000", "5A117200000000", "511172000000F0", "51110342000000"])(
    "%s is no time",
    (hex) => expect(parseServiceTime(bytes(hex))).toBeNull(),
  );

  test("a time comes back to the second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 631_152_000, max: 3_755_000_000 }), (second) => {
        expect(parseServiceTime(formatServiceTime(second * 1_000))).toBe(second * 1_000);
      }),
    );
  });
});

describe("SMS-SUBMIT", () => {
  const submit = (to: string, text: string, report = false, validityMs = 4 * dayMs) =>
    (toUserData(text, 0) ?? []).map((data) => encodeSubmit({ to, data, validityMs, report }));

  test("hellohello to 46708251358", () => {
    expect(submit("+46708251358", "hellohello")).toEqual([
      { pdu: "0011000B916407281553F80000AA0AE8329BFD4697D9EC37", octets: 23 },
    ]);
  });

  test("characters beyond the 7-bit alphabet are sent as UCS-2", () => {
    expect(submit("+34616585119", "あ叶葉")[0]?.pdu).toBe("0011000B914316565811F90008AA06304253F68449");
  });

  test.each([
    [30 * 60_000, 5],
    [16 * 3_600_000, 151],
    [3 * dayMs, 169],
    [35 * dayMs, 197],
    [1, 0],
    [12 * 3_600_000, 143],
    [dayMs, 167],
    [dayMs + 1, 168],
    [5_000 * dayMs, 255],
  ])("a validity of %d ms is %d", (length, code) => expect(validityCode(length)).toBe(code));

  test.each([
    ["0001000B917228001011F100000CC8329BFD065DDF72363904", "+27820001111", "Hello World!"],
    [
      "07911326040000F0310D0B911326880736F40000A90FF7FBDD454E87CDE1B0DB357EB701",
      "+31628870634",
      "www.diafaan.com",
    ],
    ["07914346466554F601000B914316565811F9000806304253F68449", "+34616585119", "あ叶葉"],
    [
      "0019000B917228001011F100003170013193008017D474BB3CA787DB70903DCC4E93D3F43C885E9ED301",
      "+27820001111",
      "Timestamp validity test",
    ],
    [
      "07916407058099F911000A8170607896200000A71554747A0E4ACF416110945805B5CBF379F85C06",
      "0706876902",
      "This is a PDU message",
    ],
  ])("%s is read", (pdu, to, text) => {
    expect(decodeSubmit(pdu)).toMatchObject({ ok: true, submit: { to, text, partOf: null } });
  });

  const anyText = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 900 }),
    fc.string({ unit: "binary", maxLength: 500 }),
    fc.string({ unit: fc.constantFrom("a", "€", "@", "^", "\n", "é"), maxLength: 1_500 }),
    fc.string({ unit: fc.constantFrom("a", "€", "😀", "世"), maxLength: 600 }),
  );

  test("any text comes back out of its parts, each of which a message can hold", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 255 }), fc.boolean(), (text, reference, report) => {
        const parts = toUserData(text, reference);
        fc.pre(parts !== null);
        const read = (parts ?? []).map((data) => {
          expect(data.octets.length).toBeLessThanOrEqual(userDataOctetsMax);
          const { pdu, octets } = encodeSubmit({ to: "+3215123456", data, validityMs: 1, report });
          expect(pdu.length).toBe(2 * octets + 2);
          const decoded = decodeSubmit(pdu);
          return decoded.ok ? decoded.submit : null;
        });
        expect(read.map((one) => one?.text ?? "?").join("")).toBe(text);
        if (read.length > 1)
          expect(read.map((one) => one?.partOf)).toEqual(
            read.map((_, index) => ({ reference, part: index + 1, parts: read.length })),
          );
        else expect(read[0]?.partOf).toBeNull();
        for (const one of read) expect(one).toMatchObject({ to: "+3215123456", wantsReport: report });
      }),
    );
  });

  test.each([
    ["a".repeat(160), 1],
    ["a".repeat(161), 2],
    ["a".repeat(306), 2],
    ["a".repeat(307), 3],
    ["€".repeat(80), 1],
    ["€".repeat(152), 2],
    ["€".repeat(153), 3],
    ["世".repeat(70), 1],
    ["世".repeat(71), 2],
    ["世".repeat(134), 2],
    ["😀".repeat(66), 2],
    ["😀".repeat(67), 3],
    ["a".repeat(153 * partsMax), partsMax],
  ])("%.8s... takes the parts that it needs", (text, parts) =>
    expect(toUserData(text, 7)).toHaveLength(parts),
  );

  test("what needs more parts than allowed is refused", () => {
    expect(toUserData("a".repeat(153 * partsMax + 1), 7)).toBeNull();
    expect(toUserData("世".repeat(67 * partsMax + 1), 7)).toBeNull();
  });
});

describe("what comes from the network", () => {
  test.each([
    ["07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37", "27838890001", "hellohello"],
    [
      "07911326040000F0040B911346610089F60000208062917314480CC8F71D14969741F977FD07",
      "+31641600986",
      "How are you?",
    ],
    ["07915892208800F0040B915892241883F800009921810170002B0341E211", "+85294281388", "ADG"],
    ["06917228195339040B917228214365F700003130805120618005D4F29C2E03", "+27821234567", "Test2"],
    ["06917228195339040B917228214365F70000313062315352800A800D8A5E98D337A910", "+27821234567", "@{tést}!"],
    [
      "07911326040011F5240B911326880736F40000111081017362401654747A0E4ACF41F4329E0E6A97E7F3F0B90C8A01",
      "+31628870634",
      "This is text message 1",
    ],
    [
      "07915892000000F0040B915892214365F700007040213252242331493A283D0795C3F33C88FE06C9CB6132885EC6D341EDF27C1E3E97E7207B3A0C0A5241E377BB1D7693E72E",
      "+85291234567",
      "It is easy to read text messages via AT commands.",
    ],
  ])("%s is a message", (pdu, from, text) => {
    expect(decodeIncoming(pdu)).toMatchObject({ ok: true, incoming: { kind: "message", from, text } });
  });

  test("a part of a long message says which", () => {
    const pdu =
      "0591721891F1400781721881F800003160526104848059050003C30101916536FB1DCABEEB2074D85E064941B19CAB060319A5C522289C96D3D3ED32286C0FA7D96131BBEC024941B19CAB0603DDD36C36A88C87A7E565D0DB0D82C55EB0DB4B068BCD5C20";
    expect(decodeIncoming(pdu)).toMatchObject({
      ok: true,
      incoming: { from: "2781188", partOf: { reference: 0xc3, part: 1, parts: 1 } },
    });
  });

  test("a status report says which message and how it ended", () => {
    expect(decodeIncoming("0006D60B911326880736F4111011719551401110117195714000")).toEqual({
      ok: true,
      incoming: {
        kind: "report",
        reference: 214,
        to: "+31628870634",
        takenAt: Date.parse("2011-01-11T16:59:15Z"),
        endedAt: Date.parse("2011-01-11T16:59:17Z"),
        status: 0,
        delivery: "delivered",
      },
    });
  });

  test("a report whose times are no times still tells its status", () => {
    expect(decodeIncoming("0006D60B911326880736F4111311719551400000000000000046")).toMatchObject({
      ok: true,
      incoming: { reference: 214, takenAt: null, endedAt: null, status: 0x46, delivery: "failed" },
    });
  });

  test("each status is one of the four", () => {
    const all = Array.from({ length: 256 }, (_, status) => deliveryOf(status));
    expect([0, 1, 2, 3, 0x1f, 0x20, 0x3f, 0x40, 0x46, 0x60, 0xff].map((status) => all[status])).toEqual([
      "delivered",
      "unconfirmed",
      "delivered",
      "unconfirmed",
      "unconfirmed",
      "trying",
      "trying",
      "failed",
      "failed",
      "failed",
      "failed",
    ]);
  });

  test.each([
    ["sms.not-hex", "hello"],
    ["sms.not-hex", "0"],
    ["sms.too-long", "00".repeat(257)],
    ["sms.cut", ""],
    ["sms.cut", "00"],
    ["sms.cut", "0006D60B911326880736F411101171955140111011719571"],
    ["sms.kind-unknown", "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"],
    ["sms.address-invalid", "FF06"],
    ["sms.address-invalid", "0006D6FF911326880736F4111011719551401110117195714000"],
    ["sms.time-invalid", "06917228195339040B917228214365F700003131805120618005D4F29C2E03"],
    [
      "sms.alphabet-unknown",
      "06917228195339040B917228214365F70080313080512061800 5D4F29C2E03".replace(" ", ""),
    ],
    ["sms.length-wrong", "06917228195339040B917228214365F70000313080512061800FD4F29C2E03"],
  ])("%s: %s", (code, pdu) => expect(decodeIncoming(pdu)).toEqual({ ok: false, code }));

  test("no text makes a decoder throw, also nearly right ones", () => {
    const whole = fc.constantFrom(
      "07911326040000F0040B911346610089F60000208062917314480CC8F71D14969741F977FD07",
      "0006D60B911326880736F4111011719551401110117195714000",
      "0041010C910661345542F60008A0050003000301306F3044",
    );
    const bent = fc
      .tuple(whole, fc.nat(), fc.stringMatching(/^[0-9A-F]{0,4}$/))
      .map(
        ([pdu, place, put]) =>
          pdu.slice(0, place % pdu.length) + put + pdu.slice((place % pdu.length) + put.length),
      );
    const cut = fc.tuple(whole, fc.nat()).map(([pdu, size]) => pdu.slice(0, size % pdu.length));
    const random = fc.uint8Array({ maxLength: 300 }).map(toHex);
    fc.assert(
      fc.property(fc.oneof(fc.string(), random, bent, cut), (pdu) => {
        for (const result of [decodeIncoming(pdu), decodeSubmit(pdu)])
          if (!result.ok) expect(result.code).toMatch(/^sms\.[a-z-]+$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test("user data whose header is longer than itself is refused", () => {
    expect(readUserData(bytes("FF0003"), 3, "ucs2", true)).toBeNull();
    expect(readUserData(bytes(""), 0, "gsm7", true)).toBeNull();
    expect(readUserData(bytes("050003010201"), 3, "gsm7", true)).toBeNull();
  });

  test("numbers are international", () => {
    expect(
      ["+3215123456", "+32 15", "0032151234", "+0151234567", "+1234567890123456"].map((one) =>
        numberPattern.test(one),
      ),
    ).toEqual([true, false, false, false, false]);
  });
});
