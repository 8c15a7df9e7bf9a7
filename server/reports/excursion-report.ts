import type { ExcursionPageView } from "../pages/views.ts";
import { attach } from "./attachment.ts";
import { reportActions } from "./report-actions.ts";
import type { Evidence } from "./report-evidence.ts";
import { reportAttachments } from "./report-files.ts";
import { reportCurve } from "./report-curve.ts";
import { reportDecisions } from "./report-decisions.ts";
import { reportFooters, reportSignatures } from "./report-end.ts";
import { reportExposures } from "./report-exposures.ts";
import { reportFigures, reportHead } from "./report-head.ts";
import { reportRevisions, reportTold, reportUnits } from "./report-lists.ts";
import { reportSigned } from "./report-signed.ts";
import { seal, type SealKey, sealRoom } from "./seal.ts";
import { openSheet } from "./sheet.ts";

/** What a report says about who made it. */
export interface ReportOptions {
  /** The program and its version, as the file names its producer. */
  readonly producer?: string;
  /** What it carries as data, from which its figures follow. */
  readonly evidence?: Evidence;
  /** With what it is sealed. */
  readonly key?: SealKey;
}

/**
 * Renders the excursion report as PDF on A4: what a quality officer reads, decides on and files. The same view gives the same bytes:
 * the file's dates and identity come from `view.at` and the excursion. Names are printed as they are written in Latin, Greek and Cyrillic letters; what the fonts
 * lack becomes `?`.
 */
export async function renderExcursionReport(
  view: ExcursionPageView,
  options: ReportOptions = {},
): Promise<Uint8Array> {
  const made = new Date(view.at);
  const producer = options.producer ?? "Coldkeep";
  const { evidence, key } = options;
  const info = {
    Title: `Excursion report ${view.excursion.id}, revision ${view.excursion.revision}`,
    Author: view.site.id,
    Subject: `${view.excursion.applianceName}, ${view.excursion.probe}`,
    Creator: producer,
    Producer: producer,
    CreationDate: made,
    ModDate: made,
    ...(key === undefined ? {} : { Seal: sealRoom(key.publicHex) }),
  };
  const sheet = openSheet(info);
  reportHead(sheet, view);
  reportFigures(sheet, view);
  reportCurve(sheet, view);
  reportUnits(sheet, view);
  reportExposures(sheet, evidence?.exposures ?? []);
  reportRevisions(sheet, view);
  reportTold(sheet, view);
  reportSigned(sheet, view);
  reportDecisions(sheet, view);
  reportActions(sheet, view);
  if (view.units.length === 0 || view.units.some((unit) => unit.decision === null))
    reportSignatures(sheet, view);
  reportFooters(sheet, view, key?.publicHex ?? null);
  if (evidence !== undefined)
    for (const attachment of reportAttachments(view, evidence)) attach(sheet.doc, attachment);
  const bytes = await bytesOf(sheet.doc);
  return key === undefined ? bytes : seal(bytes, key);
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
