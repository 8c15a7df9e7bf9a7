import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { formatDuration, parseDuration, secondMs } from "@coldkeep/core/time/millis.ts";
import type { CommandIo } from "../command/command-io.ts";
import { listen } from "../command/listen.ts";
import { textTable } from "../command/text-table.ts";
import { loadSettings } from "../settings/settings.ts";
import { checkBox } from "./check-box.ts";
import { checkServer } from "./check-server.ts";
import { type Finding, gradeWords } from "./findings.ts";
import { askRunning, withRunning } from "./running-gateway.ts";
import {
  channelHeads,
  channelRows,
  heardAll,
  type Row,
  sourceHeads,
  sourceRows,
  unreadHeads,
  unreadRows,
} from "./source-rows.ts";

/** How long sources are listened to where everything was not heard before. Unit ms. */
const listenDefaultMs = 90 * secondMs;

/** The arguments of `check`. */
export const checkUsage = "check --config gateway.yaml [--for 90s]";

/**
 * Opens every source, the server and the data folder as a gateway would, stores nothing, and says in tables what it hears and what to do. Ends
 * with 0 where all is well, else 1. Throws `arguments.invalid` and what the settings check throws.
 */
export async function checkCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: "string" }, for: { type: "string" } },
  });
  if (values.config === undefined)
    throw new CodedError("arguments.invalid", `Say which settings: ${checkUsage}`);
  const forMs = values.for === undefined ? listenDefaultMs : parseDuration(values.for);
  if (forMs === null || forMs < secondMs)
    throw new CodedError("arguments.invalid", `--for is a duration such as 90s or 1h: ${checkUsage}`);
  const settings = loadSettings(values.config, io.environment);
  io.progress(
    `Listening to ${settings.sources.length} sources until all were heard, at most ${formatDuration(forMs)}; nothing is stored.`,
  );
  const running = await askRunning(settings, io);
  if (running !== null)
    io.progress("The gateway runs: lines that it has open are told as its status page tells them.");
  const [heard, server] = await Promise.all([
    listen(io, settings, settings.sources, forMs, (so) => heardAll(settings, withRunning(so, running))),
    checkServer(settings, io),
  ]);
  const listened = withRunning(heard, running);
  const box = checkBox(settings);
  const rows = [
    tabled(io, "Sources", sourceHeads, sourceRows(listened)),
    tabled(io, "Channels", channelHeads, channelRows(settings, listened, io.clock.epochMs())),
    tabled(io, "Refused input", unreadHeads, unreadRows(listened)),
    tabled(io, "Server and box", ["", "what", "how it stands"], [...server, ...box].map(asRow)),
  ].flat();
  const troubles = rows.filter(({ grade }) => grade === "trouble").length;
  io.print(
    troubles === 0 ? "All is well." : `${troubles} to look at: the lines marked ${gradeWords.trouble}.`,
  );
  return troubles === 0 ? 0 : 1;
}

function tabled(
  io: CommandIo,
  title: string,
  heads: readonly string[],
  rows: readonly Row[],
): readonly Row[] {
  if (rows.length === 0) return rows;
  io.print(title);
  for (const line of textTable(
    heads,
    rows.map(({ cells }) => cells),
  ))
    io.print(`  ${line}`);
  io.print("");
  return rows;
}

const asRow = ({ grade, what, says }: Finding): Row => ({
  grade,
  cells: [gradeWords[grade], what, says],
});
