import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { parsePeriod, type Period, periodText } from "@coldkeep/core/report/period.ts";

/** A report of a period that lies in a folder. */
export interface MadeReport {
  readonly name: string;
  readonly period: Period;
  readonly bytes: number;
}

/** Most reports of a folder that are listed, the newest periods first. */
export const madeReportsMax = 1_000;

/** The name of a site's report of a period. */
export function periodFileName(site: string, period: Period): string {
  return `coldkeep-report-${site}-${periodText(period)}.pdf`;
}

/**
 * Writes the report into a folder that is there, durably and whole or not at all, in the place of an older one of the same period. Gives its path; throws `reports.folder-unwritable`.
 */
export function writeReport(folder: string, name: string, content: Uint8Array): string {
  const path = join(folder, name);
  const unfinished = `${path}.unfinished`;
  try {
    const file = openSync(unfinished, "w", 0o640);
    try {
      for (let at = 0; at < content.length;) at += writeSync(file, content, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
    return path;
  } catch (cause) {
    removeIfThere(unfinished);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError(
      "reports.folder-unwritable",
      `The report cannot be written into ${folder}: ${reason}. Name a folder that is there and has room with --to.`,
      { cause },
    );
  }
}

/** The reports of a site in a folder, the newest period first; none where the folder cannot be read. */
export function madeReports(folder: string, site: string): MadeReport[] {
  const prefix = `coldkeep-report-${site}-`;
  return namesIn(folder)
    .flatMap((name) => {
      if (!name.startsWith(prefix) || !name.endsWith(".pdf")) return [];
      const period = parsePeriod(name.slice(prefix.length, -".pdf".length));
      const bytes = period === null ? null : sizeOf(join(folder, name));
      return period === null || bytes === null ? [] : [{ name, period, bytes }];
    })
    .toSorted((a, b) => (periodText(a.period) < periodText(b.period) ? 1 : -1))
    .slice(0, madeReportsMax);
}

/** A report's content; null where it is not there. `name` must be one that `madeReports` gave. */
export function readReport(folder: string, name: string): Uint8Array | null {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is not there.
  }
}
