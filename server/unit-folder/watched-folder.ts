import type { Cancel } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { fileBytesMax } from "@coldkeep/core/unit-feed/csv-records.ts";
import type { Logger } from "pino";
import type { Metrics } from "../health/metrics.ts";
import { checkFile, type ReadingServices } from "../unit-import/file-reading.ts";
import { refusalReport } from "../unit-import/refusal-report.ts";
import { type RefusedLine, takeFile } from "../unit-import/take-file.ts";
import { plainName } from "../unit-import/upload.ts";
import type { UnitServices } from "../units/unit-commands.ts";
import type { FolderFile, FolderFiles } from "./folder-files.ts";

/** Who the trail names for files of the folder. */
export const folderActor = "units-folder";

/** Most files that are looked at in one look; the others have their turn after them. */
export const filesPerLookMax = 1_000;

/** What the watch works with. */
export interface WatchParts {
  readonly services: UnitServices & ReadingServices & { readonly metrics: Pick<Metrics, "watch"> };
  readonly files: FolderFiles;
  readonly every: DurationMs;
  readonly logger: Pick<Logger, "info" | "error">;
}

/** A folder that is watched. */
export interface WatchedFolder {
  readonly start: () => void;
  /** Ends after the slice that is under way; the file is taken again at the next start. */
  readonly stop: () => Promise<void>;
  /** Looks once: takes what is complete. Never rejects. */
  readonly look: () => Promise<void>;
}

/**
 * Watches a folder. A file that stands unchanged from one look to the next is moved to `taking`, checked and taken, then moved to `taken`, or to `refused` where it
 * cannot be read, with a report of the refused lines beside it. What a crash left in `taking` is taken again, which changes nothing that is known.
 */
export function watchFolder({ services, files, every, logger }: WatchParts): WatchedFolder {
  const ending = new AbortController();
  const seen = new Map<string, string>();
  const told = new Set<string>();
  let cancel: Cancel = () => undefined;
  let running: Promise<void> | null = null;
  let taken = 0;
  let refused = 0;
  let lines = 0;
  let isFailing = false;

  const tellOnce = (key: string, facts: object, message: string): void => {
    if (told.has(key)) return;
    if (told.size >= filesPerLookMax) told.clear();
    told.add(key);
    logger.error(facts, message);
  };

  const complete = (found: readonly FolderFile[]): string[] => {
    const ready: string[] = [];
    const now = new Map<string, string>();
    for (const { name, isPlain, bytes, changed } of found) {
      const mark = `${bytes} ${changed}`;
      if (!isPlain)
        tellOnce(`link ${name}`, { name }, "no file of its own in the folder of units: left alone");
      else if (seen.get(name) === mark) ready.push(name);
      else now.set(name, mark);
    }
    seen.clear();
    for (const [name, mark] of now) seen.set(name, mark);
    return ready;
  };

  const finish = (
    name: string,
    to: "taken" | "refused",
    sha256: string | null,
    report: { readonly refusals: readonly RefusedLine[]; readonly refused: number },
  ): void => {
    const stem = name.replace(/\.csv$/i, "");
    const mark = sha256?.slice(0, 8) ?? String(services.clock.epochMs());
    const newName = files.exists(to, name) ? `${stem}.${mark}.csv` : name;
    files.write(to, `${newName}.report.csv`, refusalReport(report.refusals, report.refused));
    files.move(name, "taking", to, newName);
  };

  const refuse = (name: string, sha256: string | null, refusal: RefusedLine): void => {
    refused += 1;
    logger.error({ name, code: refusal.code, why: refusal.why }, "a file of units was refused");
    finish(name, "refused", sha256, { refusals: [refusal], refused: 1 });
  };

  const takeOne = async ({ name, bytes, isPlain }: FolderFile): Promise<void> => {
    if (!isPlain || bytes > fileBytesMax) {
      const why = isPlain ? `It has more than ${fileBytesMax} bytes.` : "It is no file of its own.";
      refuse(name, null, {
        line: 0,
        column: "",
        code: isPlain ? "units-csv.too-large" : "units-folder.unreadable",
        why,
      });
      return;
    }
    const pieces = files.pieces("taking", name);
    let checked;
    try {
      checked = await checkFile(services, pieces);
    } catch (error) {
      if (!isOfFiles(error)) throw error;
      refuse(name, null, { line: 0, column: "", code: "units-folder.unreadable", why: error.message });
      return;
    }
    const { sha256, preview } = checked;
    const { fileRefusal } = preview;
    if (fileRefusal !== null) {
      refuse(name, sha256, { ...fileRefusal, column: "" });
      return;
    }
    const file = { actor: folderActor, name: plainName(name), sha256, pieces };
    const result = await takeFile(services, file, undefined, ending.signal);
    if (ending.signal.aborted) return;
    if (result.fileRefusal !== null) {
      refuse(name, sha256, { ...result.fileRefusal, column: "" });
      return;
    }
    taken += 1;
    lines += result.refused;
    const facts = { name, sha256, lines: result.lines, refused: result.refused };
    if (result.refused > 0) logger.error(facts, "a file of units was taken, but for refused lines");
    else logger.info(facts, "a file of units was taken");
    finish(name, "taken", sha256, result);
  };

  const lookNow = async (): Promise<void> => {
    try {
      // What a crash left goes first.
      const left = new Set(files.list("taking", filesPerLookMax).map(({ name }) => name));
      for (const name of complete(files.list(".", filesPerLookMax)))
        if (!left.has(name)) files.move(name, ".", "taking");
      for (const each of files.list("taking", filesPerLookMax)) {
        if (ending.signal.aborted) return;
        await takeOne(each);
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.error({ err: error }, "the folder of units cannot be worked on; trying again");
      isFailing = true;
    }
  };

  const look = (): Promise<void> => {
    running ??= lookNow().finally(() => {
      running = null;
    });
    return running;
  };
  const lookOn = async (): Promise<void> => {
    await look();
    if (ending.signal.aborted) return;
    cancel = services.clock.after(every, () => void lookOn());
  };
  const { watch } = services.metrics;
  watch("coldkeep_units_folder_taken", "Files of the watched folder taken since the start", () => taken);
  watch(
    "coldkeep_units_folder_refused",
    "Files of the watched folder refused since the start",
    () => refused,
  );
  watch("coldkeep_units_folder_refused_lines", "Lines refused of files that were taken", () => lines);
  watch("coldkeep_units_folder_failing", "1 while the watched folder cannot be worked on", () =>
    Number(isFailing),
  );
  return {
    look,
    start: () => void lookOn(),
    stop: async () => {
      ending.abort();
      cancel();
      await running;
    },
  };
}

function isOfFiles(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}
