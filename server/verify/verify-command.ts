import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { parsed, sayer } from "../backup/backup-command.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { findingText } from "./check-chains.ts";
import type { ChainName } from "./finding.ts";
import { type KnownHead, nameOf, readHeadLines, readTypedHead } from "./known-heads.ts";
import { verifyRecords, type Verification } from "./verify-records.ts";

/** Usage, for whoever asks or errs. */
export const verifyUsage =
  "coldkeep verify [--data folder | file | backup] [--heads file] [--head chain:number:hash] [--json]";

/**
 * `coldkeep verify`: checks journal and audit trail offline, in a data folder, a copy of the records or a backup, and holds them against heads that were kept elsewhere. Exit code 0
 * where all is whole, 1 where something is wrong, 2 where nothing could be checked.
 */
export async function verifyCommand(
  args: readonly string[],
  io: CommandIo,
  clock: Clock = systemClock,
): Promise<number> {
  const options = {
    data: { type: "string" },
    heads: { type: "string" },
    head: { type: "string", multiple: true },
    json: { type: "boolean" },
  } as const;
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...args], options, allowPositionals: true }),
    verifyUsage,
  );
  if (positionals.length > 1 || (positionals.length === 1 && values.data !== undefined))
    throw new CodedError("arguments.invalid", `Name one place: ${verifyUsage}`);
  const path = positionals[0] ?? values.data ?? recordsPath([], io);
  const heads = [
    ...(values.heads === undefined ? [] : readHeadLines(readHeads(values.heads, io), values.heads)),
    ...(values.head ?? []).map(readTypedHead),
  ];
  io.giveWay?.();
  const begun = clock.monotonicMs();
  let result: Verification;
  try {
    result = await verifyRecords(path, heads, sayer(io));
  } catch (error) {
    io.progress?.("");
    if (!(error instanceof CodedError)) throw error;
    io.print(
      values.json === true
        ? JSON.stringify({ path, code: error.code, error: error.message })
        : `${error.message} [${error.code}]`,
    );
    return 2;
  }
  io.progress?.("");
  const tookMs = Math.round(clock.monotonicMs() - begun);
  if (values.json === true)
    io.print(JSON.stringify({ path, isWhole: result.findings.length === 0, ...result, tookMs }));
  else tell(io, path, result, heads, tookMs);
  return result.findings.length === 0 ? 0 : 1;
}

function readHeads(path: string, io: CommandIo): string {
  try {
    return io.readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("arguments.invalid", `The heads ${path} cannot be read: ${reason}`, { cause });
  }
}

function tell(
  io: CommandIo,
  path: string,
  result: Verification,
  heads: readonly KnownHead[],
  tookMs: number,
): void {
  const { findings, headsOwn } = result;
  for (const chain of ["journal", "audit"] as const) io.print(chainLine(chain, result));
  for (const finding of findings) io.print(findingText(finding, formatInstant));
  const entries = result.journal.sequence + result.audit.sequence;
  io.print(
    `${entries} entries in ${(tookMs / 1_000).toFixed(1)} s; held against ${heads.length} heads from elsewhere and ${headsOwn} days' heads of the records themselves.`,
  );
  if (findings.length > 0) io.print(`${path} is NOT as it was written: ${findings.length} findings.`);
  else if (heads.length > 0) io.print(`${path} is whole, and all known heads lie on its chains.`);
  else
    io.print(
      `${path} is whole in itself. Without a head from elsewhere (--heads, --head) nobody can tell whether its end was cut off or all of it was made anew.`,
    );
}

function chainLine(chain: ChainName, { [chain]: { sequence, hash }, findings }: Verification): string {
  const isSound = findings.every((finding) => finding.chain !== chain);
  const name = nameOf(chain);
  if (sequence === 0 && findings.length > 0) return `${name}: nothing sound was read`;
  return isSound
    ? `${name}: entries 1 to ${sequence} follow from one another; head ${chain}:${sequence}:${hash}`
    : `${name}: sound up to entry ${sequence}`;
}
