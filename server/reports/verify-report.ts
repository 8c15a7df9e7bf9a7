import { differingFigures, recompute } from "@coldkeep/core/report/evidence.ts";
import { parseReadingsCsv } from "@coldkeep/core/report/readings-csv.ts";
import {
  type ReportData,
  reportDataSchema,
  reportFiles,
  statedFigures,
  statedProfiles,
} from "@coldkeep/core/report/report-data.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import { periodDataFile } from "../period/period-files.ts";
import { checkPeriodFiles, type StatedHeads } from "../period/verify-period.ts";
import { filesIn } from "./files-in-pdf.ts";
import { checkSeal } from "./seal.ts";

/** What checking a report by itself came to. */
export interface ReportVerdict {
  /** What is wrong, in words; empty where nothing is. */
  readonly wrong: readonly string[];
  /** What was checked and held. */
  readonly held: readonly string[];
  /** The key of its seal, for comparing; null without a good seal. */
  readonly publicHex: string | null;
  /** What it states; null where that cannot be read. */
  readonly data: ReportData | null;
  /** The heads of the records that it states; null where they cannot be read. */
  readonly heads: StatedHeads | null;
}

/**
 * Checks a report with no server at hand: the seal over all its bytes, the files inside against their hashes, and, of an excursion, the figures, which are computed anew from the readings and rules
 * inside; of a period, that the time of each probe adds up.
 * Never throws, whatever the bytes.
 */
export async function verifyReport(file: Uint8Array): Promise<ReportVerdict> {
  const wrong: string[] = [];
  const held: string[] = [];
  const sealed = checkSeal(file);
  if (sealed.ok) held.push(`sealed as it is, with the key ${sealed.publicHex}`);
  else wrong.push(`The seal: ${sealed.why}.`);
  const files = await filesIn(file);
  if (files?.has(periodDataFile) === true) {
    const heads = checkPeriodFiles(files, wrong, held);
    return { wrong, held, publicHex: sealed.ok ? sealed.publicHex : null, data: null, heads };
  }
  const data = files === null ? null : readData(files, wrong);
  if (files === null) wrong.push("It is no PDF that can be read.");
  else if (data !== null) checkData(data, files, wrong, held);
  return { wrong, held, publicHex: sealed.ok ? sealed.publicHex : null, data, heads: data };
}

type Files = ReadonlyMap<string, Uint8Array>;

function readData(files: Files, wrong: string[]): ReportData | null {
  const bytes = files.get(reportFiles.data);
  if (bytes === undefined) {
    wrong.push(`It carries no ${reportFiles.data}.`);
    return null;
  }
  const parsed = reportDataSchema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  wrong.push(
    `${reportFiles.data} is not what a report states: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
  );
  return null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

function checkData(data: ReportData, files: Files, wrong: string[], held: string[]): void {
  for (const { name, sha256 } of [data.readings, data.units, data.actionList].filter(
    (each) => each !== null,
  )) {
    const bytes = files.get(name);
    if (bytes === undefined) wrong.push(`It carries no ${name}.`);
    else if (sha256Hex(bytes) !== sha256)
      wrong.push(`${name} is not the file that ${reportFiles.data} names.`);
    else held.push(`${name} is the file that it names`);
  }
  const readings = files.get(data.readings.name);
  if (readings !== undefined) checkFigures(data, new TextDecoder().decode(readings), wrong, held);
}

function checkFigures(data: ReportData, csv: string, wrong: string[], held: string[]): void {
  const { id, status } = data.excursion;
  const parsed = parseReadingsCsv(csv);
  if (!parsed.ok) {
    wrong.push(`Line ${parsed.line} of ${data.readings.name}: ${parsed.why}.`);
    return;
  }
  if (parsed.readings.length !== data.readings.entries) {
    wrong.push(`It names ${data.readings.entries} readings and carries ${parsed.readings.length}.`);
  }
  if (status === "withdrawn") {
    held.push(`${id} was withdrawn: there are no figures to compute`);
    return;
  }
  const knownAt = parseInstant(data.knownAt) ?? 0;
  const recomputed = recompute(parsed.readings, statedProfiles(data), knownAt);
  const differing = differingFigures(statedFigures(data), recomputed);
  if (differing === null) wrong.push(`No excursion such as ${id} follows from its readings.`);
  else if (differing.length > 0) {
    wrong.push(`From its readings follow other figures of ${id} than it states: ${differing.join(", ")}.`);
  } else
    held.push(
      `the figures of ${id} follow from its ${parsed.readings.length} readings and the rules that it states`,
    );
}
