import { html } from "ghtml";
import { alarmList, waits } from "./alarm-list.ts";
import { applianceTile } from "./appliance-tile.ts";
import { rank, worstProbe } from "./standing.ts";
import { symbol } from "./symbol.ts";
import type { BoardView, Standing } from "./views.ts";
import { count, standingWords } from "./words.ts";

/** The board's name: with alarms it says how many wait, so that a tab in the background does too. */
export function boardTitle(view: BoardView): string {
  const waiting = view.alarms.filter(waits).length;
  return waiting === 0 ? "Board" : `${count(waiting, "alarm")} waiting · Board`;
}

/** The board's main part: how it stands in numbers, the alarms, then every appliance, worst first. */
export function boardBody(view: BoardView, canAcknowledge: boolean): string {
  const appliances = [...view.appliances].sort((a, b) => rank(a) - rank(b));
  return html`<h1 class="hidden">Board of ${view.site.id}</h1>
    !${tally(view)}
    <section aria-labelledby="alarms-title" class="alarm-section">
      <h2 id="alarms-title">
        ${view.alarms.length === 0 ? "No alarms" : count(view.alarms.length, "alarm")}
      </h2>
      !${
        view.alarms.length === 0
          ? html`<p class="empty">
              Nothing calls for anybody. Alarms appear here as soon as they are raised.
            </p>`
          : alarmList(view.alarms, { site: view.site, at: view.at, canAcknowledge })
      }
    </section>
    <section aria-labelledby="appliances-title">
      <h2 id="appliances-title">${count(appliances.length, "appliance")}</h2>
      !${
        appliances.length === 0
          ? html`<p class="empty">
              This site has no appliances yet. Apply a site file that names them; each then appears here.
            </p>`
          : html`<ul class="tiles">
              !${appliances.map((appliance) => applianceTile(appliance, view.at, view.site.timeZone))}
            </ul>`
      }
    </section>`;
}

const tallied: readonly Standing[] = ["high", "low", "unknown", "none", "pending", "in"];

function tally(view: BoardView): string {
  const standings = view.appliances.map((appliance) => worstProbe(appliance)?.standing ?? "none");
  const shown = tallied
    .map((standing) => ({ standing, many: standings.filter((other) => other === standing).length }))
    .filter(({ standing, many }) => many > 0 || standing === "in");
  return html`<ul class="tally" aria-label="Appliances by state">
    !${shown.map(({ standing, many }) => html`<li data-standing="${standing}">!${symbol(standing)}<b>${many}</b> ${standingWords[standing]}</li>`)}
  </ul>`;
}
