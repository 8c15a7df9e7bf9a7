import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { siteTime } from "../pages/site-time.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { rule } from "./sheet-table.ts";
import { ink, paper, printWidth, type Sheet } from "./sheet.ts";

/** Prints where the decision is written and signed, in one piece. */
export function reportSignatures(sheet: Sheet, view: ExcursionPageView): void {
  sheet.heading("Assessment and decision", 206);
  sheet.paragraph(
    "The system holds units and never releases them. A named person decides, unit by unit where the decisions differ.",
    { size: 8.5, colour: ink.muted },
  );
  if (view.excursion.status === "open") {
    sheet.paragraph("The excursion was still open when this was printed: figures and units may grow.", {
      size: 8.5,
      bold: true,
      colour: ink.alarm,
    });
  }
  for (const label of ["Cause", "Assessment", ""]) {
    sheet.y += 20;
    if (label !== "") sheet.write(label, paper.left, sheet.y - 9, { size: 8, colour: ink.muted });
    rule(sheet, paper.left + 60, sheet.y, printWidth - 60, ink.muted);
  }
  sheet.y += 16;
  const half = printWidth / 2;
  for (const [column, title] of ["Storage, drawn up by", "Quality officer, decided by"].entries()) {
    const x = paper.left + column * half;
    sheet.write(title, x, sheet.y, { size: 9, bold: true, width: half });
    for (const [row, label] of ["Name", "Date", "Signature"].entries()) {
      const y = sheet.y + 32 + row * 24;
      sheet.write(label, x, y - 9, { size: 8, colour: ink.muted, width: 46 });
      rule(sheet, x + 50, y, half - 70, ink.muted);
    }
  }
  sheet.y += 88;
}

/** Prints the foot of every page: which report, of what record, which page of how many. */
export function reportFooters(sheet: Sheet, view: ExcursionPageView, sealKey: string | null): void {
  const { doc } = sheet;
  const { start, count } = doc.bufferedPageRange();
  const time = siteTime(view.site.timeZone);
  const style = { size: 7, colour: ink.muted } as const;
  const top = paper.height - paper.bottom + 16;
  for (let index = 0; index < count; index++) {
    doc.switchToPage(start + index);
    rule(sheet, paper.left, top, printWidth, ink.rule);
    const title = `Excursion ${view.excursion.id}, revision ${view.excursion.revision}, site ${view.site.id}`;
    sheet.write(title, paper.left, top + 6, { ...style, bold: true, width: printWidth - 70 });
    sheet.write(`Page ${index + 1} of ${count}`, paper.left, top + 6, {
      ...style,
      width: printWidth,
      align: "right",
    });
    const made = `Generated ${time.full(view.at)} ${time.zone(view.at)}, ${formatInstant(view.at)}`;
    sheet.write(made, paper.left, top + 16, style);
    sheet.write(
      `Journal ${view.journalHead.sequence}, SHA-256 ${view.journalHead.hash}`,
      paper.left,
      top + 26,
      style,
    );
    sheet.write(
      `Audit ${view.auditHead.sequence}, SHA-256 ${view.auditHead.hash}`,
      paper.left,
      top + 36,
      style,
    );
    if (sealKey !== null)
      sheet.write(`Sealed with the key ${sealKey} (Ed25519)`, paper.left, top + 46, style);
  }
}
