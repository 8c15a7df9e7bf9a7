import { parseArgs } from "node:util";
import { siteChangesListedMax } from "@coldkeep/core/contract/site.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { composeInside, type Inside } from "../inside.ts";
import { openDatabase } from "../store/database.ts";
import type { SiteChange } from "./apply-site.ts";
import type { ChangedExcursion } from "./changed-excursions.ts";
import { parseSite } from "./read-site-file.ts";
import type { SiteDifference } from "@coldkeep/core/site/site-differences.ts";

/** Usage, for whoever asks or errs. */
export const applyUsage = "coldkeep apply site.yaml [--dry-run] [--data folder]";

/** Longest piece of one side of a difference that is printed. */
const valueMax = 200;

/**
 * `coldkeep apply site.yaml [--dry-run] [--data folder]`: shows how the file differs from the site in force and which excursions and units that changes, and
 * applies it unless `--dry-run` is given. Takes the records for itself alone: throws `records.in-use` while a server works on them. Exit code 0; throws
 * `arguments.invalid`, `site.invalid` and what reading the file throws.
 */
export function applyCommand(args: readonly string[], io: CommandIo, clock: Clock = systemClock): number {
  const options = { "dry-run": { type: "boolean" }, data: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new CodedError("arguments.invalid", `Say which site file: ${applyUsage}`);
  const isDryRun = values["dry-run"] === true;
  const incoming = parseSite(io.readFile(file), file);
  const database = openDatabase(recordsPath(args, io), "exclusive");
  try {
    const inside = composeInside(database, clock);
    const rehearsed = inside.rehearseSite(incoming, "command");
    if (rehearsed.differences.length === 0) {
      io.print(`Site ${rehearsed.site} is in force as ${file} says; nothing to apply.`);
      return 0;
    }
    print(
      io,
      isDryRun ? rehearsed : apply(inside, io, () => inside.applySite(incoming, "command")),
      isDryRun,
    );
    return 0;
  } finally {
    database.close();
  }
}

/** A process that changes the records takes up work on them first, like a server that starts. */
function apply(inside: Inside, io: CommandIo, work: () => SiteChange): SiteChange {
  inside.begin(io.environment["COLDKEEP_PUBLIC_URL"] ?? null);
  return work();
}

function print(io: CommandIo, { site, differences, excursions, units }: SiteChange, isDryRun: boolean): void {
  io.print(`Site ${site}, what differs:`);
  printSome(io, differences, differenceLine);
  const would = isDryRun ? "would change" : "changed";
  if (excursions.length === 0) io.print(`No excursion ${isDryRun ? "would change" : "changed"}.`);
  else {
    io.print(`Excursions that ${would}:`);
    printSome(io, excursions, excursionLine);
    io.print(
      `${excursions.length} in all; ${units} ${units === 1 ? "unit is" : "units are"} on hold for them.`,
    );
  }
  io.print(isDryRun ? "This was a dry run: nothing was changed." : "Applied.");
}

function printSome<Item>(io: CommandIo, items: readonly Item[], lineOf: (item: Item) => string): void {
  for (const item of items.slice(0, siteChangesListedMax)) io.print(`  ${lineOf(item)}`);
  if (items.length > siteChangesListedMax) io.print(`  and ${items.length - siteChangesListedMax} more`);
}

function differenceLine({ path, from, to }: SiteDifference): string {
  return `${path}: ${valueText(from)} -> ${valueText(to)}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = JSON.stringify(value);
  return text.length <= valueMax ? text : `${text.slice(0, valueMax)}...`;
}

function excursionLine({ id, change, before, after, exposed, units }: ChangedExcursion): string {
  const isGone = change === "withdrawn" || change === "merged";
  const was = before === null || isGone ? "" : `, before ${extent(before)}`;
  const held =
    units === exposed ? `${exposed} units held` : `${exposed} of ${units} units still held as exposed`;
  return `${id}: ${change}, ${after.side} ${extent(after)}${was}, ${held}`;
}

function extent({ start, end }: ExcursionFigures): string {
  return `${formatInstant(start)} to ${end === null ? "(open)" : formatInstant(end)}`;
}
