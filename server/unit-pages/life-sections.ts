import { type EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { Services } from "../http/services.ts";
import { instant } from "../pages/layout.ts";
import type { SiteNow } from "../pages/page-answers.ts";
import { exactly, siteTime } from "../pages/site-time.ts";
import type { KeptHold } from "../units/unit-reads.ts";
import { applianceName } from "./unit-words.ts";

/** Most stays, holds and decisions each that a unit's page lists, the newest of them. */
export const lifeRowsMax = 200;

const writer = (timeZone: string) => {
  const time = siteTime(timeZone);
  return (at: EpochMs): string => instant(at, time.minute(at));
};

/** Where a unit was, and where it is by what is known. */
export function residenceSection(services: Services, unit: number, { site, at }: SiteNow): string {
  const residences = services.units.residences(unit).slice(-lifeRowsMax);
  const when = writer(site.timeZone);
  return html`<section aria-labelledby="where-title">
    <h2 id="where-title">Where it was</h2>
    !${
      residences.length === 0
        ? html`<p class="empty">No movement on record brings it into an appliance.</p>`
        : html`<div class="table-frame">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Appliance</th>
                  <th scope="col">From</th>
                  <th scope="col">Until</th>
                  <th scope="col" class="number">For</th>
                </tr>
              </thead>
              <tbody>
                !${residences.map(
                  ({ appliance, from, to }) =>
                    html`<tr>
                      <td data-label="Appliance">
                        <a href="/appliances/${encodeURIComponent(appliance)}"
                          >${applianceName(services, appliance)}</a
                        >
                      </td>
                      <td data-label="From">!${when(from)}</td>
                      <td data-label="Until">
                        !${to === null ? "still there: assumed, no movement says otherwise" : when(to)}
                      </td>
                      <td data-label="For" class="number">${exactly(Math.max(0, (to ?? at) - from))}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

/** The excursions that hold or held a unit. */
export function holdSection({ units }: Services, unit: number, timeZone: string): string {
  const holds = units.holds(unit).slice(-lifeRowsMax);
  const when = writer(timeZone);
  return html`<section aria-labelledby="holds-title">
    <h2 id="holds-title">Holds</h2>
    !${
      holds.length === 0
        ? html`<p class="empty">No excursion ever held it.</p>`
        : html`<div class="table-frame">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Excursion</th>
                  <th scope="col">Held since</th>
                  <th scope="col">Hold</th>
                </tr>
              </thead>
              <tbody>
                !${holds.map(
                  (hold) =>
                    html`<tr>
                      <td data-label="Excursion">
                        <a href="/excursions/${encodeURIComponent(hold.excursion)}">${hold.excursion}</a>
                      </td>
                      <td data-label="Held since">!${when(hold.since)}</td>
                      <td data-label="Hold">
                        <span
                          >${holdWords(hold)}!${hold.releasedAt === null ? "" : html` !${when(hold.releasedAt)}`}</span
                        >
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

function holdWords({ exposed, releasedAt }: KeptHold): string {
  if (releasedAt !== null) return "Ended by a person,";
  return exposed ? "Stands" : "Stands; shown not exposed, a person still decides";
}

/** What people decided about a unit. */
export function decisionSection({ units }: Services, unit: number, timeZone: string): string {
  const decisions = units.dispositions(unit).slice(-lifeRowsMax);
  const when = writer(timeZone);
  return html`<section aria-labelledby="decisions-title">
    <h2 id="decisions-title">Decisions</h2>
    !${
      decisions.length === 0
        ? html`<p class="empty">Nobody has decided about it.</p>`
        : html`<div class="table-frame">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Decision</th>
                  <th scope="col">By</th>
                  <th scope="col">Reason</th>
                </tr>
              </thead>
              <tbody>
                !${decisions.map(
                  ({ decision, by, reason, at }) =>
                    html`<tr>
                      <td data-label="When">!${when(at)}</td>
                      <td data-label="Decision">${decision}</td>
                      <td data-label="By">${by}</td>
                      <td data-label="Reason">${reason}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}
