import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { keepMax } from "./backup-settings.ts";
import { removeAbandoned, removeOld } from "./kept-backups.ts";
import type { Manifest } from "./manifest.ts";
import { verifyBackup } from "./restore.ts";
import { isFolder, writeBackup } from "./write-backup.ts";

/** Usage, for whoever asks or errs. */
export const backupUsage = "coldkeep backup --to file-or-folder [--keep number] [--verify] [--data folder]";

/**
 * `coldkeep backup`: a consistent, packed copy of the records, also while a server writes to them. With `--verify` it is checked as a restore would before it gets its
 * name; with `--keep` the oldest beyond that number are removed afterwards. Exit code 0; throws `arguments.invalid` and what `writeBackup` and `verifyBackup` throw.
 */
export async function backupCommand(
  args: readonly string[],
  io: CommandIo,
  clock: Clock = systemClock,
): Promise<number> {
  const { to, keep, verify } = readArguments(args);
  const intoFolder = isFolder(to);
  if (keep !== null && !intoFolder)
    throw new CodedError(
      "arguments.invalid",
      `--keep needs --to to be a folder that is there: ${backupUsage}`,
    );
  if (intoFolder) {
    for (const path of removeAbandoned(to, clock.epochMs())) io.print(`Removed unfinished ${path}`);
  }
  io.giveWay?.();
  const say = sayer(io);
  const begun = clock.monotonicMs();
  const stop = io.interruption?.();
  const backup = await writeBackup(
    {
      records: recordsPath(args, io),
      to,
      progress: (done, of) => say("read", done, of),
      ...(verify ? { verify: async (file) => void (await verifyBackup(file, dirname(file), say)) } : {}),
      ...(stop === undefined ? {} : { stop }),
    },
    clock,
  );
  io.progress?.("");
  const { content, packed } = backup.manifest;
  io.print(backup.path);
  for (const line of manifestLines(backup.manifest)) io.print(line);
  const share = Math.round((100 * packed.bytes) / content.bytes);
  const took = ((clock.monotonicMs() - begun) / 1_000).toFixed(1);
  io.print(
    `${mebibytes(content.bytes)} packed to ${mebibytes(packed.bytes)} (${share} %) in ${took} s${verify ? ", and checked" : ""}`,
  );
  if (keep !== null) for (const path of removeOld(to, backup, keep)) io.print(`Removed ${path}`);
  return 0;
}

/** What a manifest says, for people. */
export function manifestLines({ site, createdAt, program, journal, audit, counts }: Manifest): string[] {
  return [
    `site ${site ?? "(none)"} at ${createdAt}, by Coldkeep ${program}`,
    `journal ${journal.sequence} ${journal.hash}`,
    `audit ${audit.sequence} ${audit.hash}`,
    Object.entries(counts)
      .map(([table, count]) => `${table} ${count}`)
      .join(", "),
  ];
}

/** Tells a terminal how far something is, in hundredths, each once. */
export function sayer(io: CommandIo): (what: string, done: number, of: number) => void {
  let said = "";
  return (what, done, of) => {
    const text = `${what} ${Math.floor((100 * done) / Math.max(1, of))} %`;
    if (text !== said) io.progress?.(text);
    said = text;
  };
}

function readArguments(args: readonly string[]): { to: string; keep: number | null; verify: boolean } {
  const options = {
    to: { type: "string" },
    keep: { type: "string" },
    verify: { type: "boolean" },
    data: { type: "string" },
  } as const;
  const { values } = parsed(() => parseArgs({ args: [...args], options }), backupUsage);
  if (values.to === undefined) throw new CodedError("arguments.invalid", `Say where to: ${backupUsage}`);
  const keep = values.keep === undefined ? null : Number(values.keep);
  if (keep !== null && !(Number.isInteger(keep) && keep >= 1 && keep <= keepMax))
    throw new CodedError("arguments.invalid", `--keep is a number from 1 to ${keepMax}: ${backupUsage}`);
  return { to: values.to, keep, verify: values.verify === true };
}

/** Parses arguments; what cannot be parsed is told with the usage. */
export function parsed<Result>(parse: () => Result, usage: string): Result {
  try {
    return parse();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("arguments.invalid", `${reason}\n${usage}`, { cause });
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
