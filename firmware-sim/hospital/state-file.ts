import * as fs from "node:fs";
import * as path from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { faultWords } from "@coldkeep/core/readings/reading.ts";
import * as z from "zod";
import type { Remembered } from "./appliance.ts";

const thermalSchema = z.strictObject({
  airCelsius: z.number(),
  loadCelsius: z.number(),
  controlCelsius: z.number(),
  airProbeCelsius: z.number(),
  productProbeCelsius: z.number(),
  compressor: z.enum(["on", "off"]),
  restedMs: z.number(),
  sinceDefrostMs: z.number(),
  packKilojoules: z.number(),
  packMs: z.number(),
});

const sampleSchema = z.strictObject({
  device: z.string(),
  boot: z.int(),
  sequence: z.int(),
  uptimeMs: z.int(),
  at: z.int(),
  channels: z.record(z.string(), z.union([z.number(), z.enum(faultWords)])),
});

const stateSchema = z.strictObject({
  version: z.literal(1),
  devices: z.record(
    z.string(),
    z.strictObject({
      boot: z.int().min(1),
      lastSampleAt: z.int(),
      thermal: thermalSchema,
      kept: z.array(sampleSchema),
    }),
  ),
});

const fileName = "hospital.json";

/**
 * What the devices remembered at the last write, by device name; empty on the first start. Throws `sim.state-unreadable` where the
 * file is there but damaged: counting boots from 1 again would give old numbers to new samples.
 */
export function loadState(folder: string): ReadonlyMap<string, Remembered> {
  const file = path.join(folder, fileName);
  if (!fs.existsSync(file)) return new Map();
  try {
    const { devices } = stateSchema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
    return new Map(Object.entries(devices));
  } catch (cause) {
    throw new CodedError(
      "sim.state-unreadable",
      `${file} cannot be read as the devices' memory. Remove it to start with new devices, together with what the gateway stored of the old ones.`,
      { context: { file }, cause },
    );
  }
}

/** Writes what the devices remember, in one step: after a crash the file is the old or the new one. */
export function saveState(folder: string, devices: ReadonlyMap<string, Remembered>): void {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, fileName);
  fs.writeFileSync(`${file}.new`, JSON.stringify({ version: 1, devices: Object.fromEntries(devices) }));
  fs.renameSync(`${file}.new`, file);
}
