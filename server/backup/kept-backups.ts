import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { dayMs, type DurationMs, type EpochMs, hourMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { headerBytes, type Manifest, readHeader } from "./manifest.ts";
import { workPrefix } from "./restore.ts";
import { type Backup, partialSuffix } from "./write-backup.ts";

/** An unfinished backup that was not written to for so long was left by a process that is gone. */
export const abandonedAfterMs: DurationMs = hourMs;

/** A folder in which a backup was checked is not written to while SQLite looks at large records. */
export const abandonedWorkAfterMs: DurationMs = dayMs;

/** The complete backups of a site in a folder, newest first: those that say so of themselves and are as long as they say. Their content is not looked at. */
export function completeBackups(folder: string, site: string | null): Backup[] {
  return readdirSync(folder)
    .filter((name) => /^coldkeep-.*\.sqlite\.zst$/.test(name))
    .flatMap((name) => {
      const path = join(folder, name);
      const manifest = manifestOfComplete(path);
      return manifest === null || manifest.site !== site ? [] : [{ path, manifest }];
    })
    .sort((a, b) => instantOf(b.manifest) - instantOf(a.manifest));
}

/** Removes the oldest complete backups of the new one's site beyond `keep`, never the new one; returns their paths. */
export function removeOld(folder: string, made: Backup, keep: number): string[] {
  const others = completeBackups(folder, made.manifest.site).filter(({ path }) => path !== made.path);
  const old = others.slice(Math.max(0, keep - 1)).map(({ path }) => path);
  for (const path of old) rmSync(path);
  return old;
}

/** Removes what processes that are gone left unfinished in a folder; returns the paths. */
export function removeAbandoned(folder: string, now: EpochMs): string[] {
  const abandoned = readdirSync(folder)
    .filter((name) => {
      const isPartial = name.startsWith(".coldkeep-") && name.endsWith(partialSuffix);
      if (!isPartial && !name.startsWith(workPrefix)) return false;
      const writtenAt = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? now;
      return now - writtenAt > (isPartial ? abandonedAfterMs : abandonedWorkAfterMs);
    })
    .map((name) => join(folder, name));
  for (const path of abandoned) rmSync(path, { recursive: true, force: true });
  return abandoned;
}

function instantOf({ createdAt }: Manifest): EpochMs {
  return parseInstant(createdAt) ?? 0;
}

function manifestOfComplete(path: string): Manifest | null {
  try {
    const file = openSync(path, "r");
    try {
      const header = Buffer.alloc(headerBytes);
      const got = readSync(file, header, 0, headerBytes, 0);
      const read = readHeader(header.subarray(0, got));
      if (!read.ok || fstatSync(file).size !== headerBytes + read.manifest.packed.bytes) return null;
      return read.manifest;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
