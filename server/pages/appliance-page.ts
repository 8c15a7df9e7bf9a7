import { hourMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { alarmList } from "./alarm-list.ts";
import { latestText } from "./appliance-tile.ts";
import { curveFigure } from "./curve-figure.ts";
import { excursionTable } from "./excursion-list.ts";
import { excursionMark } from "./excursion-marks.ts";
import { doubtMark, forecastNote } from "./forecast-note.ts";
import { ago } from "./site-time.ts";
import { worstProbe } from "./standing.ts";
import { symbol } from "./symbol.ts";
import { namedLimits } from "./temperature.ts";
import type { AppliancePageView, ProbeView } from "./views.ts";
import { applianceWords, count, dueWords, probeWords, standingMeanings, standingWords } from "./words.ts";

/** The windows that the page of an appliance offers, in hours. */
export const windowsHours = [0.25, 1, 6, 24] as const;

/** The window that is shown unless another is asked for, in hours. */
export const windowHoursDefault = 6;

/** Longest window that may be asked for, in hours: a month. */
export const windowHoursMax = 744;

/** Reads the window from the address; anything else than a number in range is the default. */
export function windowHours(asked: unknown): number {
  const hours = typeof asked === "string" ? Number(asked) : Number.NaN;
  return hours > 0 && hours <= windowHoursMax ? hours : windowHoursDefault;
}

/** The main part of an appliance's page. */
export function applianceBody(view: AppliancePageView, hours: number, canAcknowledge: boolean): string {
  const { appliance } = view;
  const standing = worstProbe(appliance)?.standing ?? "none";
  return html`<header class="head" data-standing="${standing}">
      <h1>${appliance.name}</h1>
      <p class="state" title="${standingMeanings[standing]}">
        !${symbol(standing)}<span>${standingWords[standing]}</span>
      </p>
      <p class="lead">
        ${applianceWords[appliance.kind]}, profile ${appliance.profile}.
        ${count(appliance.unitsInside, "unit")} inside, ${appliance.unitsHeld} held.
      </p>
    </header>
    !${view.alarms.length === 0 ? "" : alarmSection(view, canAcknowledge)}
    <section aria-labelledby="curves-title">
      <div class="section-head">
        <h2 id="curves-title">Temperature</h2>
        !${windowLinks(appliance.id, hours)}
      </div>
      !${appliance.probes.map((probe) => probeSection(probe, view))}
    </section>
    <section aria-labelledby="excursions-title">
      <h2 id="excursions-title">Excursions</h2>
      !${
        view.excursions.length === 0
          ? html`<p class="empty">No excursion is on record for this appliance in this window.</p>`
          : excursionTable(view.excursions, view.site, view.at)
      }
    </section>`;
}

function alarmSection(view: AppliancePageView, canAcknowledge: boolean): string {
  return html`<section aria-labelledby="alarms-title" class="alarm-section">
    <h2 id="alarms-title">${count(view.alarms.length, "alarm")}</h2>
    !${alarmList(view.alarms, { site: view.site, at: view.at, canAcknowledge })}
  </section>`;
}

function windowLinks(id: string, hours: number): string {
  const link = (each: number): string =>
    html`<a
      href="/appliances/${encodeURIComponent(id)}?hours=${each}"
      !${each === hours ? `aria-current="true"` : ""}
      >${each < 1 ? `${each * 60} min` : `${each} h`}</a
    >`;
  return html`<nav class="windows" aria-label="Window of the curve">!${windowsHours.map(link)}</nav>`;
}

function probeSection(probe: ProbeView, view: AppliancePageView): string {
  const marks = view.excursions
    .filter((excursion) => excursion.probe === probe.id && excursion.status !== "withdrawn")
    .map(excursionMark);
  const curves = view.curves.filter((curve) => curve.probe === probe.id);
  return html`<article class="probe" data-standing="${probe.standing}">
    <header>
      <h3>${probe.id}</h3>
      <p class="note">
        ${probeWords[probe.kind]} probe, ${namedLimits(probe.limits)}!${calibrationNote(probe)}
      </p>
      <p class="now">
        !${symbol(probe.standing)}<b>${latestText(probe)}</b>
        <span>${standingWords[probe.standing]}${readAgo(probe, view.at)}</span>
        !${doubtMark(probe)}
      </p>
      !${forecastNote(probe, view.site.timeZone)}
    </header>
    !${curves.map((curve) => curveFigure(curve, marks, view.site.timeZone, view.at))}
    !${curves.length === 0 ? html`<p class="empty">There is no curve for this probe.</p>` : ""}
  </article>`;
}

/** Says that a probe's calibration is due or overdue; nothing where it is good, or where none is on record. */
function calibrationNote({ calibration }: ProbeView): string {
  if (calibration?.state !== "due" && calibration?.state !== "overdue") return "";
  return html`;
    <span class="due" data-due="${calibration.state}"
      >${dueWords[calibration.state]}, next one by ${calibration.due ?? ""}</span
    >`;
}

function readAgo(probe: ProbeView, now: EpochMs): string {
  return probe.latest === null ? "" : `, read ${ago(now - probe.latest.at)}`;
}

/** Begins the window that ends now. */
export function windowStart(now: EpochMs, hours: number): EpochMs {
  return now - Math.round(hours * hourMs);
}
