import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { checkConfig, resolveAppliance } from "../settings.ts";
import { applianceWithPast } from "./history.ts";
import { loadState, saveState } from "./state-file.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "coldkeep-sim-state-"));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the state file", () => {
  it("gives back what every kind of device remembered, samples only of a memory that keeps them", () => {
    const config = checkConfig({}, "test");
    const past = { historyMs: 600_000, historyIntervalMs: 60_000 };
    const remembered = new Map(
      config.appliances.map((one, index) => {
        const settings = {
          ...resolveAppliance(one, config),
          memory: index === 0 ? "kept" : "volatile",
        } as const;
        return [
          settings.device,
          applianceWithPast(settings, 1, 1_790_000_000_000, null, past).remember(),
        ] as const;
      }),
    );
    saveState(folder, remembered);
    expect(loadState(folder)).toEqual(remembered);
    expect([...remembered.values()].map((one) => one.kept.length > 0)).toEqual([
      true,
      ...Array<boolean>(8).fill(false),
    ]);
  });

  it("is empty at first, and refused when damaged", () => {
    expect(loadState(folder).size).toBe(0);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "hospital.json"), '{"version":1,"devi');
    expect(() => loadState(folder)).toThrow(/hospital\.json cannot be read as the devices' memory/);
  });
});
