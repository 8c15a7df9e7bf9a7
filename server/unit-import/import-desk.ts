import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { UnitServices } from "../units/unit-commands.ts";
import { type CheckedFile, checkFile, piecesOf, type ReadingServices } from "./file-reading.ts";
import { type FileTaken, takeFile } from "./take-file.ts";

/** Largest file that comes in over HTTP, in bytes. Larger ones, up to the 256 MiB of any file, go through the watched folder. */
export const uploadBytesMax = 64 * 1024 * 1024;

/** Most bytes of checked files that wait for somebody's word; the oldest makes way. */
export const waitingBytesMax = 2 * uploadBytesMax;

/** Most imports that are remembered, waiting ones and results; the oldest makes way. */
export const importsMax = 20;

/** A checked file that nobody takes is forgotten after this. Unit ms. */
export const waitingMaxMs: DurationMs = 30 * minuteMs;

/** One file on its way in. */
export interface FileImport {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly checked: CheckedFile;
  readonly since: EpochMs;
  readonly state: "checked" | "taking" | "done" | "failed";
  /** What was taken so far; null before the first slice. */
  readonly taken: FileTaken | null;
}

/** Where files that people or machines hand in are checked, wait, and are taken, one at a time. Memory alone: a restart forgets what waits, and the same file again changes nothing. */
export interface ImportDesk {
  /** Checks a file and keeps it until its owner takes it. Throws `site.missing`. */
  readonly hand: (owner: string, name: string, bytes: Uint8Array) => Promise<FileImport>;
  /** An import of this owner; null where there is none (any more). */
  readonly find: (owner: string, id: string) => FileImport | null;
  /** Begins to take a checked file; resolves once it is taken. Throws `units-import.unknown`, `units-import.busy` or `units-import.unreadable`. */
  readonly take: (owner: string, id: string) => Promise<FileImport>;
  readonly drop: (owner: string, id: string) => void;
  /** Ends what is under way after its slice. */
  readonly stop: () => void;
}

type Kept = { -readonly [Key in keyof FileImport]: FileImport[Key] } & { bytes: Uint8Array | null };

/** Makes the desk. `failed` hears what broke an import. */
export function makeImportDesk(
  services: UnitServices & ReadingServices,
  failed: (error: unknown) => void,
): ImportDesk {
  const imports = new Map<string, Kept>();
  const ending = new AbortController();
  let count = 0;
  let isTaking = false;
  const tidyUp = (): void => {
    const now = services.clock.epochMs();
    const waiting = [...imports.values()].filter(({ state }) => state === "checked");
    for (const each of waiting) if (now - each.since > waitingMaxMs) imports.delete(each.id);
    const bytes = (): number =>
      [...imports.values()].reduce((sum, each) => sum + (each.bytes?.length ?? 0), 0);
    for (const each of imports.values()) {
      if (imports.size <= importsMax && bytes() <= waitingBytesMax) return;
      if (each.state !== "taking") imports.delete(each.id);
    }
  };
  const owned = (owner: string, id: string): Kept | null => {
    tidyUp();
    const kept = imports.get(id);
    return kept?.owner === owner ? kept : null;
  };
  return {
    hand: async (owner, name, bytes) => {
      const checked = await checkFile(services, piecesOf(bytes));
      count += 1;
      const id = `${count}-${checked.sha256.slice(0, 12)}`;
      const since = services.clock.epochMs();
      const kept: Kept = { id, owner, name, checked, since, state: "checked", taken: null, bytes };
      imports.set(id, kept);
      tidyUp();
      return kept;
    },
    find: owned,
    take: async (owner, id) => {
      const kept = owned(owner, id);
      if (kept === null)
        throw new CodedError(
          "units-import.unknown",
          "There is no such import any more. Send the file again.",
        );
      const { bytes } = kept;
      if (kept.state !== "checked" || bytes === null) return kept;
      const { fileRefusal } = kept.checked.preview;
      if (fileRefusal !== null) throw new CodedError("units-import.unreadable", fileRefusal.why);
      if (isTaking)
        throw new CodedError("units-import.busy", "Another file is being taken. Try again when it is in.");
      isTaking = true;
      kept.state = "taking";
      const file = { actor: owner, name: kept.name, sha256: kept.checked.sha256, pieces: piecesOf(bytes) };
      const progress = (taken: FileTaken): void => void (kept.taken = taken);
      try {
        kept.taken = await takeFile(services, file, progress, ending.signal);
        kept.state = ending.signal.aborted ? "failed" : "done";
      } catch (error) {
        kept.state = "failed";
        failed(error);
        throw error;
      } finally {
        isTaking = false;
        kept.bytes = null;
      }
      return kept;
    },
    drop: (owner, id) => {
      const kept = owned(owner, id);
      if (kept !== null && kept.state !== "taking") imports.delete(id);
    },
    stop: () => ending.abort(),
  };
}
