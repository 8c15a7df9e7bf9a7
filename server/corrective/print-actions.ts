import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { dayText, siteTime } from "../pages/site-time.ts";
import type { SiteView } from "../pages/views.ts";
import type { Column } from "../reports/sheet-table.ts";
import { ink, printWidth } from "../reports/sheet.ts";
import { actionState, standsText } from "./action-list.ts";
import type { KeptAction } from "./corrective-records.ts";

/** The columns in which corrective actions are printed, as they stand at an instant. `namesExcursion`: where they are those of several. */
export function actionColumns(
  site: SiteView,
  at: EpochMs,
  { namesExcursion }: { readonly namesExcursion: boolean },
): Column<KeptAction>[] {
  const time = siteTime(site.timeZone);
  const small = () => ({ size: 8 });
  const state = (action: KeptAction) => actionState(action, site, at);
  const excursion: Column<KeptAction> = {
    title: "Excursion",
    width: 84,
    text: (action) => action.excursion,
    style: small,
  };
  return [
    {
      title: "What is to be done",
      width: namesExcursion ? 134 : 168,
      text: ({ what }) => what,
      style: () => ({ size: 8, bold: true }),
    },
    ...(namesExcursion ? [excursion] : []),
    { title: "Cause", width: 70, text: ({ cause }) => cause ?? "–", style: small },
    {
      title: "Owner, due",
      width: 78,
      text: ({ owner, due }) => `${owner.name}, by ${dayText(due)}`,
      style: small,
    },
    {
      title: "Stands",
      width: printWidth - (namesExcursion ? 366 : 316),
      text: (action) => {
        const said = action.end === null ? "" : `: ${action.end.note}`;
        return `${standsText(action, state(action))}${said}. Planned by ${action.by}, ${time.minute(action.at)}.`;
      },
      style: (action) => ({
        size: 8,
        ...(state(action) === "overdue" ? { bold: true, colour: ink.alarm } : {}),
      }),
    },
  ];
}
