/** The simulator as a process of its own, read and written through its real pseudo-terminals. */
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { formatLine, parseLine, type SerialFrame } from "@coldkeep/core/serial/frame.ts";
import { lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import { describe, expect, it, vi } from "vitest";
import { end, folder, patient, ready, simulate } from "../testing/harness.ts";

const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("the simulator on its serial lines", () => {
  const wired = ["fridge-1", "fridge-2"].map((id) => ({ id, kind: "refrigerator", transport: "line-1" }));

  function openLine(): { take: () => SerialFrame[]; say: (frame: SerialFrame) => void; close: () => void } {
    const line = fs.openSync(path.join(folder, "lines", "line-1"), O_RDWR | O_NOCTTY | O_NONBLOCK);
    const splitter = lineSplitter();
    const frames: SerialFrame[] = [];
    const chunk = Buffer.alloc(4_096);
    const readOnce = (): number => {
      try {
        return fs.readSync(line, chunk);
      } catch (error) {
        if (String(error).includes("EAGAIN")) return 0;
        throw error;
      }
    };
    return {
      take: () => {
        for (let length = readOnce(); length > 0; length = readOnce()) {
          for (const text of splitter.push(chunk.subarray(0, length)).lines) {
            const parsed = parseLine(text);
            if (parsed.ok) frames.push(parsed.frame);
          }
        }
        return frames;
      },
      say: (frame) => void fs.writeSync(line, `${formatLine(frame)}\r\n`),
      close: () => fs.closeSync(line),
    };
  }

  it("answers requests for the past and forgets what is acknowledged; a pulled cable hangs up and comes back", async () => {
    const scenario = [{ at: "4s", appliance: "fridge-1", event: "cable-pulled", for: "500ms" }];
    const simulator = simulate({ appliances: wired, scenario });
    await ready(simulator);
    const line = openLine();
    const device = "ckt-fridge-1";
    const sequences = (): number[] =>
      line
        .take()
        .flatMap((frame) =>
          frame.kind === "sample" && frame.sample.device === device ? [frame.sample.sequence] : [],
        );
    line.say({ kind: "resend", device, boot: 1, first: 0, last: 27 });
    await vi.waitFor(() => expect(sequences()).toEqual(expect.arrayContaining(upTo(28))), patient);
    const asked = sequences().filter((sequence) => sequence < 28).length;
    const acknowledge = { kind: "acknowledge", device, boot: 1, sequence: 20 } as const;
    line.say(acknowledge);
    line.say({ kind: "resend", device, boot: 1, first: 0, last: 27 });
    await vi.waitFor(
      () => expect(sequences().filter((sequence) => sequence < 28)).toHaveLength(asked + 7),
      patient,
    );
    await vi.waitFor(() => expect(() => line.say(acknowledge)).toThrow("EIO"), patient);
    line.close();
    await vi.waitFor(() => expect(simulator.lines.at(-1)).toContain("plugged in"), patient);
    const again = openLine();
    await vi.waitFor(() => expect(again.take().length).toBeGreaterThan(3), patient);
    again.close();
    expect(await end(simulator.child, "SIGTERM")).toBe(0);
  });

  it("refuses wrong settings with file, path and what was expected", async () => {
    const simulator = simulate({ speed: "fast" });
    await once(simulator.child, "close");
    expect(simulator.child.exitCode).toBe(2);
    expect(simulator.errors()).toMatch(/^settings\.invalid: .*sim\.yaml cannot be used:\n {2}speed: /);
  });
});
