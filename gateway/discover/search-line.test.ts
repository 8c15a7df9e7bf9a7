import { describe, expect, test } from "vitest";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import type { CommandIo } from "../command/command-io.ts";
import { busAnswer, modbusBus } from "../rig/modbus-bus.ts";
import type { OpenLine } from "../serial/serial-line.ts";
import { type LineSearch, searchLine } from "./search-line.ts";

const io: CommandIo = {
  print: () => {},
  progress: () => {},
  environment: {},
  clock: systemClock,
  random: () => 0.5,
  stop: new AbortController().signal,
};

const search: LineSearch = {
  baudRates: [9_600, 19_200],
  parities: ["none", "even"],
  units: [1, 2, 3],
  timeoutMs: 50,
  listenMs: 60,
  stem: "modbus",
};

/** A line that says this by itself, again and again, at one speed; at another it is noise. Notes what is written. */
function speaking(text: string, speed: number): { openLine: OpenLine; written: unknown[] } {
  const written: unknown[] = [];
  const openLine: OpenLine = (_path, baudRate, events) => {
    const bytes = Buffer.from(baudRate === speed ? text : "\u00ff\u0013", "latin1");
    const cancel = [5, 10, 20].map((afterMs) => systemClock.after(afterMs, () => events.data(bytes)));
    systemClock.after(0, events.opened);
    return {
      write: (bytesOut) => written.push(bytesOut) > 0,
      check: () => {},
      close: (reason) => {
        for (const each of cancel) each();
        events.closed(reason);
      },
    };
  };
  return { openLine, written };
}

describe("searching a line", () => {
  test("finds the own dialect at its speed, and sends nothing", async () => {
    const { openLine, written } = speaking(
      "$CKT,ckt-fridge-1,3,17,1020000,product=4.12,air=3.9*4093\r\n",
      19_200,
    );
    expect((await searchLine("/dev/x", search, openLine, io)).sources).toEqual([
      {
        settings: { kind: "serial", path: "/dev/x", baudRate: 19_200 },
        stem: "line",
        heard: [
          { device: "ckt-fridge-1", channel: "product", value: 4.12 },
          { device: "ckt-fridge-1", channel: "air", value: 3.9 },
        ],
        notes: [],
      },
    ]);
    expect(written).toEqual([]);
  });

  test("sends nothing on a line that speaks something else by itself", async () => {
    const { openLine, written } = speaking("RING\r\n", 9_600);
    const found = await searchLine("/dev/x", search, openLine, io);
    expect(found.remarks).toEqual([expect.stringContaining("something speaks here by itself")]);
    expect(written).toEqual([]);
  });

  test("finds a Modbus device by its address and profile", async () => {
    const bus = modbusBus(systemClock, (request) =>
      request.unit === 2 && request.function === 4 && request.address === 0 && request.count === 1
        ? [{ afterMs: 2, bytes: busAnswer(request, [43]) }]
        : [],
    );
    const { sources } = await searchLine("/dev/x", search, bus.openLine, io);
    expect(sources).toMatchObject([
      {
        settings: {
          kind: "modbus-rtu",
          path: "/dev/x",
          baudRate: 9_600,
          parity: "none",
          devices: [{ device: "modbus-2", unit: 2, profile: "sus-thermasgard" }],
        },
        heard: [{ device: "modbus-2", channel: "temperature", value: 4.3 }],
      },
    ]);
    expect(bus.requests.every(({ request }) => request.function <= 4)).toBe(true);
  });

  test("asks nothing where it may not, and says that a line is silent or cannot be opened", async () => {
    const bus = modbusBus(systemClock, () => []);
    const quiet = await searchLine("/dev/x", { ...search, units: [] }, bus.openLine, io);
    expect(quiet.remarks).toEqual([expect.stringContaining("nothing was heard")]);
    expect(bus.requests).toEqual([]);
    const silent = await searchLine(
      "/dev/x",
      { ...search, baudRates: [9_600], parities: ["none"] },
      bus.openLine,
      io,
    );
    expect(silent.remarks).toEqual([expect.stringContaining("no Modbus device answers")]);
    const closed = await searchLine(
      "/dev/x",
      search,
      (_path, _baudRate, events) => {
        systemClock.after(0, () => events.closed("Error: Permission denied"));
        return { write: () => false, check: () => {}, close: () => {} };
      },
      io,
    );
    expect(closed.remarks).toEqual([expect.stringMatching(/Permission denied.*dialout/)]);
  });
});
