import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { parsed } from "../backup/backup-command.ts";
import type { CommandIo } from "../command-io.ts";
import type { StatedHeads } from "../period/verify-period.ts";
import { findingText } from "../verify/check-chains.ts";
import type { KnownHead } from "../verify/known-heads.ts";
import { verifyRecords } from "../verify/verify-records.ts";
import { verifyReport } from "./verify-report.ts";

/** Usage, for whoever asks or errs. */
export const verifyReportUsage =
  "coldkeep verify report.pdf [--key 64 hex digits] [--records folder, copy or backup]";

/** True for arguments that ask for a report to be checked. */
export function isAboutReport(args: readonly string[]): boolean {
  return args.some((each) => each.toLowerCase().endsWith(".pdf"));
}

/**
 * `coldkeep verify report.pdf`: checks a report with no server at hand: its seal, the files inside, its figures computed anew (of a period: that the time of each probe adds up). `--key` says whose seal it must be, `--records` holds the
 * heads that it states against records. Exit code 0 where all holds, 1 where something is wrong; throws `arguments.invalid` and what opening the records throws.
 */
export async function verifyReportCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const options = { key: { type: "string" }, records: { type: "string" } } as const;
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...args], options, allowPositionals: true }),
    verifyReportUsage,
  );
  const [path, ...more] = positionals;
  if (
    path === undefined ||
    more.length > 0 ||
    (values.key !== undefined && !/^[0-9a-f]{64}$/i.test(values.key))
  )
    throw new CodedError("arguments.invalid", verifyReportUsage);
  const { wrong, held, publicHex, heads } = await verifyReport(readBytes(path, io));
  const all = [...wrong];
  const good = [...held];
  if (values.key !== undefined && publicHex !== values.key.toLowerCase())
    all.push(`The seal: it was not made with the key ${values.key.toLowerCase()}.`);
  if (heads !== null && values.records !== undefined) {
    const found = await againstRecords(values.records, heads);
    all.push(...found);
    if (found.length === 0) good.push(`its heads lie on the chains of ${values.records}, which are whole`);
  }
  for (const line of good) io.print(`holds: ${line}`);
  for (const line of all) io.print(`WRONG: ${line}`);
  if (all.length > 0) io.print(`${path} is NOT as it was made.`);
  else {
    io.print(`${path} is as it was made.`);
    if (values.key === undefined)
      io.print(
        "Whether that server is yours, the key tells: compare it with the one that you keep, or name it with --key.",
      );
  }
  return all.length === 0 ? 0 : 1;
}

function readBytes(path: string, io: CommandIo): Uint8Array {
  try {
    if (io.readBytes !== undefined) return io.readBytes(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("arguments.invalid", `The report ${path} cannot be read: ${reason}`, { cause });
  }
  throw new CodedError("arguments.invalid", `The report ${path} cannot be read here.`);
}

async function againstRecords(records: string, { journal, audit }: StatedHeads): Promise<string[]> {
  const from = "the head in the report";
  const heads: KnownHead[] = [
    { chain: "journal", ...journal, from },
    ...(audit === null ? [] : [{ chain: "audit" as const, ...audit, from }]),
  ];
  const { findings } = await verifyRecords(records, heads, () => undefined);
  return findings.map((finding) => `${records}: ${findingText(finding, formatInstant)}`);
}
