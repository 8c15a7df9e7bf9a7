import { parseArgs } from "node:util";
import { secondMs } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { makeYearFolder } from "./folder.ts";
import { proveYear } from "./proof.ts";
import { liveYear } from "./year.ts";

// npm run year -- [--seed 7] [--days 365] [--every 300] [--runs 1] [--over radio]
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    days: { type: "string" },
    /** Seconds between two samples of a device. */
    every: { type: "string" },
    over: { type: "string" },
    runs: { type: "string" },
    log: { type: "boolean" },
  },
});
const firstSeed = Number(values.seed ?? 1);
const logged =
  values.log === true
    ? (facts: object, message: string): void =>
        void process.stdout.write(`${message} ${JSON.stringify(facts)}\n`)
    : null;
const log = logged === null ? {} : { log: { info: logged, warn: logged, error: logged } };
for (let seed = firstSeed; seed < firstSeed + Number(values.runs ?? 1); seed += 1) {
  const folder = makeYearFolder();
  const over: "line" | "radio" = values.over === "radio" ? "radio" : "line";
  const options = {
    seed,
    over,
    days: Number(values.days ?? 365),
    everyMs: Number(values.every ?? 300) * secondMs,
  };
  const startedMs = systemClock.monotonicMs();
  const year = await liveYear({ ...options, folder: folder.path, ...log });
  const { findings, figures } = proveYear(year);
  const seconds = ((systemClock.monotonicMs() - startedMs) / secondMs).toFixed(1);
  year.box.kill();
  folder.remove();
  process.stdout.write(`${JSON.stringify({ ...options, seconds, ...figures }, null, 2)}\n`);
  for (const finding of findings) process.stdout.write(`NOT PROVEN: ${finding}\n`);
  if (findings.length > 0) process.exitCode = 1;
}
