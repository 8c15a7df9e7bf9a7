import {
  correctiveState,
  type CorrectiveState,
  correctiveWords,
  dayIn,
} from "@coldkeep/core/corrective/corrective-action.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { instant } from "../pages/layout.ts";
import { dayText, siteTime } from "../pages/site-time.ts";
import type { SiteView } from "../pages/views.ts";
import type { KeptAction } from "./corrective-records.ts";

/** How a list of corrective actions looks. */
export interface ActionListLook {
  readonly site: SiteView;
  readonly at: EpochMs;
  /** True for whoever may say what became of them. */
  readonly mayEnd: boolean;
  /** True where the list names the excursion of each. */
  readonly namesExcursion: boolean;
}

/** How an action stands at an instant, by the site's clocks. */
export function actionState({ due, end }: KeptAction, { timeZone }: SiteView, at: EpochMs): CorrectiveState {
  return correctiveState({ due, outcome: end?.outcome ?? null }, dayIn(timeZone, at));
}

/** Lists corrective actions, each with who sees to it until when, and what became of it. */
export function actionList(actions: readonly KeptAction[], look: ActionListLook): string {
  return html`<div class="table-frame">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">What</th>
          !${look.namesExcursion ? html`<th scope="col">Excursion</th>` : ""}
          <th scope="col">Owner</th>
          <th scope="col">Due</th>
          <th scope="col">Stands</th>
        </tr>
      </thead>
      <tbody>
        !${actions.map((action) => actionRow(action, look))}
      </tbody>
    </table>
  </div>`;
}

function actionRow(action: KeptAction, { site, at, mayEnd, namesExcursion }: ActionListLook): string {
  const { number, what, excursion, owner, due, cause, by, end } = action;
  const time = siteTime(site.timeZone);
  const state = actionState(action, site, at);
  const stands = standsText(action, state);
  return html`<tr>
    <td data-label="What">
      <div>
        ${what}
        <p class="note">
          ${cause === null ? "" : `Cause: ${cause}. `}Planned by ${by},
          !${instant(action.at, time.minute(action.at))}
        </p>
      </div>
    </td>
    !${
      namesExcursion
        ? html`<td data-label="Excursion">
            <a href="/excursions/${encodeURIComponent(excursion)}">${excursion}</a>
          </td>`
        : ""
    }
    <td data-label="Owner">${owner.name}</td>
    <td data-label="Due">${dayText(due)}</td>
    <td data-label="Stands">
      <div>
        !${state === "overdue" ? html`<b class="left">${stands}</b>` : html`<b>${stands}</b>`}
        !${end === null ? "" : html`<p class="note">${end.note}</p>`}
        !${
          mayEnd && end === null
            ? html`<p>
                <a href="/actions/${number}/end">Done or cancelled<span class="hidden">: ${what}</span></a>
              </p>`
            : ""
        }
      </div>
    </td>
  </tr>`;
}

/** How an action stands, in words: of one that has ended by whom and when. */
export function standsText({ end }: KeptAction, state: CorrectiveState): string {
  const word = correctiveWords[state];
  if (end === null) return word;
  return end.done === null
    ? `${word}, says ${end.by}`
    : `${word} by ${end.done.by} on ${dayText(end.done.on)}`;
}

/** The corrective actions of an excursion as a section of a page; for whoever may plan them with the way to do so. */
export function actionSection(
  excursion: string,
  actions: readonly KeptAction[],
  look: { readonly site: SiteView; readonly at: EpochMs; readonly mayPlan: boolean },
): string {
  const { site, at, mayPlan } = look;
  return html`<section aria-labelledby="actions-title">
    <h2 id="actions-title">Corrective actions</h2>
    !${
      actions.length === 0
        ? html`<p class="empty">None is planned.</p>`
        : actionList(actions, { site, at, mayEnd: mayPlan, namesExcursion: false })
    }
    !${
      mayPlan
        ? html`<p>
            <a class="button" href="/excursions/${encodeURIComponent(excursion)}/actions/new"
              >Plan a corrective action</a
            >
          </p>`
        : ""
    }
  </section>`;
}
