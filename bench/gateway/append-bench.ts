import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteBuffer } from "@coldkeep/gateway/buffer/sqlite-buffer.ts";
import { counters } from "@coldkeep/gateway/health/counters.ts";
import { silentLog } from "@coldkeep/gateway/health/log.ts";
import { groupSamplesMax, recorder } from "@coldkeep/gateway/intake/recorder.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { rate } from "../engine/judge-bench.ts";
import { appendBare } from "./bare-appends.ts";

const devices = 64;
const total = 200_000;

/** Samples of 64 devices through the recorder to the durable commit, in groups as large as a commit takes, and one by one. */
export async function benchAppends(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  const startAt = systemClock.epochMs();
  const { buffer } = openSqliteBuffer(join(folder, "data"), startAt);
  const intake = recorder({
    gateway: "bench",
    buffer,
    clock: systemClock,
    counters: counters(),
    log: silentLog,
    rules: {
      probes: new Map(Array.from({ length: devices }, (_, n) => [`d${n}/t`, `p${n}`])),
      signals: new Map(),
      futureMaxMs: 300_000,
      driftMaxMs: 10_000,
    },
    ownTime: () => ({ errorMs: 0, isConfirmed: true }),
    commitWithinMs: 0,
    limits: { readingsMax: 1e9, bytesMax: 1e12, diskFreeMin: 0 },
    committed: () => {},
  });
  const raw = Buffer.from("bench");
  let kept = 0;
  let next = 0;
  const hear = (): void => {
    const [device, sequence] = [`d${next % devices}`, Math.floor(next / devices)];
    const channels = { t: 4 + (next % 10) / 10 };
    next += 1;
    const sample = { device, boot: 1, sequence, uptimeMs: sequence * 1_000, channels };
    const arrival = { source: "bench", sample, at: null, arrivedAt: startAt + sequence * 1_000, raw };
    intake.sample(arrival, true, (outcome) => (kept += outcome === "kept" ? 1 : 0));
  };
  const start = systemClock.monotonicMs();
  for (let n = 0; n < total; n += 1) hear();
  intake.flush();
  const tookMs = systemClock.monotonicMs() - start;
  const alone = systemClock.monotonicMs();
  for (let n = 0; n < 2_000; n += 1) {
    hear();
    intake.flush();
  }
  const aloneMs = systemClock.monotonicMs() - alone;
  if (kept !== total + 2_000) throw new RangeError(`${kept} of ${total + 2_000} were kept`);
  buffer.close();
  const bareMs = appendBare(folder, total / groupSamplesMax, groupSamplesMax, startAt);
  rmSync(folder, { recursive: true, force: true });
  return [
    `${rate(total, tookMs)} durable appends/s through the recorder (groups of ${groupSamplesMax}, ${devices} devices)`,
    `ratio to the same rows in bare SQLite at ${rate(total, bareMs)}/s: ${(bareMs / tookMs).toFixed(2)}`,
    `${rate(2_000, aloneMs)} appends/s with a commit for each`,
  ];
}
