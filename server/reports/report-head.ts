import { excursionFacts, summary } from "../pages/excursion-facts.ts";
import { siteTime } from "../pages/site-time.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { sideWords, statusWords } from "../pages/words.ts";
import { rule } from "./sheet-table.ts";
import { ink, paper, printWidth, type Sheet } from "./sheet.ts";

/** Prints what the report is about: title, status, where and by which rules, and one sentence of what happened. */
export function reportHead(sheet: Sheet, view: ExcursionPageView): void {
  const { excursion } = view;
  sheet.write("COLDKEEP", paper.left, sheet.y, { size: 8, bold: true, colour: ink.accent });
  sheet.write(`Site ${view.site.id}`, paper.left, sheet.y, {
    size: 8,
    colour: ink.muted,
    align: "right",
    width: printWidth,
  });
  sheet.y += 16;
  sheet.write("Excursion report", paper.left, sheet.y, { size: 20, bold: true });
  statusBox(sheet, view);
  sheet.y += 27;
  sheet.paragraph(`${sideWords[excursion.side]}: ${excursion.applianceName}`, {
    size: 12,
    colour: ink.muted,
  });
  sheet.y += 6;
  identity(sheet, view);
  summaryBox(sheet, view);
}

function statusBox(sheet: Sheet, view: ExcursionPageView): void {
  const { status, critical } = view.excursion;
  const text = `${statusWords[status]}${critical ? ", beyond critical" : ""}`.toUpperCase();
  const colour = status === "open" || critical ? ink.alarm : ink.muted;
  const width = sheet.doc.font("bold").fontSize(9).widthOfString(text) + 18;
  const x = paper.left + printWidth - width;
  sheet.doc
    .roundedRect(x, sheet.y + 1, width, 19, 3)
    .lineWidth(1)
    .strokeColor(colour)
    .stroke();
  sheet.write(text, x, sheet.y + 6.5, { size: 9, bold: true, colour, width, align: "center" });
}

function identity(sheet: Sheet, view: ExcursionPageView): void {
  const { excursion } = view;
  const time = siteTime(view.site.timeZone);
  const pairs: readonly (readonly [string, string])[] = [
    ["Appliance", `${excursion.applianceName} (${excursion.appliance})`],
    ["Excursion", `${excursion.id}, revision ${excursion.revision}`],
    ["Probe", excursion.probe],
    ["As known at", time.full(view.at)],
    ["Profile", view.profile],
    ["Times", time.zone(view.at)],
    ["Legal source", view.profileSource ?? "none given"],
    ["Units held", String(excursion.unitsHeld)],
  ];
  const half = printWidth / 2;
  for (let index = 0; index < pairs.length; index += 2) {
    const heights = pairs.slice(index, index + 2).map(([label, value], column) => {
      const x = paper.left + column * half;
      sheet.write(label, x, sheet.y, { size: 8.5, colour: ink.muted, width: 70 });
      return sheet.write(value, x + 72, sheet.y, { size: 9, bold: true, width: half - 82 });
    });
    sheet.y += Math.max(...heights) + 4;
  }
}

function summaryBox(sheet: Sheet, view: ExcursionPageView): void {
  const text = summary(view);
  const style = { size: 10, width: printWidth - 24 } as const;
  const height = sheet.measure(text, style) + 16;
  sheet.y += 8;
  const open = view.excursion.status === "open";
  sheet.doc.rect(paper.left, sheet.y, printWidth, height).fill(open ? ink.alarmGround : ink.faint);
  sheet.doc.rect(paper.left, sheet.y, 3, height).fill(open ? ink.alarm : ink.accent);
  sheet.write(text, paper.left + 12, sheet.y + 8, style);
  sheet.y += height;
}

/** Prints the figures, each with what it means. */
export function reportFigures(sheet: Sheet, view: ExcursionPageView): void {
  sheet.heading("Figures", 60);
  for (const { label, value, meaning } of excursionFacts(view)) {
    const styles = [
      { size: 8.5, colour: ink.muted, width: 100 },
      { size: 9, bold: true, width: 172 },
      { size: 8, colour: ink.muted, width: printWidth - 296 },
    ] as const;
    const texts = [label, value, meaning] as const;
    const height = Math.max(...texts.map((text, index) => sheet.measure(text, styles[index]))) + 5;
    sheet.room(height);
    for (const [index, x] of [0, 108, 296].entries()) {
      sheet.write(texts[index] ?? "", paper.left + x, sheet.y + 2.5, styles[index]);
    }
    sheet.y += height;
    rule(sheet, paper.left, sheet.y, printWidth, ink.rule);
  }
}
