import { periodTitle } from "@coldkeep/core/report/period.ts";
import { html } from "ghtml";
import { errorSummary, type FormErrors, formButtons, inputField, tickField } from "../pages/forms.ts";
import type { MadeReport } from "./period-folder.ts";
import type { PeriodStanding } from "./period-reports.ts";

/** What the page of reports shows. */
export interface ReportsView {
  readonly standing: PeriodStanding;
  readonly made: readonly MadeReport[];
  /** What the form says: as it was sent, or to begin with. */
  readonly period: string;
  readonly errors: FormErrors;
}

/** Writes the page of reports: those made, and a form to make one now. */
export function reportsBody({ standing, made, period, errors }: ReportsView): string {
  return html`<h1>Reports</h1>
    <p class="note">
      The report of a month or a year of this site, for audits: a sealed PDF with every list inside as CSV and
      JSON.
    </p>
    !${standingPart(standing)}
    <section aria-labelledby="made">
      <h2 id="made">Made</h2>
      !${made.length === 0 ? html`<p class="empty">None was made yet.</p>` : madeTable(made)}
    </section>
    <section aria-labelledby="make">
      <h2 id="make">Make one now</h2>
      !${errorSummary(errors)}
      <form class="form" method="post" action="/reports">
        !${inputField({ name: "period", label: "Month or year", hint: "Such as 2026-11 or 2026.", value: period }, errors)}
        !${tickField({ name: "mkt", label: "With mean kinetic temperatures", hint: "They are no acceptance criterion for blood." })}
        !${formButtons({ submit: "Make the report" })}
      </form>
    </section>`;
}

function standingPart({ making, failed }: PeriodStanding): string {
  if (making !== null) {
    const said = making.said === "" ? "" : `: ${making.said}`;
    return html`<p role="status">
      <b>${periodTitle(making.period)} is being made${said}.</b> This page looks again by itself.
    </p>`;
  }
  if (failed === null) return "";
  return html`<p role="alert"><b>${periodTitle(failed.period)} could not be made:</b> ${failed.reason}</p>`;
}

function madeTable(made: readonly MadeReport[]): string {
  return html`<table class="rows">
    <thead>
      <tr>
        <th scope="col">Period</th>
        <th scope="col">File</th>
        <th scope="col">Size</th>
      </tr>
    </thead>
    <tbody>
      !${made.map(
        ({ name, period, bytes }) =>
          html`<tr>
            <td data-label="Period"><b>${periodTitle(period)}</b></td>
            <td data-label="File"><a href="/reports/${name}">${name}</a></td>
            <td data-label="Size">${(bytes / 1024 / 1024).toFixed(1)} MiB</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
