import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { timeOut } from "./excursion-facts.ts";
import { instant } from "./layout.ts";
import { siteTime } from "./site-time.ts";
import { symbol, type Symbol } from "./symbol.ts";
import { celsius } from "./temperature.ts";
import type { ExcursionView, PageViews, SiteView } from "./views.ts";
import { count, reviewWords, sideWords, statusWords } from "./words.ts";

const shapes: Readonly<Record<ExcursionView["side"], Symbol>> = {
  high: "high",
  low: "low",
  unmonitored: "unknown",
};

/** Lists excursions, one a row; on a narrow screen each row becomes a card. */
export function excursionTable(excursions: readonly ExcursionView[], site: SiteView, now: EpochMs): string {
  return html`<div class="table-frame">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Where</th>
          <th scope="col">Began</th>
          <th scope="col">Ended</th>
          <th scope="col" class="number">Out of range</th>
          <th scope="col" class="number">Extreme</th>
          <th scope="col" class="number">Held</th>
          <th scope="col">Status</th>
          <th scope="col">Review</th>
        </tr>
      </thead>
      <tbody>
        !${excursions.map((excursion) => excursionRow(excursion, site, now))}
      </tbody>
    </table>
  </div>`;
}

function excursionRow(excursion: ExcursionView, site: SiteView, now: EpochMs): string {
  const time = siteTime(site.timeZone);
  const end =
    excursion.end === null
      ? html`still open at ${time.clock(now)}`
      : instant(excursion.end, time.short(excursion.end));
  return html`<tr id="excursion-${excursion.id}" data-status="${excursion.status}">
    <td data-label="What">
      <a class="what" href="/excursions/${encodeURIComponent(excursion.id)}" data-side="${excursion.side}"
        >!${symbol(shapes[excursion.side])}${sideWords[excursion.side]}!${excursion.critical ? html`<em class="critical">critical</em>` : ""}</a
      >
    </td>
    <td data-label="Where">
      <a href="/appliances/${encodeURIComponent(excursion.appliance)}">${excursion.applianceName}</a>
      <span class="note">${excursion.probe}</span>
    </td>
    <td data-label="Began">!${instant(excursion.start, time.short(excursion.start))}</td>
    <td data-label="Ended">!${end}</td>
    <td data-label="Out of range" class="number">${timeOut(excursion)}</td>
    <td data-label="Extreme" class="number">
      ${excursion.extremeCelsius === null ? "–" : celsius(excursion.extremeCelsius)}
    </td>
    <td data-label="Held" class="number">${excursion.unitsHeld}</td>
    <td data-label="Status">
      <span class="badge" data-status="${excursion.status}">${statusWords[excursion.status]}</span>
    </td>
    <td data-label="Review" data-review="${excursion.review}">${reviewWords[excursion.review]}</td>
  </tr>`;
}

/** The main part of the page that lists every excursion. */
export function excursionsBody(view: ReturnType<PageViews["excursions"]>): string {
  const open = view.excursions.filter((excursion) => excursion.status === "open").length;
  return html`<header class="head">
      <h1>Excursions</h1>
      <p class="lead">${open === 0 ? "None is open." : `${count(open, "excursion")} open.`}</p>
    </header>
    !${
      view.excursions.length === 0
        ? html`<p class="empty">
            No appliance was ever out of range, or without evidence, for longer than its profile allows.
          </p>`
        : excursionTable(view.excursions, view.site, view.at)
    }`;
}
