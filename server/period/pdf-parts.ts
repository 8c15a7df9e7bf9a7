import { type Column, table } from "../reports/sheet-table.ts";
import { ink, type Sheet } from "../reports/sheet.ts";

/** Rows of one list that are printed; the file inside has all of them. */
export const printedRowsMax = 1_000;

/** Prints a list with its heading; beyond `printedRowsMax` it says how many more its file has. Nothing at all reads `none`. */
export function printList<Row>(
  sheet: Sheet,
  list: { readonly heading: string; readonly none: string; readonly file: string; readonly note?: string },
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): void {
  sheet.heading(rows.length === 0 ? list.heading : `${list.heading}: ${rows.length}`, 60);
  if (rows.length === 0) {
    sheet.paragraph(list.none, { colour: ink.muted });
    return;
  }
  if (list.note !== undefined) sheet.paragraph(list.note, { size: 8.5, colour: ink.muted });
  sheet.y += 2;
  table(sheet, columns, rows.slice(0, printedRowsMax));
  if (rows.length > printedRowsMax) {
    sheet.y += 4;
    sheet.paragraph(
      `Printed are the first ${printedRowsMax} of ${rows.length}. All of them are in ${list.file}, a file inside this document.`,
      { size: 8.5, bold: true },
    );
  }
}
