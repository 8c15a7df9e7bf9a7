import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc8 } from "./crc8.ts";
import { celsiusOfRaw, isSensorId, readSlaveText, readTemperatureText } from "./sensor-text.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.trim().split(" "), (pair) => Number.parseInt(pair, 16));
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const id = "28-000000b81c02";

/** What the kernel writes for a scratchpad. */
const slaveText = (scratchpad: Uint8Array, thousandths: number, yes = true): Uint8Array => {
  const told = Array.from(scratchpad, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const crc = told.slice(-2);
  return bytes(`${told} : crc=${crc} ${yes ? "YES" : "NO"}\n${told} t=${thousandths}\n`);
};
const withCrc = (eight: Uint8Array): Uint8Array => Uint8Array.from([...eight, crc8(eight)]);

describe("CRC-8", () => {
  test.each([
    ["02 1C B8 01 00 00 00", 0xa2],
    ["50 05 4B 46 7F FF 0C 10", 0x1c],
    ["FF FF FF FF FF FF FF FF", 0xc9],
    ["00 00 00 00 00 00 00 00", 0x00],
  ])("of %s", (text, crc) => expect(crc8(hex(text))).toBe(crc));
});

describe("a scratchpad", () => {
  test.each([
    [0x0550, 85],
    [0x0191, 25.0625],
    [0x00a2, 10.125],
    [0x0040, 4],
    [0x0008, 0.5],
    [0xfff8, -0.5],
    [0xff5e, -10.125],
    [0xfe6f, -25.0625],
    [0xfc90, -55],
    [0x07ff, 127.9375],
  ])("with %d means %d", (raw, celsius) => expect(celsiusOfRaw(raw & 0xff, raw >> 8)).toBe(celsius));

  const said = (raw: number, sixth: number, thousandths: number) =>
    readSlaveText(
      id,
      slaveText(
        withCrc(Uint8Array.from([raw & 0xff, raw >> 8, 0x4b, 0x46, 0x7f, 0xff, sixth, 0x10])),
        thousandths,
      ),
    );

  test.each([
    ["4 degrees", 0x0040, 0x10, 4_000, 4],
    ["what was before the first conversion", 0x0550, 0x0c, 85_000, "power-on"],
    ["true 85 degrees", 0x0550, 0x10, 85_000, 85],
    ["too little power", 0x07ff, 0x01, 127_937, "bus"],
    ["nobody there", (0x10000 - 127 * 16) & 0xffff, 0x10, -127_000, "disconnected"],
    ["beyond its range", 0x07e0, 0x10, 126_000, "range"],
    ["sixteenths, finer than the kernel's thousandths", 0xff5f, 0x10, -10_063, -10.0625],
  ])("%s", (_, raw, sixth, thousandths, value) =>
    expect(said(raw, sixth, thousandths)).toEqual({ ok: true, value }),
  );

  test("of the older family is in half degrees, which the kernel has worked out", () => {
    const pad = (low: number) => withCrc(Uint8Array.from([low, 0, 0x4b, 0x46, 0xff, 0xff, 0x0c, 0x10]));
    expect(readSlaveText("10-000000b81c02", slaveText(pad(0xaa), 85_000))).toEqual({
      ok: true,
      value: "power-on",
    });
    expect(readSlaveText("10-000000b81c02", slaveText(pad(0x08), 4_000))).toEqual({ ok: true, value: 4 });
  });

  test.each([
    ["onewire.scratchpad-empty", slaveText(new Uint8Array(9), 0)],
    ["onewire.crc-wrong", slaveText(hex("50 05 4B 46 7F FF 0C 10 1C"), 85_000, false)],
    ["onewire.crc-wrong", slaveText(hex("51 05 4B 46 7F FF 0C 10 1C"), 85_062)],
    ["onewire.crc-wrong", slaveText(hex("FF FF FF FF FF FF FF FF FF"), -62)],
    ["onewire.shape-invalid", bytes("")],
    ["onewire.shape-invalid", bytes("50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n")],
    ["onewire.too-long", new Uint8Array(513)],
  ])("%s", (code, text) => expect(readSlaveText(id, text)).toEqual({ ok: false, code }));
});

describe("a temperature alone", () => {
  test.each([
    ["4062\n", 4.062],
    ["-500\n", -0.5],
    ["-0", 0],
    ["85000\n", 85],
    ["127937\n", "bus"],
    ["-127000\n", "disconnected"],
    ["126000\n", "range"],
  ])("%j", (text, value) => expect(readTemperatureText(bytes(text))).toEqual({ ok: true, value }));

  test.each(["", "\n", "4.0", "4062\n4062\n", "NaN", "99999999"])("%j is none", (text) =>
    expect(readTemperatureText(bytes(text))).toEqual({ ok: false, code: "onewire.shape-invalid" }),
  );
});

test("no bytes make a reader throw, and one changed digit of a scratchpad is noticed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (any) => {
      for (const result of [readSlaveText(id, any), readTemperatureText(any)])
        if (!result.ok) expect(result.code).toMatch(/^onewire\./);
    }),
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 1, max: 255 }),
      (eight, place, flip) => {
        const changed = withCrc(eight).map((byte, index) => (index === place ? byte ^ flip : byte));
        expect(readSlaveText(id, slaveText(changed, 0)).ok).toBe(false);
      },
    ),
  );
});

test("sensors are told from other devices by their family", () => {
  const names = [
    "28-0316a2794f5d",
    "10-000802b4b181",
    "w1_bus_master1",
    "01-0000000000aa",
    "28-xyz",
    "28-0316A2794F5D",
  ];
  expect(names.map(isSensorId)).toEqual([true, true, false, false, false, false]);
});
