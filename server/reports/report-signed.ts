import { signatureLines } from "../pages/signature-block.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { rule } from "./sheet-table.ts";
import { ink, paper, printWidth, type Sheet } from "./sheet.ts";

/** Prints the electronic signatures of the excursion, each in one piece with all that it says; nothing where there is none. */
export function reportSigned(sheet: Sheet, view: ExcursionPageView): void {
  if (view.signatures.length === 0) return;
  sheet.heading("Electronic signatures", 90);
  for (const signature of view.signatures) {
    const lines = signatureLines(signature, view.site.timeZone);
    const style = (index: number) => ({
      size: index === 0 ? 10 : 8.5,
      bold: index === 0 || index === 4,
      colour: index === 4 ? ink.alarm : index === 3 ? ink.muted : ink.text,
      width: printWidth - 14,
    });
    const heights = lines.map((line, index) => sheet.measure(line, style(index)) + 2);
    sheet.room(heights.reduce((sum, height) => sum + height, 8));
    const top = sheet.y;
    for (const [index, line] of lines.entries()) {
      sheet.write(line, paper.left + 12, sheet.y, style(index));
      sheet.y += heights[index] ?? 0;
    }
    sheet.doc.rect(paper.left, top, 3, sheet.y - top).fill(signature.stands ? ink.accent : ink.alarm);
    sheet.y += 6;
    rule(sheet, paper.left, sheet.y, printWidth, ink.rule);
    sheet.y += 6;
  }
}
