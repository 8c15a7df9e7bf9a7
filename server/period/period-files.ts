import { mktNote } from "@coldkeep/core/exposure/mkt.ts";
import { periodText } from "@coldkeep/core/report/period.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { Attachment } from "../reports/attachment.ts";
import { csvField } from "../reports/csv-field.ts";
import { responseFigures } from "./alarm-responses.ts";
import { testCounts } from "./alarm-tests.ts";
import { actionCounts } from "./action-counts.ts";
import type { PeriodFacts } from "./period-facts.ts";
import { type Cell, type PeriodList, periodLists } from "./period-lists.ts";

/** The format of the data inside a period report, and its version. */
export const periodFormat = "coldkeep-period-report/1";

/** The name of the data inside a period report. */
export const periodDataFile = "period.json";

/** The files inside the report of a period: everything as JSON, and each list as CSV. The same facts give the same files. */
export function periodAttachments(facts: PeriodFacts): Attachment[] {
  const lists = periodLists(facts);
  const files = lists.map((list) => ({ list, name: `${list.name}.csv`, text: csvOf(list) }));
  const data = {
    format: periodFormat,
    site: facts.site,
    timeZone: facts.timeZone,
    period: periodText(facts.period),
    from: formatInstant(facts.window.from),
    to: formatInstant(facts.window.to),
    knownAt: formatInstant(facts.knownAt),
    journal: facts.journal,
    audit: facts.audit,
    ...(facts.wantsMkt ? { mktNote } : {}),
    responses: responseFigures(facts.alarms),
    drills: testCounts(facts.tests),
    units: {
      held: facts.units.held,
      released: facts.units.released,
      otherUse: facts.units.otherUse,
      discarded: facts.units.discarded,
      stillHeld: facts.units.stillHeld,
    },
    actions: actionCounts(facts),
    ...(facts.canary.runs === 0 ? {} : { canary: facts.canary }),
    files: files.map(({ list, name, text }) => ({
      name,
      sha256: sha256Hex(text),
      entries: list.rows.length,
    })),
    lists: Object.fromEntries(lists.map((list) => [list.name, objectsOf(list)])),
  };
  const attachment = (name: string, mediaType: string, description: string, text: string): Attachment => ({
    name,
    mediaType,
    description,
    relationship: "Data",
    content: new TextEncoder().encode(text),
    at: facts.knownAt,
  });
  return [
    attachment(
      periodDataFile,
      "application/json",
      "Everything that this report states",
      `${JSON.stringify(data, null, 1)}\n`,
    ),
    ...files.map(({ list, name, text }) => attachment(name, "text/csv", list.description, text)),
  ];
}

function objectsOf({ header, rows }: PeriodList): Readonly<Record<string, Cell>>[] {
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? null])));
}

/** A list as CSV (RFC 4180): a header, lines that end in CR LF, an empty field for what is not there. */
export function csvOf({ header, rows }: PeriodList): string {
  return [header, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
}
