/** The simulated Modbus devices, read by mbpoll (libmodbus), which is not ours. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { end, folder, freePort, patient, ready, simulate } from "../testing/harness.ts";

const mbpoll = "/usr/bin/mbpoll";
const missing = !fs.existsSync(mbpoll) && process.env["CI"] !== "true";

/** The numbers that mbpoll shows, by address; what it says instead where it shows none. */
async function poll(...args: string[]): Promise<Record<string, number> | string> {
  try {
    const { stdout } = await promisify(execFile)(mbpoll, ["-0", "-1", "-o", "2", ...args]);
    const shown = [...stdout.matchAll(/^\[(\d+)\]:\s+(-?\d+)/gm)];
    return Object.fromEntries(shown.map(([, address = "", value]) => [address, Number(value)]));
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  }
}

describe.skipIf(missing)("mbpoll reads the simulated Modbus devices", () => {
  const fridge = { kind: "refrigerator", bags: 100 };
  const scenario = [
    { at: "0s", appliance: "b", event: "sensor-open", for: "10m" },
    { at: "0s", appliance: "b", event: "door-open", for: "10m" },
  ];

  async function expectDevices(reach: readonly string[], place: string): Promise<void> {
    const read = (...args: string[]) => poll(...reach, ...args, place);
    // The first sample may still be to come.
    await vi.waitFor(
      async () =>
        expect(await read("-a", "1", "-r", "0", "-c", "2")).toMatchObject({ 1: expect.any(Number) }),
      patient,
    );
    for (const table of ["3", "4"]) {
      const values = await read("-a", "1", "-t", table, "-r", "0", "-c", "2");
      for (const tenths of Object.values(values)) {
        expect(tenths).toBeGreaterThan(0);
        expect(tenths).toBeLessThan(100);
      }
      expect(Object.keys(values)).toEqual(["0", "1"]);
    }
    await vi.waitFor(
      async () => expect(await read("-a", "7", "-r", "0", "-c", "2")).toEqual({ 0: 0x7fff, 1: 0x7fff }),
      patient,
    );
    expect(await read("-a", "7", "-t", "1", "-r", "0", "-c", "2")).toEqual({ 0: 1, 1: 0 });
    expect(await read("-a", "7", "-t", "0", "-r", "1", "-c", "1")).toEqual({ 1: 0 });
    expect(await read("-a", "1", "-r", "1", "-c", "2")).toMatch(/Illegal data address/);
  }

  it("over TCP; of a unit that is not there its gateway says so", async () => {
    const port = await freePort();
    const simulator = simulate({
      appliances: [
        { id: "a", ...fridge, transport: "modbus-tcp" },
        { id: "b", ...fridge, transport: "modbus-tcp", unit: 7 },
      ],
      modbus: { listen: `127.0.0.1:${port}` },
      scenario,
    });
    expect(await ready(simulator)).toMatchObject({ modbus: `127.0.0.1:${port}`, lines: [] });
    await expectDevices(["-m", "tcp", "-p", String(port)], "127.0.0.1");
    expect(await poll("-m", "tcp", "-p", String(port), "-a", "9", "-r", "0", "127.0.0.1")).toMatch(
      /Target device failed/,
    );
    expect(await end(simulator.child, "SIGTERM")).toBe(0);
  });

  it("on a serial line; of a unit that is not there nothing comes", async () => {
    const simulator = simulate({
      appliances: [
        { id: "a", ...fridge, transport: "modbus-line-1" },
        { id: "b", ...fridge, transport: "modbus-line-1", unit: 7 },
      ],
      scenario,
    });
    await ready(simulator);
    const line = path.join(folder, "lines", "modbus-line-1");
    const reach = ["-m", "rtu", "-b", "9600", "-P", "none"];
    await expectDevices(reach, line);
    expect(await poll(...reach, "-a", "9", "-r", "0", line)).toMatch(/timed out/);
    expect(await end(simulator.child, "SIGTERM")).toBe(0);
  });

  it("refuses the same unit twice on one wire", async () => {
    const twice = [1, 2].map((n) => ({ id: `f${n}`, ...fridge, transport: "modbus-line-1", unit: 3 }));
    const simulator = simulate({ appliances: twice });
    await vi.waitFor(() => expect(simulator.child.exitCode).toBe(2), patient);
    expect(simulator.errors()).toMatch(/appliances\[1\]\.unit: unit 3 is there twice on modbus-line-1/);
  });
});
