import type { Clock } from "@coldkeep/core/time/clock.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import type { BackupSettings } from "./backup-settings.ts";
import { runCommand } from "../own-process/run-command.ts";
import { completeBackups } from "./kept-backups.ts";
import type { BackupMaker } from "./scheduled-backups.ts";

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
  const args = ["backup", "--data", data, "--to", to, "--keep", String(keep)];
  if (verify) args.push("--verify");
  return {
    make: (stop) => runCommand(args, { stop, clock }),
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
