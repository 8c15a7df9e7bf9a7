import { periodText, periodTitle } from "@coldkeep/core/report/period.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { siteTime } from "../pages/site-time.ts";
import { attach } from "../reports/attachment.ts";
import { seal, type SealKey, sealRoom } from "../reports/seal.ts";
import { rule } from "../reports/sheet-table.ts";
import { ink, openSheet, paper, printWidth, type Sheet } from "../reports/sheet.ts";
import { printAppliances } from "./pdf-appliances.ts";
import { printLists } from "./pdf-lists.ts";
import { printCoverage, printSummary } from "./pdf-summary.ts";
import type { PeriodFacts } from "./period-facts.ts";
import { periodAttachments } from "./period-files.ts";

/** Renders the report of a period as PDF/A-3b with its data inside, under the server's seal where a key is given. The same facts give the same bytes. */
export async function renderPeriodReport(facts: PeriodFacts, key: SealKey | null): Promise<Uint8Array> {
  const made = new Date(facts.knownAt);
  const sheet = openSheet({
    Title: `Period report ${facts.site} ${periodText(facts.period)}`,
    Author: facts.site,
    Subject: periodTitle(facts.period),
    Creator: "Coldkeep",
    Producer: "Coldkeep",
    CreationDate: made,
    ModDate: made,
    ...(key === null ? {} : { Seal: sealRoom(key.publicHex) }),
  });
  printSummary(sheet, facts);
  printCoverage(sheet, facts);
  printAppliances(sheet, facts);
  printLists(sheet, facts);
  printFeet(sheet, facts, key?.publicHex ?? null);
  for (const attachment of periodAttachments(facts)) attach(sheet.doc, attachment);
  const bytes = await bytesOf(sheet.doc);
  return key === null ? bytes : seal(bytes, key);
}

/** Prints the foot of every page: which report, as of which entries of the records, which page of how many. */
function printFeet(sheet: Sheet, facts: PeriodFacts, sealKey: string | null): void {
  const { doc } = sheet;
  const { start, count } = doc.bufferedPageRange();
  const time = siteTime(facts.timeZone);
  const style = { size: 7, colour: ink.muted } as const;
  const top = paper.height - paper.bottom + 16;
  for (let index = 0; index < count; index += 1) {
    doc.switchToPage(start + index);
    rule(sheet, paper.left, top, printWidth, ink.rule);
    const title = `Period report, site ${facts.site}, ${periodTitle(facts.period)}`;
    sheet.write(title, paper.left, top + 6, { ...style, bold: true, width: printWidth - 70 });
    const page = `Page ${index + 1} of ${count}`;
    sheet.write(page, paper.left, top + 6, { ...style, width: printWidth, align: "right" });
    const known = `As known at ${time.full(facts.knownAt)} ${time.zone(facts.knownAt)}, ${formatInstant(facts.knownAt)}`;
    sheet.write(known, paper.left, top + 16, style);
    const { journal, audit } = facts;
    sheet.write(`Journal ${journal.sequence}, SHA-256 ${journal.hash}`, paper.left, top + 26, style);
    sheet.write(`Audit ${audit.sequence}, SHA-256 ${audit.hash}`, paper.left, top + 36, style);
    if (sealKey !== null)
      sheet.write(`Sealed with the key ${sealKey} (Ed25519)`, paper.left, top + 46, style);
  }
}

function bytesOf(doc: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    doc.on("end", () => resolve(Buffer.concat(chunks)));
    doc.on("error", reject);
    doc.end();
  });
}
