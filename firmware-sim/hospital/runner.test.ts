/** A hospital by the wall clock: on time, late, after a standstill, and with a wall clock that somebody sets. */
import { hourMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { describe, expect, it } from "vitest";
import { catchUpMsMax, checkConfig, resolveAppliance } from "../settings.ts";
import { applianceWithPast } from "./history.ts";
import { hospital } from "./hospital.ts";
import { runHospital } from "./runner.ts";

const now = 1_790_000_000_000;

function running(): {
  clock: VirtualClock;
  jump: (byMs: number) => void;
  at: number[];
  warnings: string[];
  stop: () => void;
} {
  const config = checkConfig({ appliances: [{ id: "f", kind: "refrigerator", transport: "mqtt" }] }, "test");
  const past = { historyMs: 0, historyIntervalMs: 60_000 };
  const appliances = config.appliances.map((one) =>
    applianceWithPast(resolveAppliance(one, config), 1, now, null, past),
  );
  const clock = virtualClock(now);
  let jumpedMs = 0;
  const at: number[] = [];
  const warnings: string[] = [];
  const { stop } = runHospital(
    hospital(appliances, { startAt: now, speed: 1, sampleIntervalMs: 10_000, scenario: [] }),
    {
      clock: { ...clock, epochMs: () => clock.epochMs() + jumpedMs },
      happen: (happening) => at.push(happening.at - now),
      warn: (line) => warnings.push(line),
    },
  );
  const jump = (byMs: number): void => {
    jumpedMs += byMs;
  };
  return { clock, jump, at, warnings, stop };
}

describe("the runner", () => {
  it("samples on time and stops", () => {
    const { clock, at, warnings, stop } = running();
    clock.advance(35_000);
    expect(at).toEqual([10_000, 20_000, 30_000]);
    stop();
    clock.advance(60_000);
    expect(at).toHaveLength(3);
    expect(clock.pending()).toBe(0);
    expect(warnings).toEqual([]);
  });

  it("catches up with a short standstill, sample by sample", () => {
    const { clock, jump, at, warnings } = running();
    clock.advance(10_000);
    jump(60_000);
    clock.advance(1_000);
    expect(at).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
    expect(warnings).toEqual([]);
  });

  it("skips a long standstill and says so", () => {
    const { clock, jump, at, warnings } = running();
    clock.advance(10_000);
    jump(catchUpMsMax + hourMs);
    clock.advance(21_000);
    expect(at.length).toBeLessThan(6);
    expect(at.at(-1)).toBeGreaterThan(catchUpMsMax + hourMs);
    expect(warnings).toEqual(["the clock moved: 1 h 59 min skipped"]);
  });

  it("goes on at once after the wall clock was set back, and says so", () => {
    const { clock, jump, at, warnings } = running();
    clock.advance(30_000);
    jump(-hourMs);
    clock.advance(21_000);
    expect(at.length).toBeGreaterThanOrEqual(5);
    expect(at.at(-1)).toBeLessThan(30_000 - hourMs + 30_000);
    expect(warnings).toHaveLength(1);
  });
});
