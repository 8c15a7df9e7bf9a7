import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type Period, parsePeriod, periodTitle } from "@coldkeep/core/report/period.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { standingClock } from "@coldkeep/core/time/standing-clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { parsed, sayer } from "../backup/backup-command.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { composeInside } from "../inside.ts";
import { openSealKey } from "../reports/seal-key.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { gatherPeriod } from "./gather-period.ts";
import type { PeriodFacts } from "./period-facts.ts";
import { periodAttachments } from "./period-files.ts";
import { periodFileName, writeReport } from "./period-folder.ts";
import { renderPeriodReport } from "./period-pdf.ts";

/** Usage, for whoever asks or errs. */
export const reportUsage =
  "coldkeep report --period 2026-11 | 2026 [--data folder] [--to folder] [--mkt] [--files]";

/**
 * `coldkeep report`: the report of a month or a year of the site as PDF, from one moment of the records, also beside a running server. With `--files` the lists are
 * written beside it too. Exit code 0; throws `arguments.invalid`, `site.missing` and `reports.folder-unwritable`.
 */
export async function reportCommand(
  args: readonly string[],
  io: CommandIo,
  clock: Clock = systemClock,
): Promise<number> {
  const { period, to, wantsMkt, wantsFiles, saysProgress } = readArguments(args);
  io.giveWay?.();
  const begun = clock.monotonicMs();
  const outside: CommandIo = saysProgress ? { ...io, progress: printProgress(io) } : io;
  const say = sayer(outside);
  const path = recordsPath(args, io);
  const database = openDatabase(path);
  let facts: PeriodFacts;
  try {
    facts = database.snapshot(() =>
      gatherFrom(database, period, wantsMkt, (done, of) => say("measured", done, of)),
    );
  } finally {
    database.close();
  }
  outside.progress?.("printing");
  const bytes = await renderPeriodReport(facts, openSealKey(dirname(path)));
  const fileName = periodFileName(facts.site, period);
  const file = writeReport(to, fileName, bytes);
  outside.progress?.("");
  io.print(file);
  if (wantsFiles)
    for (const { name, content } of periodAttachments(facts))
      io.print(writeReport(to, `${fileName.slice(0, -".pdf".length)}-${name}`, content));
  const readings = facts.appliances
    .flatMap(({ probes }) => probes)
    .reduce((sum, probe) => sum + probe.readings, 0);
  const took = ((clock.monotonicMs() - begun) / 1_000).toFixed(1);
  io.print(
    `${periodTitle(period)}: ${readings} readings, ${facts.excursions.length} excursions, journal ${facts.journal.sequence} ${facts.journal.hash}, in ${took} s`,
  );
  return 0;
}

/** Tells how far it is line by line, for a program that reads what this prints. */
function printProgress({ print }: CommandIo): (text: string) => void {
  return (text) => {
    if (text !== "") print(text);
  };
}

/** Gathers a period from records that nobody else has open in this process. Call it within a snapshot. Throws `site.missing`. */
export function gatherFrom(
  database: Database,
  period: Period,
  wantsMkt: boolean,
  progress: (done: number, of: number) => void,
): PeriodFacts {
  const newest = database.prepare("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").get();
  const records = composeInside(
    database,
    standingClock(() => Number(newest?.["at"] ?? 0)),
  );
  const book = records.site();
  if (book === null) throw new CodedError("site.missing", "These records know no site yet.");
  return gatherPeriod(records, book, { period, wantsMkt, progress });
}

function readArguments(args: readonly string[]): {
  period: Period;
  to: string;
  wantsMkt: boolean;
  wantsFiles: boolean;
  saysProgress: boolean;
} {
  const options = {
    period: { type: "string" },
    to: { type: "string" },
    mkt: { type: "boolean" },
    files: { type: "boolean" },
    progress: { type: "boolean" },
    data: { type: "string" },
  } as const;
  const { values } = parsed(() => parseArgs({ args: [...args], options }), reportUsage);
  const period = parsePeriod(values.period ?? "");
  if (period === null)
    throw new CodedError(
      "arguments.invalid",
      `Say which month or year, such as 2026-11 or 2026: ${reportUsage}`,
    );
  return {
    period,
    to: values.to ?? ".",
    wantsMkt: values.mkt === true,
    wantsFiles: values.files === true,
    saysProgress: values.progress === true,
  };
}
