import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFault } from "../readings/reading.ts";
import { planReads, readChannels } from "./plan.ts";
import { channelSchema, profileSchema, valueTypes, wordOrders } from "./profile.ts";
import { namedProfile, profileChoiceSchema, profileNames } from "./profiles.ts";
import { pt100Celsius, pt100Ohm, pt100OhmMax, pt100OhmMin } from "./pt100.ts";
import { channelValue, exceptionFault } from "./value.ts";

describe("PT100, IEC 60751", () => {
  test.each([
    [-80, 68.325],
    [-65, 74.333],
    [-40, 84.271],
    [-30, 88.222],
    [-25, 90.192],
    [-20, 92.16],
    [-18, 92.946],
    [0, 100],
    [2, 100.781],
    [4, 101.562],
    [6, 102.343],
    [10, 103.903],
    [22, 108.57],
    [850, 390.481],
  ])("%s °C is %s ohm", (celsius, ohm) => {
    expect(pt100Ohm(celsius)).toBeCloseTo(ohm, 3);
    // Half a milliohm of the table is a bit more than a millikelvin.
    expect(Math.abs((pt100Celsius(ohm) ?? Number.NaN) - celsius)).toBeLessThan(0.002);
  });

  test("there and back is the same over the whole range", () => {
    fc.assert(
      fc.property(fc.double({ min: -200, max: 850, noNaN: true }), (celsius) => {
        expect(pt100Celsius(pt100Ohm(celsius))).toBeCloseTo(celsius, 6);
      }),
    );
  });

  test.each([0, pt100OhmMin - 0.001, pt100OhmMax + 0.001, Number.NaN, Infinity])("%s ohm is none", (ohm) =>
    expect(pt100Celsius(ohm)).toBe(null),
  );
});

const channel = (text: Record<string, unknown>) => channelSchema.parse({ register: 0, ...text });
const value = (text: Record<string, unknown>, words: number[], status: number | null = null) =>
  channelValue(channel(text), words, status);

describe("a channel's value", () => {
  test.each([
    [{ scale: 0.1 }, [0x0029], 4.1],
    [{ scale: 0.1 }, [0xfee8], -28],
    [{ scale: 0.1, wordOrder: "BADC" }, [0xe8fe], -28],
    [{ type: "uint16", scale: 0.01, offset: -100 }, [10_410], 4.1],
    [{ type: "int32", scale: 0.001 }, [0xffff, 0x92a0], -28],
    [{ type: "int32", scale: 0.001, wordOrder: "CDAB" }, [0x92a0, 0xffff], -28],
    [{ type: "float32" }, [0x4083, 0x3333], 4.1],
    [{ type: "float32", wordOrder: "CDAB" }, [0x3333, 0x4083], 4.1],
    [{ type: "float32", wordOrder: "BADC" }, [0x8340, 0x3333], 4.1],
    [{ type: "float32", wordOrder: "DCBA" }, [0x3333, 0x8340], 4.1],
    [{ unit: "ohm-pt100", type: "uint16", scale: 0.01 }, [10_156], 3.9939],
    [{ function: 2 }, [1], 1],
    [{ type: "uint16", bit: 9 }, [0x0200], 1],
    [{ type: "uint16", bit: 9 }, [0xfdff], 0],
    [{ type: "uint16", unit: "number" }, [23_000], 23_000],
  ])("%j of %j is %s", (text, words, expected) => expect(value(text, words)).toBe(expected));

  test.each([
    [{ sentinels: { "32767": "open" } }, [0x7fff], "open"],
    [{ sentinels: { "0x8000": "short" } }, [0x8000], "short"],
    [{ sentinels: { "-32768": "short" } }, [0x8000], "short"],
    [{ type: "uint16", sentinels: { "-1": "bus" } }, [0xffff], "bus"],
    [{ sentinels: { "-9999": "disconnected" } }, [0xd8f1], "disconnected"],
    [{ type: "int32", sentinels: { "0x80000000": "open" } }, [0x8000, 0], "open"],
    [{ type: "float32", sentinels: { "-200": "short" } }, [0xc348, 0], "short"],
    [{ type: "float32" }, [0x7fc0, 0], "unspecified"],
    [{ type: "float32", sentinels: { NaN: "open" } }, [0x7fc0, 0], "open"],
    [{ type: "float32" }, [0xff80, 0], "unspecified"],
    [{ range: { min: -35, max: 80 }, scale: 0.1 }, [801], "range"],
    [{ range: { min: -35, max: 80 }, scale: 0.1 }, [800], 80],
    [{}, [1_001], "implausible"],
    [{ unit: "ohm-pt100", scale: 0.1 }, [4_000], "open"],
    [{ unit: "ohm-pt100", scale: 0.1 }, [3], "short"],
  ])("%j of %j is %s", (text, words, expected) => expect(value(text, words)).toBe(expected));

  test("a status register says what is wrong, the bits that fit best first", () => {
    const text = {
      status: {
        register: 1,
        bits: { "0xA0": "open", "0x20": "bus", "0x80": "range" },
        otherwise: "unspecified",
      },
    };
    expect([0, 0xa0, 0xa1, 0x20, 0x81, 0x01].map((status) => value(text, [4], status))).toEqual([
      4,
      "open",
      "open",
      "bus",
      "range",
      "unspecified",
    ]);
    expect(value(text, [4], null)).toBe("unspecified");
    expect(value({ status: { register: 1, values: { 3: "short" } } }, [4], 3)).toBe("short");
    expect(value({ status: { register: 1, values: { 3: "short" } } }, [4], 2)).toBe(4);
  });

  test("no registers make anything but a possible temperature or a fault word", () => {
    const written = fc.record({
      type: fc.constantFrom(...valueTypes),
      wordOrder: fc.constantFrom(...wordOrders),
      unit: fc.constantFrom("celsius", "ohm-pt100"),
      scale: fc.constantFrom(1, 0.1, 0.01, -1, 1e300),
    });
    fc.assert(
      fc.property(written, fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 3 }), (text, words) => {
        const read = value(text, words);
        if (typeof read === "string") expect(isFault(read)).toBe(true);
        else expect(read >= -273.15 && read <= 1_000).toBe(true);
      }),
    );
  });
});

describe("a profile", () => {
  test("asks for what adjoins at once and reads no gap", () => {
    const profile = profileSchema.parse({
      channels: {
        door: { function: 2, register: 7 },
        d: { register: 5 },
        a: { register: 0 },
        b: { register: 1, type: "float32" },
        c: { register: 3, function: 4 },
        mains: { function: 2, register: 8 },
      },
    });
    const reads = planReads(profile);
    expect(reads.map(({ request }) => request)).toEqual([
      { function: 2, address: 7, count: 2 },
      { function: 3, address: 0, count: 3 },
      { function: 3, address: 5, count: 1 },
      { function: 4, address: 3, count: 1 },
    ]);
    const [contacts, first] = reads;
    expect(contacts && readChannels(contacts, { kind: "values", values: [0, 1] })).toEqual({
      door: 0,
      mains: 1,
    });
    expect(first && readChannels(first, { kind: "values", values: [4, 0x40a0, 0] })).toEqual({ a: 4, b: 5 });
  });

  test("asks for each channel by itself where it says so", () => {
    const profile = profileSchema.parse({
      oneByOne: true,
      channels: { a: { register: 0 }, b: { register: 1 } },
    });
    expect(planReads(profile).map(({ request }) => request.count)).toEqual([1, 1]);
  });

  test("never asks for more than 125 registers", () => {
    const channels = Object.fromEntries(
      Array.from({ length: 64 }, (_, n) => [`c${n}`, { register: 2 * n, type: "int32" }]),
    );
    const counts = planReads(profileSchema.parse({ channels })).map(({ request }) => request.count);
    expect(counts).toEqual([124, 4]);
  });

  test("an exception is a fault only of channels that list it", () => {
    const profile = profileSchema.parse({
      channels: { a: { register: 0, exceptions: { "0xA0": "open" } }, b: { register: 1 } },
    });
    const [read] = planReads(profile);
    expect(read && readChannels(read, { kind: "exception", exception: 0xa0 })).toEqual({ a: "open" });
    expect(read && readChannels(read, { kind: "exception", exception: 2 })).toEqual({});
  });

  test.each([
    [{ channels: {} }, /at least one channel/],
    [{ channels: { t: { register: 65_535, type: "int32" } } }, /does not end/],
    [{ channels: { t: { register: 0, scale: 0 } } }, /other than 0/],
    [{ channels: { t: { register: 0, sentinels: { warm: "open" } } } }, /Invalid key|expected a number/],
    [{ channels: { t: { register: 0, sentinels: { 1: "broken" } } } }, /Invalid option/],
    [{ channels: { t: { register: 0, function: 1, bit: 3 } } }, /single bits/],
    [{ channels: { t: { register: 0, status: { register: 200 } } } }, /125 registers away/],
    [{ channels: { t: { register: 0, range: { min: 4, max: 4 } } } }, /min below max/],
    [{ base: "no-such", channels: {} }, /Invalid/],
    ["no-such", /Invalid/],
  ])("%j is refused", (text, message) => {
    const parsed = profileChoiceSchema.safeParse(text);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(message);
  });

  test("may change a ready-made one", () => {
    const changed = profileChoiceSchema.parse({
      base: "int16-tenths",
      channels: {
        temperature: { register: 12, sentinels: { "-9999": "open" } },
        door: { register: 3, function: 2 },
      },
    });
    expect(changed.channels["temperature"]).toMatchObject({
      register: 12,
      scale: 0.1,
      sentinels: [{ raw: -9_999, fault: "open" }],
    });
    expect(changed.channels["door"]).toMatchObject({ function: 2 });
  });

  test.each(profileNames)("%s is ready-made", (name) => {
    expect(profileChoiceSchema.parse(name)).toEqual(namedProfile(name));
    expect(planReads(namedProfile(name)).length).toBe(name === "coldkeep-simulator" ? 2 : 1);
  });

  test("the Simex transducer's exceptions name its faults", () => {
    const { temperature } = namedProfile("simex-trs-02a").channels;
    const faults = [0xa0, 0x60, 0x20, 0x40, 0x80, 0x10, 0x02].map(
      (code) => temperature && exceptionFault(temperature, code),
    );
    expect(faults).toEqual(["open", "short", "unspecified", "range", "range", "unspecified", null]);
  });
});
