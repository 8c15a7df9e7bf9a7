import { type Exposure, exposureKinds } from "@coldkeep/core/exposure/exposure.ts";
import type { ExposureLedger, LedgerTotals } from "@coldkeep/core/exposure/ledger.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { Services } from "../http/services.ts";
import { instant } from "../pages/layout.ts";
import { exactly, siteTime } from "../pages/site-time.ts";
import { celsius } from "../pages/temperature.ts";
import type { SiteNow } from "../pages/page-answers.ts";
import { adviseUnit, type UnitAdvice } from "../units/unit-advice.ts";
import type { StandingUnit } from "../units/unit-reads.ts";
import { decisionSection, holdSection, residenceSection } from "./life-sections.ts";
import { expiryText } from "./list-body.ts";
import {
  applianceName,
  exposureNotes,
  exposureWords,
  shownDin,
  unitStatusWords,
  verdictWords,
} from "./unit-words.ts";

/** Most exposures that a unit's page lists; its figures count all. */
export const exposuresShownMax = 200;

/** The main part of a unit's page. */
export function unitBody(
  services: Services,
  { site, at }: SiteNow,
  unit: StandingUnit,
  ledger: ExposureLedger,
): string {
  const { din, productCode, status, description } = unit;
  const advised = adviseUnit(services.unitSettings, services.site(), productCode, ledger);
  return html`<header class="head">
      <p class="crumb"><a href="/units">Units</a> / ${din} ${productCode}</p>
      <h1>${shownDin(services, din)} ${productCode}</h1>
      <p class="state"><span class="badge" data-unit="${status}">${unitStatusWords[status]}</span></p>
      !${description === null ? "" : html`<p class="lead">${description}</p>`}
    </header>
    <dl class="facts">
      <div>
        <dt>Where it is</dt>
        <dd>!${whereText(services, unit, ledger, site.timeZone)}</dd>
      </div>
      <div>
        <dt>Expires</dt>
        <dd><b>!${unit.expires === null ? "not said" : expiryText(unit.expires, site)}</b></dd>
      </div>
      <div>
        <dt>Time out, in the worst case</dt>
        <dd>
          <b>${exactly(ledger.worstCaseMs, "up")}</b
          ><span class="note"
            >measured ${exactly(ledger.outMs)}, unknown ${exactly(ledger.unknownMs, "up")}</span
          >
        </dd>
      </div>
    </dl>
    !${residenceSection(services, unit.number, { site, at })}
    !${holdSection(services, unit.number, site.timeZone)} !${ledgerSection(services, ledger, site.timeZone)}
    !${adviceSection(advised)} !${decisionSection(services, unit.number, site.timeZone)}`;
}

function whereText(
  services: Services,
  { appliance }: StandingUnit,
  { stillIn, outSince }: ExposureLedger,
  timeZone: string,
): string {
  const time = siteTime(timeZone);
  const since = (at: EpochMs): string => instant(at, time.minute(at));
  if (appliance !== null)
    return html`<b
        ><a href="/appliances/${encodeURIComponent(appliance)}">${applianceName(services, appliance)}</a></b
      ><span class="note"
        >!${stillIn === null ? "" : html`since !${since(stillIn.since)}; `}still there: assumed, no movement
        says otherwise</span
      >`;
  if (outSince !== null)
    return html`<b>In no appliance</b><span class="note">since !${since(outSince)}</span>`;
  return html`<b>Not said</b><span class="note">No movement of it is on record.</span>`;
}

function ledgerSection(services: Services, ledger: ExposureLedger, timeZone: string): string {
  const kinds = exposureKinds.filter((kind) => ledger.byKind[kind].count > 0);
  if (kinds.length === 0)
    return html`<section aria-labelledby="ledger-title">
      <h2 id="ledger-title">Exposure</h2>
      <p class="empty">By what is on record it was never exposed.</p>
    </section>`;
  const shown = ledger.exposures.slice(0, exposuresShownMax);
  const isCut = shown.length < ledger.exposures.length;
  return html`<section aria-labelledby="ledger-title">
    <h2 id="ledger-title">Exposure</h2>
    <div class="table-frame">
      <table class="rows dense">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" class="number">Times</th>
            <th scope="col" class="number">Lasted</th>
            <th scope="col" class="number">Out</th>
            <th scope="col" class="number">Longest</th>
            <th scope="col" class="number">Unknown</th>
            <th scope="col" class="number">Worst case</th>
            <th scope="col" class="number">Coldest</th>
            <th scope="col" class="number">Warmest</th>
            <th scope="col" class="number">Degree-minutes</th>
          </tr>
        </thead>
        <tbody>
          !${kinds.map((kind) => totalsRow(exposureWords[kind], ledger.byKind[kind]))}
          !${kinds.filter((kind) => kind !== "no-agitation").length > 1 ? totalsRow(kinds.includes("no-agitation") ? "Together, but for agitation" : "Together", ledger) : ""}
        </tbody>
      </table>
    </div>
    !${kinds.map((kind) => (exposureNotes[kind] === undefined ? "" : html`<p class="note">${exposureNotes[kind]}</p>`))}
    <h3>Each exposure</h3>
    !${isCut ? html`<p class="note">The first ${shown.length} of ${ledger.exposures.length} are listed.</p>` : ""}
    <div class="table-frame">
      <table class="rows dense">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Until</th>
            <th scope="col">What</th>
            <th scope="col">Where</th>
            <th scope="col" class="number">Out</th>
            <th scope="col" class="number">Unknown</th>
            <th scope="col">Because of</th>
          </tr>
        </thead>
        <tbody>
          !${shown.map((each) => exposureRow(services, each, timeZone))}
        </tbody>
      </table>
    </div>
  </section>`;
}

const degrees = (value: number | null): string => (value === null ? "–" : celsius(value));

function totalsRow(name: string, totals: LedgerTotals): string {
  return html`<tr>
    <td data-label="Kind">${name}</td>
    <td data-label="Times" class="number">${totals.count}</td>
    <td data-label="Lasted" class="number">${exactly(totals.lengthMs)}</td>
    <td data-label="Out" class="number">${exactly(totals.outMs)}</td>
    <td data-label="Longest" class="number">${exactly(totals.longestOutMs)}</td>
    <td data-label="Unknown" class="number">${exactly(totals.unknownMs, "up")}</td>
    <td data-label="Worst case" class="number">${exactly(totals.worstCaseMs, "up")}</td>
    <td data-label="Coldest" class="number">${degrees(totals.minCelsius)}</td>
    <td data-label="Warmest" class="number">${degrees(totals.maxCelsius)}</td>
    <td data-label="Degree-minutes" class="number">${totals.degreeMinutes.toFixed(1)}</td>
  </tr>`;
}

function exposureRow(services: Services, exposure: Exposure, timeZone: string): string {
  const time = siteTime(timeZone);
  const { start, end, kind, place, outMs, unknownMs, causes } = exposure;
  return html`<tr>
    <td data-label="From">!${instant(start, time.minute(start))}</td>
    <td data-label="Until">!${instant(end, time.minute(end))}</td>
    <td data-label="What">${exposureWords[kind]}</td>
    <td data-label="Where">${place === null ? "–" : applianceName(services, place)}</td>
    <td data-label="Out" class="number">${exactly(outMs)}</td>
    <td data-label="Unknown" class="number">${exactly(unknownMs, "up")}</td>
    <td data-label="Because of">
      <span
        >!${causes.length === 0 ? "–" : causes.map((id) => html`<a href="/excursions/${encodeURIComponent(id)}">${id}</a> `)}</span
      >
    </td>
  </tr>`;
}

function adviceSection({ component, componentFrom, advice }: UnitAdvice): string {
  const from =
    component === null
      ? "Nothing says which component this is, so the rules of components are left out."
      : `Taken for ${component}, ${componentFrom === "settings" ? "as the settings say of its product code" : "by the kind of appliance that it was kept in"}.`;
  return html`<section aria-labelledby="advice-title">
    <h2 id="advice-title">Advice by rules</h2>
    <p class="note">${from} Rules advise; a person decides.</p>
    !${
      advice.length === 0
        ? html`<p class="empty">No rule that is on is for this unit.</p>`
        : html`<div class="table-frame">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Rule</th>
                  <th scope="col">Advice</th>
                  <th scope="col">Compared</th>
                  <th scope="col">Source</th>
                </tr>
              </thead>
              <tbody>
                !${advice.map(
                  (each) =>
                    html`<tr>
                      <td data-label="Rule">
                        <span>${each.title} <span class="note">${each.rule}</span></span>
                      </td>
                      <td data-label="Advice">
                        <span class="badge" data-verdict="${each.verdict}"
                          >${verdictWords[each.verdict]}</span
                        >
                      </td>
                      <td data-label="Compared">
                        <span>!${each.figures.map((figures) => html`${figures}<br />`)}</span>
                      </td>
                      <td data-label="Source">
                        <span>${each.source} <span class="note">${each.edition}</span></span>
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}
