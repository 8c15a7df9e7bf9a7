import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";

/** How a command ended. */
export type CommandOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Longest reason that is kept of a command that failed, and longest line that is heard of one, characters. */
const saidMax = 500;

/** How long a command may take to stop and tidy up once it is told to; in the middle of something long it cannot. Unit ms. */
const stopWithinMs: DurationMs = 5 * secondMs;

const program = fileURLToPath(new URL("../coldkeep.ts", import.meta.url));

/** What a command in a process of its own is run with. */
export interface CommandRun {
  /** Ends it early. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  /** Hears the newest line of what it says. */
  readonly heard?: (line: string) => void;
}

/** Runs `coldkeep` with these arguments in a process of its own, so that its work takes no time from the server. Never rejects. */
export function runCommand(
  args: readonly string[],
  { stop, clock, heard }: CommandRun,
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    let failed = "";
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let cancel: Cancel = () => undefined;
    const end = (): void => {
      child.kill("SIGTERM");
      cancel = clock.after(stopWithinMs, () => void child.kill("SIGKILL"));
    };
    if (stop.aborted) end();
    stop.addEventListener("abort", end, { once: true });
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) =>
      heard?.(text.trimEnd().split("\n").at(-1)?.slice(0, saidMax) ?? ""),
    );
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      failed = `${failed}${text}`.slice(-saidMax);
    });
    const done = (outcome: CommandOutcome): void => {
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
