import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { periodText } from "@coldkeep/core/report/period.ts";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { PeriodMaker, PeriodOutcome } from "./period-reports.ts";

/** Longest reason that is kept of a report that failed, and longest line that tells how far one is, characters. */
const saidMax = 500;

/** How long the process may take to end. Unit ms. */
const stopWithinMs: DurationMs = 5 * secondMs;

const program = fileURLToPath(new URL("../coldkeep.ts", import.meta.url));

/** Makes reports with `coldkeep report` in a process of its own, so that going through a year of readings takes no time from the server. */
export function periodProcess(data: string, folder: string, clock: Clock): PeriodMaker {
  return {
    make: (period, wantsMkt, progress, stop) => {
      const args = [program, "report", "--period", periodText(period), "--data", data, "--to", folder];
      return run([...args, "--progress", ...(wantsMkt ? ["--mkt"] : [])], progress, stop, clock);
    },
  };
}

function run(
  args: readonly string[],
  progress: (text: string) => void,
  stop: AbortSignal,
  clock: Clock,
): Promise<PeriodOutcome> {
  return new Promise((resolve) => {
    let failed = "";
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let cancel: Cancel = () => undefined;
    const end = (): void => {
      child.kill("SIGTERM");
      cancel = clock.after(stopWithinMs, () => void child.kill("SIGKILL"));
    };
    if (stop.aborted) end();
    stop.addEventListener("abort", end, { once: true });
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      const line = text.trimEnd().split("\n").at(-1)?.slice(0, saidMax) ?? "";
      if (/^(measured \d+ %|printing)$/.test(line)) progress(line);
    });
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      failed = `${failed}${text}`.slice(-saidMax);
    });
    const done = (outcome: PeriodOutcome): void => {
      stop.removeEventListener("abort", end);
      cancel();
      resolve(outcome);
    };
    child.once("error", (error) => done({ ok: false, reason: error.message }));
    child.once("close", (code, signal) => {
      if (code === 0) done({ ok: true });
      else done({ ok: false, reason: failed.trim() || `it ended with ${String(code ?? signal)}` });
    });
  });
}
