import { isGood } from "@coldkeep/core/readings/reading.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { doubtMark, soonestForecast } from "./forecast-note.ts";
import { ago } from "./site-time.ts";
import { sparkline } from "./sparkline.ts";
import { worstProbe } from "./standing.ts";
import { symbol } from "./symbol.ts";
import { celsius, celsiusBeside, limitsText } from "./temperature.ts";
import type { ApplianceView, ProbeView } from "./views.ts";
import { applianceWords, count, faultWords, standingMeanings, standingWords } from "./words.ts";

/** One appliance on the board: its worst probe large, the others in a line each. */
export function applianceTile(appliance: ApplianceView, now: EpochMs, timeZone: string): string {
  const probe = worstProbe(appliance);
  const standing = probe?.standing ?? "none";
  return html`<li class="tile" id="tile-${appliance.id}" data-standing="${standing}">
    <p class="state" title="${standingMeanings[standing]}">
      !${symbol(standing)}<span>${standingWords[standing]}</span>
    </p>
    <h3><a href="/appliances/${encodeURIComponent(appliance.id)}">${appliance.name}</a></h3>
    <p class="kind">${applianceWords[appliance.kind]}!${probe ? html`, ${limitsText(probe.limits)}` : ""}</p>
    <p class="temperature">!${probe ? temperature(probe) : "–"}</p>
    !${probe ? sparkline(probe, now) : ""}
    <p class="age">${probe ? age(probe, now) : "It has no probe."}!${probe ? doubtMark(probe) : ""}</p>
    !${probe ? soonestForecast(appliance, probe, timeZone) : ""} !${otherProbes(appliance, probe)}
    !${consequences(appliance)}
  </li>`;
}

function temperature(probe: ProbeView): string {
  if (probe.latest === null) return `<span class="no-value">–</span>`;
  if (!isGood(probe.latest)) return html`<span class="no-value">${faultWords[probe.latest.fault]}</span>`;
  const [value = "", unit = ""] = celsiusBeside(probe.latest.celsius, probe.limits).split("\u00a0");
  return html`${value}<small> ${unit}</small>`;
}

function age(probe: ProbeView, now: EpochMs): string {
  return probe.latest === null ? "Nothing has ever arrived" : `Read ${ago(now - probe.latest.at)}`;
}

function otherProbes(appliance: ApplianceView, shown: ProbeView | undefined): string {
  const others = appliance.probes.filter((probe) => probe !== shown);
  if (others.length === 0) return "";
  return html`<ul class="probes">
    !${others.map((probe) => html`<li data-standing="${probe.standing}">!${symbol(probe.standing)}<span class="hidden">${standingWords[probe.standing]}: </span>${probe.id} <b>${latestText(probe)}</b></li>`)}
  </ul>`;
}

/** The latest of a probe in short: a temperature, or the word for why there is none. */
export function latestText(probe: ProbeView): string {
  if (probe.latest === null) return standingWords.none;
  return isGood(probe.latest) ? celsius(probe.latest.celsius) : faultWords[probe.latest.fault];
}

function consequences(appliance: ApplianceView): string {
  const [first] = appliance.openExcursions;
  const units = unitsText(appliance);
  return html`<p class="consequences">
    <span class="${appliance.unitsHeld > 0 ? "held" : ""}">${units}</span>
    !${first === undefined ? "" : html`<a href="/excursions/${encodeURIComponent(first)}">${appliance.openExcursions.length === 1 ? "Open excursion" : count(appliance.openExcursions.length, "open excursion")}</a>`}
  </p>`;
}

function unitsText({ unitsInside, unitsHeld }: ApplianceView): string {
  if (unitsInside === 0 && unitsHeld === 0) return "No units";
  const inside = count(unitsInside, "unit");
  if (unitsHeld === 0) return inside;
  return unitsHeld === unitsInside ? `${inside}, all held` : `${inside}, ${unitsHeld} held`;
}
