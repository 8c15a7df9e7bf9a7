/**
 * The simulator as a process of its own, against a real Mosquitto: nothing that a device sampled is missing at the other end,
 * whatever the broker and the scenario did.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { MqttSample } from "@coldkeep/core/mqtt/message.ts";
import { describe, expect, it, vi } from "vitest";
import { broker, end, folder, listen, mosquitto, patient, ready, simulate } from "../testing/harness.ts";

const radios = ["ckt-fridge-3", "ckt-fridge-4", "ckt-freezer-2", "ckt-box-1"];

/** Sequences in order of arrival, each once. */
const numbers = (samples: readonly MqttSample[]): number[] => [
  ...new Set(samples.map((one) => one.sequence)),
];
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe.skipIf(mosquitto === undefined)(
  "the simulator with a real broker (skipped where there is no mosquitto)",
  () => {
    it("tells the past, lives on, tells its end, and goes on as the next boot", async () => {
      await broker();
      const heard = await listen();
      const first = simulate({});
      expect(await ready(first)).toMatchObject({ ready: true, mqtt: { connected: 4, of: 4 } });
      await vi.waitFor(
        () => radios.forEach((device) => expect(heard.of(device).length).toBeGreaterThan(45)),
        patient,
      );
      expect(await end(first.child, "SIGTERM")).toBe(0);
      expect(first.errors()).toBe("");
      await vi.waitFor(
        () => radios.forEach((device) => expect(heard.status).toContain(`${device} offline`)),
        patient,
      );
      expect(fs.readdirSync(path.join(folder, "lines"))).toEqual([]);
      for (const device of radios) {
        const samples = heard.of(device);
        expect(samples.map((one) => one.sequence)).toEqual(upTo(samples.length));
        const [oldest, next] = samples;
        expect((next?.at ?? 0) - (oldest?.at ?? 0)).toBe(60_000);
        expect(new Set(samples.map((one) => (one.at ?? 0) - one.uptimeMs)).size).toBe(1);
        expect(heard.status.filter((line) => line.startsWith(device))).toEqual([
          `${device} online`,
          `${device} offline`,
        ]);
      }
      const before = heard.samples.length;
      const second = simulate({});
      await vi.waitFor(() => expect(heard.samples.length).toBeGreaterThan(before + 20), patient);
      const again = heard.samples.slice(before);
      expect(new Set(again.map((one) => one.boot))).toEqual(new Set([2]));
      const lastAt = Math.max(...heard.samples.slice(0, before).map((one) => one.at ?? 0));
      expect(Math.min(...again.map((one) => one.at ?? 0))).toBeGreaterThan(lastAt);
      expect(await end(second.child, "SIGTERM")).toBe(0);
    });

    it("loses no sample when the broker dies and comes back", async () => {
      const old = await broker();
      const before = await listen();
      const simulator = simulate({ history: "0s" });
      await vi.waitFor(
        () => radios.forEach((device) => expect(before.of(device).length).toBeGreaterThan(5)),
        patient,
      );
      await end(old, "SIGKILL");
      await before.client.endAsync(true);
      await broker();
      const after = await listen();
      const enough = before.of("ckt-box-1").length + 25;
      const seen = (device: string): number[] => numbers([...before.of(device), ...after.of(device)]);
      await vi.waitFor(
        () => radios.forEach((device) => expect(seen(device).length).toBeGreaterThan(enough)),
        patient,
      );
      await end(simulator.child, "SIGTERM");
      for (const device of radios) {
        const late = numbers(after.of(device));
        expect(late).toEqual(late.toSorted((a, b) => a - b));
        const missing = upTo(Math.max(...seen(device)) + 1).filter(
          (number) => !seen(device).includes(number),
        );
        // What the dead broker had confirmed and not yet passed on is lost with it: at most what was on its way.
        expect(missing.length).toBeLessThanOrEqual(1);
      }
    });

    it("plays a scenario: last will, everything after, duplicates, garbage, and a line for each", async () => {
      await broker();
      const heard = await listen();
      const scenario = [
        { at: "1s", appliance: "fridge-3", event: "offline", for: "2s" },
        { at: "1s", appliance: "fridge-4", event: "duplicate-sends", for: "2s" },
        { at: "1s", appliance: "freezer-2", event: "garbage", for: "2s" },
        { at: "1s", appliance: "box-1", event: "reboot" },
      ];
      const simulator = simulate({ history: "0s", scenario });
      await vi.waitFor(
        () => expect(simulator.lines.filter((line) => / again| properly/.test(line))).toHaveLength(3),
        patient,
      );
      const fridge = heard.of("ckt-fridge-3").length;
      await vi.waitFor(() => expect(heard.of("ckt-fridge-3").length).toBeGreaterThan(fridge + 12), patient);
      await end(simulator.child, "SIGTERM");
      expect(numbers(heard.of("ckt-fridge-3"))).toEqual(upTo(numbers(heard.of("ckt-fridge-3")).length));
      expect(heard.status.filter((line) => line.startsWith("ckt-fridge-3")).slice(0, 3)).toEqual(
        ["online", "offline", "online"].map((word) => `ckt-fridge-3 ${word}`),
      );
      const doubled = heard.of("ckt-fridge-4");
      expect(doubled.length - numbers(doubled).length).toBeGreaterThan(5);
      expect(heard.refused.length).toBeGreaterThan(5);
      expect(numbers(heard.of("ckt-freezer-2"))).toEqual(upTo(numbers(heard.of("ckt-freezer-2")).length));
      expect(new Set(heard.of("ckt-box-1").map((one) => one.boot))).toEqual(new Set([1, 2]));
      expect(
        simulator.lines.some((line) =>
          /^\d\d:\d\d:\d\d device of fridge-3 has no connection for 2 s$/.test(line),
        ),
      ).toBe(true);
    });
  },
);
