import { openDatabase } from "../store/database.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { replay } from "./replay.ts";

/** `coldkeep replay [--data folder]`: folds the journal from nothing and compares with the live state by hash. Exit code 0 where they are equal. */
export function replayCommand(args: readonly string[], io: CommandIo): number {
  const live = openDatabase(recordsPath(args, io));
  try {
    const result = replay(live, (done, of) => {
      if (done % 50_000 === 0) io.print(`${done} of ${of} entries`);
    });
    io.print(`${result.entries} journal entries replayed`);
    io.print(`live      ${result.live.whole}`);
    io.print(`replayed  ${result.replayed.whole}`);
    if (result.differing.length === 0) io.print("The live state is what the journal gives.");
    else io.print(`They differ in: ${result.differing.join(", ")}`);
    return result.differing.length === 0 ? 0 : 1;
  } finally {
    live.close();
  }
}
