import { join } from "node:path";
import { parseArgs } from "node:util";

/** What a command of `coldkeep` meets of the outside. */
export interface CommandIo {
  readonly print: (line: string) => void;
  readonly readFile: (path: string) => string;
  /** Reads a file that is no text. */
  readonly readBytes?: (path: string) => Uint8Array;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Shows how far something is on a line that the next showing replaces; "" takes it away. Where nobody watches it does nothing. */
  readonly progress?: (text: string) => void;
  /** From now on being asked to end (Ctrl-C) aborts this signal instead of ending the process. */
  readonly interruption?: () => AbortSignal;
  /** From now on other processes, such as the server, go first. */
  readonly giveWay?: () => void;
}

/** The records that a command works on: `--data folder`, else COLDKEEP_DATA, else the server's default. */
export function recordsPath(args: readonly string[], io: CommandIo): string {
  const { values } = parseArgs({ args: [...args], options: { data: { type: "string" } }, strict: false });
  const folder =
    typeof values.data === "string" ? values.data : (io.environment["COLDKEEP_DATA"] ?? "data/server");
  return join(folder, "records.sqlite");
}
