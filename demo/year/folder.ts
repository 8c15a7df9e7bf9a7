import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for a gateway's buffer. In memory where there is such a place: a year makes a million commits, and each waits for its disk. */
export interface YearFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** Makes an empty folder. */
export function makeYearFolder(): YearFolder {
  const memory = "/dev/shm";
  const path = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "coldkeep-year-"));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}
