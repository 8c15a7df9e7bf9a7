import { existsSync, writeFileSync } from "node:fs";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** Throws `settings.exists` where a file is there that may not be replaced: better before a long search than after it. */
export function refuseExisting(path: string, force: boolean): void {
  if (!force && existsSync(path)) throw exists(path);
}

/** Writes a new settings file, for its owner alone; one that is there stays unless `force`. Throws `settings.exists` or `settings.unwritable`. */
export function writeSettingsFile(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { flag: force ? "w" : "wx", mode: 0o600 });
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === "EEXIST") throw exists(path);
    throw new CodedError("settings.unwritable", `${path} cannot be written: ${String(error)}`, {
      context: { path },
      cause: error,
    });
  }
}

const exists = (path: string): CodedError =>
  new CodedError(
    "settings.exists",
    `${path} is there already and was left as it is; --force replaces it, or write elsewhere.`,
    { context: { path } },
  );
