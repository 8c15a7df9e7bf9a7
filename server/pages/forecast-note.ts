import { html } from "ghtml";
import { siteTime } from "./site-time.ts";
import { limit } from "./temperature.ts";
import type { ApplianceView, ProbeView } from "./views.ts";

/** When a probe reaches a limit at this rate, in a sentence; nothing where nothing is forecast. `name` says which probe, where that is not plain. */
export function forecastNote(probe: ProbeView, timeZone: string, name: string | null = null): string {
  const { forecast, limits } = probe;
  const value = forecast?.side === "low" ? limits.low : limits.high;
  if (forecast === null || forecast === undefined || value === null) return "";
  const time = siteTime(timeZone);
  const beyond = `${forecast.side === "low" ? "below" : "above"} ${limit(value)}`;
  const [at, earliest, latest] = [forecast.at, forecast.earliest, forecast.latest].map(time.clock);
  const between = earliest === latest ? "" : `, between ${earliest} and ${latest}`;
  return html`<p
    class="forecast"
    title="A forecast from the latest readings. Alarms and excursions do not depend on it."
  >
    ${name === null ? "" : `${name}: `}At this rate ${beyond} at <b>${at}</b>${between}
  </p>`;
}

/** The soonest forecast of an appliance's probes, for its tile. `shown` is the probe whose temperature the tile gives. */
export function soonestForecast(appliance: ApplianceView, shown: ProbeView, timeZone: string): string {
  const [soonest] = appliance.probes
    .filter((probe) => (probe.forecast ?? null) !== null)
    .sort((a, b) => (a.forecast?.at ?? 0) - (b.forecast?.at ?? 0));
  return soonest === undefined ? "" : forecastNote(soonest, timeZone, soonest === shown ? null : soonest.id);
}

/** Marks a probe that another probe of its appliance contradicts. */
export function doubtMark(probe: ProbeView): string {
  return probe.inDoubt === true
    ? html`<em class="doubt" title="Two probes of this appliance disagree; one of them is wrong."
        >in doubt</em
      >`
    : "";
}
