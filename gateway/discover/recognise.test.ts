import { expect, test } from "vitest";
import type { ReadAnswer } from "@coldkeep/core/modbus/read-request.ts";
import { type AskOne, recognise } from "./recognise.ts";

/** A device with these registers by function and address; anything else it refuses with exception 2, as devices do. */
const device =
  (registers: Readonly<Record<3 | 4, Readonly<Record<number, number>>>>): AskOne =>
  async ({ function: code, address, count }): Promise<ReadAnswer> => {
    const known = code === 3 || code === 4 ? registers[code] : {};
    const values = Array.from({ length: count }, (_, index) => known[address + index]);
    return values.every((value) => value !== undefined)
      ? { kind: "values", values }
      : { kind: "exception", exception: 2 };
  };

const recognised = async (ask: AskOne): Promise<[string, unknown] | null> => {
  const [best] = await recognise(ask);
  return best === undefined ? null : [best.profile, best.channels["temperature"]];
};

test("each known device is recognised by what its registers hold", async () => {
  // 4.3 as a float: 0x4089 0x999A.
  expect(await recognised(device({ 3: { 0: 0x4089, 1: 0x999a }, 4: {} }))).toEqual([
    "controlbox-tb260-float",
    4.3,
  ]);
  expect(await recognised(device({ 3: {}, 4: { 0: 43 } }))).toEqual(["sus-thermasgard", 4.3]);
  expect(await recognised(device({ 3: { 1: 43, 2: 0 }, 4: {} }))).toEqual(["simex-trs-02a", 4.3]);
  const tenths = await recognise(device({ 3: { 0: 0xffd3 }, 4: {} }));
  expect(tenths.map(({ channels }) => channels["temperature"])).toEqual([-4.5, -4.5]);
  expect(new Set(tenths.map(({ profile }) => profile))).toEqual(
    new Set(["controlbox-tb260-tenths", "int16-tenths"]),
  );
});

test("a freezer, a broken sensor and registers that are not used do not mislead", async () => {
  expect(await recognised(device({ 3: { 0: 0xfce0, 1: 0, 2: 0, 3: 0 }, 4: {} }))).toEqual([
    expect.stringMatching(/tenths$/),
    -80,
  ]);
  expect((await recognise(device({ 3: { 0: 8_500 }, 4: {} })))[0]).toMatchObject({
    profile: "controlbox-tb260-tenths",
    channels: { temperature: "open" },
  });
});

test("a device that shows no likely temperature is no known one, and neither is one that does not answer", async () => {
  expect(await recognise(device({ 3: { 0: 23_000, 1: 41_000 }, 4: {} }))).toEqual([]);
  expect(await recognise(async () => null)).toEqual([]);
});

test("no register is asked for twice", async () => {
  const asked: string[] = [];
  await recognise(async (request) => {
    asked.push(JSON.stringify(request));
    return null;
  });
  expect(new Set(asked).size).toBe(asked.length);
});
