import { decisionWords } from "@coldkeep/core/contract/dispositions.ts";
import { siteTime } from "../pages/site-time.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { count } from "../pages/words.ts";
import { ink, type Sheet } from "./sheet.ts";

/** Prints what was decided about the units, each decision with who signed it, why, and what a second person said; nothing where nobody has decided. */
export function reportDecisions(sheet: Sheet, { decisions, site }: ExcursionPageView): void {
  if (decisions.length === 0) return;
  const time = siteTime(site.timeZone);
  sheet.heading("Decisions", 70);
  for (const { decision, content, name, login, at, reason, second } of decisions) {
    const units = count(content.units.length, "unit");
    const lines = [
      `Signed by ${name} (${login}) on ${time.full(at)} ${time.zone(at)}`,
      `Reason: ${reason}`,
      ...(content.cause === null ? [] : [`Cause: ${content.cause}`]),
      ...(decision === "concession" && second === null
        ? ["A second person has not answered yet: nothing was released by it."]
        : []),
      ...(second === null
        ? []
        : [
            `${second.name} (${second.login}) ${second.verdict} on ${time.full(second.at)}: ${second.reason}`,
          ]),
    ];
    sheet.room(14 + lines.length * 12);
    sheet.paragraph(`${decisionWords[decision]}: ${units}`, { size: 9.5, bold: true });
    for (const line of lines) sheet.paragraph(line, { size: 8.5, colour: ink.muted });
    sheet.y += 6;
  }
}
