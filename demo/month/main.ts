import { parseArgs } from "node:util";
import { secondMs } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { monthFigures } from "./figures.ts";
import { liveMonth } from "./month.ts";
import { proveMonth } from "./proof.ts";

// node demo/month/main.ts [--days 365] [--seed 7]
const { values } = parseArgs({ options: { days: { type: "string" }, seed: { type: "string" } } });
const options = { days: Number(values.days ?? 30), seed: Number(values.seed ?? 1) };
const startedMs = systemClock.monotonicMs();
const month = liveMonth(options);
const livedMs = systemClock.monotonicMs();
const proof = await proveMonth(month);
const seconds = (from: number, to: number): string => `${((to - from) / secondMs).toFixed(1)} s`;
process.stdout.write(`${JSON.stringify({ ...options, ...monthFigures(month, proof) }, null, 2)}\n`);
process.stdout.write(
  `lived in ${seconds(startedMs, livedMs)}, proven in ${seconds(livedMs, systemClock.monotonicMs())}\n`,
);
for (const finding of proof.findings) process.stdout.write(`NOT PROVEN: ${finding}\n`);
process.exitCode = proof.findings.length === 0 ? 0 : 1;
