import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, parseInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import type { BackupSettings } from "./backup-settings.ts";
import { completeBackups } from "./kept-backups.ts";
import type { BackupMaker, BackupOutcome } from "./scheduled-backups.ts";

/** Longest reason that is kept of a backup that failed, characters. */
const reasonMax = 500;

/** How long a backup may take to stop and tidy up; in the middle of a long check it cannot. Unit ms. */
const stopWithinMs: DurationMs = 5 * secondMs;

const program = fileURLToPath(new URL("../coldkeep.ts", import.meta.url));

/**
 * Makes backups with `coldkeep backup` in a process of its own: packing takes no time from the server, and closing the records' file there lets go of none of the
 * server's locks. `site` names the site whose backups count.
 */
export function backupProcess(
  data: string,
  { to, keep, verify }: BackupSettings,
  site: () => string | null,
  clock: Clock,
): BackupMaker {
  const args = [program, "backup", "--data", data, "--to", to, "--keep", String(keep)];
  if (verify) args.push("--verify");
  return {
    make: (stop) => run(args, stop, clock),
    newest: () => {
      try {
        const [newest] = completeBackups(to, site());
        return newest === undefined ? null : parseInstant(newest.manifest.createdAt);
      } catch {
        return null;
      }
    },
  };
}

function run(args: readonly string[], stop: AbortSignal, clock: Clock): Promise<BackupOutcome> {
  return new Promise((resolve) => {
    let said = "";
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    let cancel: Cancel = () => undefined;
    const end = (): void => {
      child.kill("SIGTERM");
      cancel = clock.after(stopWithinMs, () => void child.kill("SIGKILL"));
    };
    stop.addEventListener("abort", end, { once: true });
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      said = `${said}${text}`.slice(-reasonMax);
    });
    const done = (outcome: BackupOutcome): void => {
      stop.removeEventListener("abort", end);
      cancel();
      resolve(outcome);
    };
    child.once("error", (error) => done({ ok: false, reason: error.message }));
    child.once("close", (code, signal) => {
      if (code === 0) done({ ok: true });
      else done({ ok: false, reason: said.trim() || `it ended with ${String(code ?? signal)}` });
    });
  });
}
