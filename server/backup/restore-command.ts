import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { manifestLines, parsed, sayer } from "./backup-command.ts";
import { asidePrefix, restoreBackup, verifyBackup } from "./restore.ts";

/** Usage, for whoever asks or errs. */
export const restoreUsage = "coldkeep restore --from backup [--data folder] [--force | --verify-only]";

/**
 * `coldkeep restore`: checks a backup whole and puts its records into an empty data folder; `--force` sets aside what is there, `--verify-only` checks and puts nothing
 * anywhere. Exit code 0; throws `arguments.invalid` and what `restoreBackup` throws.
 */
export async function restoreCommand(
  args: readonly string[],
  io: CommandIo,
  clock: Clock = systemClock,
): Promise<number> {
  const options = {
    from: { type: "string" },
    data: { type: "string" },
    force: { type: "boolean" },
    "verify-only": { type: "boolean" },
  } as const;
  const { values } = parsed(() => parseArgs({ args: [...args], options }), restoreUsage);
  const { from } = values;
  if (from === undefined) throw new CodedError("arguments.invalid", `Say from which backup: ${restoreUsage}`);
  const isOnlyVerified = values["verify-only"] === true;
  if (isOnlyVerified && values.force === true)
    throw new CodedError("arguments.invalid", `--force or --verify-only, not both: ${restoreUsage}`);
  const data = dirname(recordsPath(args, io));
  const say = sayer(io);
  const aside = `${asidePrefix}${formatInstant(clock.epochMs()).replace(/[-:.]/g, "")}`;
  const manifest = isOnlyVerified
    ? await verifyBackup(from, tmpdir(), say)
    : await restoreBackup({ from, data, setAside: values.force === true ? aside : null, progress: say });
  io.progress?.("");
  for (const line of manifestLines(manifest)) io.print(line);
  io.print("All bytes, SQLite's integrity, the chains of journal and audit trail and the counts are right.");
  if (isOnlyVerified) io.print("Nothing was put anywhere.");
  else io.print(`Restored into ${data}. Compare with: coldkeep replay --data ${data}`);
  return 0;
}
