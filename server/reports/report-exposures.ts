import { verdictWords } from "../unit-pages/unit-words.ts";
import { dinText } from "../pages/held-units.ts";
import { exactly } from "../pages/site-time.ts";
import { celsius } from "../pages/temperature.ts";
import type { StatedExposure } from "./report-evidence.ts";
import { table } from "./sheet-table.ts";
import { ink, printWidth, type Sheet } from "./sheet.ts";

/** Prints what each unit went through, from its ledger, and what the rules say of it by name; nothing where no unit is held. */
export function reportExposures(sheet: Sheet, exposures: readonly StatedExposure[]): void {
  if (exposures.length === 0) return;
  sheet.heading("What each unit went through", 90);
  sheet.paragraph(
    "In all excursions that held it, wherever that was. Out: shown to be out of range; at most: if all that is unknown was out. Rules advise, by name, over the unit's whole life; a person decides.",
    { size: 8.5, colour: ink.muted },
  );
  for (const { title, source } of rulesOf(exposures))
    sheet.paragraph(`${title}: ${source}.`, { size: 7.5, colour: ink.muted });
  sheet.y += 3;
  const small = () => ({ size: 8 });
  table<StatedExposure>(
    sheet,
    [
      {
        title: "Unit",
        width: 88,
        text: ({ din, productCode }) => `${dinText(din)} ${productCode}`,
        style: () => ({ size: 8, bold: true }),
      },
      { title: "Out", width: 56, text: ({ figures }) => length(figures.outMs), style: small },
      {
        title: "Unknown",
        width: 56,
        text: ({ figures }) => length(figures.worstCaseMs - figures.outMs),
        style: small,
      },
      { title: "At most out", width: 56, text: ({ figures }) => length(figures.worstCaseMs), style: small },
      { title: "Longest", width: 56, text: ({ figures }) => length(figures.longestOutMs), style: small },
      {
        title: "Extremes",
        width: 54,
        text: ({ figures: { minCelsius, maxCelsius } }) =>
          minCelsius === null || maxCelsius === null
            ? "no reading"
            : `${celsius(minCelsius)} to ${celsius(maxCelsius)}`,
        style: small,
      },
      { title: "Excursions", width: 44, text: ({ figures }) => String(figures.count), style: small },
      {
        title: "Rules",
        width: printWidth - 410,
        text: adviceText,
        style: ({ advice }) =>
          advice.some(({ verdict }) => verdict === "exceeded")
            ? { size: 7.5, bold: true, colour: ink.alarm }
            : { size: 7.5 },
      },
    ],
    exposures,
  );
}

function length(ms: number): string {
  return ms === 0 ? "none" : exactly(ms);
}

/** What is out of the ordinary by name; that all is well in a few words. */
function adviceText({ advice }: StatedExposure): string {
  const notable = advice.filter(({ verdict }) => verdict !== "within");
  if (advice.length === 0) return "no rule is for it";
  if (notable.length === 0)
    return advice.length === 1 ? "within its rule" : `within its ${advice.length} rules`;
  return notable.map(({ title, verdict }) => `${verdictWords[verdict]}: ${title}`).join("; ");
}

/** The rules that were held against any of the units, each once. */
export function rulesOf(exposures: readonly StatedExposure[]): StatedExposure["advice"] {
  return [
    ...new Map(exposures.flatMap(({ advice }) => advice.map((each) => [each.rule, each] as const))).values(),
  ];
}
