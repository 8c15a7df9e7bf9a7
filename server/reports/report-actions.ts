import { actionColumns } from "../corrective/print-actions.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { table } from "./sheet-table.ts";
import type { Sheet } from "./sheet.ts";

/** Prints the corrective actions, each with its owner, its day and what became of it; nothing where none is planned. */
export function reportActions(sheet: Sheet, { actions, site, at }: ExcursionPageView): void {
  if (actions.length === 0) return;
  sheet.heading(`Corrective actions: ${actions.length}`, 70);
  table(sheet, actionColumns(site, at, { namesExcursion: false }), actions);
}
