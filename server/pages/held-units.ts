import { decisionWords } from "@coldkeep/core/contract/dispositions.ts";
import { html } from "ghtml";
import { unitPath } from "../unit-pages/unit-words.ts";
import { instant } from "./layout.ts";
import { siteTime } from "./site-time.ts";
import type { ExcursionPageView, HeldUnitView } from "./views.ts";
import { count } from "./words.ts";

/** Writes a donation identification number the way labels print it, in its three parts (ISBT 128): `G1234 17 654321`. */
export function dinText(din: string): string {
  return /^[A-Z0-9]{13}$/.test(din) ? `${din.slice(0, 5)} ${din.slice(5, 7)} ${din.slice(7)}` : din;
}

/** True where the unit is in no appliance any more: whoever received it has to be told. */
export function isRecall(unit: HeldUnitView): boolean {
  return unit.now === null;
}

/** What became of the hold, in words. */
export function holdText(unit: HeldUnitView): string {
  if (unit.decision !== null) return `${decisionWords[unit.decision.decision]} by ${unit.decision.by}`;
  if (unit.released) return "Decided";
  return unit.exposed ? "Held" : "Held, shown not exposed";
}

/** Lists the units that are held because of an excursion, those to be recalled first. */
export function heldUnits(view: ExcursionPageView): string {
  const recall = view.units.filter(isRecall);
  const inside = view.units.filter((unit) => !isRecall(unit));
  return html`<section aria-labelledby="units-title">
    <h2 id="units-title">
      ${view.units.length === 0 ? "Held units" : count(view.units.length, "held unit")}
    </h2>
    !${
      view.units.length === 0
        ? html`<p class="empty">No unit on record was inside during the held interval.</p>`
        : ""
    }
    !${
      recall.length === 0
        ? ""
        : html`<div class="recall">
            <h3>Recall list: ${count(recall.length, "unit")} no longer in an appliance</h3>
            <p class="note">These left before or while they were held. Call whoever received them.</p>
            !${unitTable(recall, view)}
          </div>`
    }
    !${inside.length === 0 ? "" : unitTable(inside, view)}
  </section>`;
}

function unitTable(units: readonly HeldUnitView[], view: ExcursionPageView): string {
  return html`<div class="table-frame">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Donation number</th>
          <th scope="col">Product</th>
          <th scope="col">Was inside from</th>
          <th scope="col">Until</th>
          <th scope="col">Now</th>
          <th scope="col">Held since</th>
          <th scope="col">Hold</th>
        </tr>
      </thead>
      <tbody>
        !${units.map((unit) => unitRow(unit, view))}
      </tbody>
    </table>
  </div>`;
}

function unitRow(unit: HeldUnitView, view: ExcursionPageView): string {
  const time = siteTime(view.site.timeZone);
  return html`<tr>
    <td data-label="Donation number">
      <a href="${unitPath(unit)}"><b class="din">${dinText(unit.din)}</b></a>
    </td>
    <td data-label="Product">${unit.productCode}</td>
    <td data-label="Was inside from">!${instant(unit.residenceFrom, time.short(unit.residenceFrom))}</td>
    <td data-label="Until">
      !${unit.residenceTo === null ? "still inside" : instant(unit.residenceTo, time.short(unit.residenceTo))}
    </td>
    <td data-label="Now">!${unit.now === null ? `<b class="left">left</b>` : html`${unit.now}`}</td>
    <td data-label="Held since">!${instant(unit.heldSince, time.short(unit.heldSince))}</td>
    <td data-label="Hold">${holdText(unit)}</td>
  </tr>`;
}
