import { unitStatuses } from "@coldkeep/core/contract/units.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { Services } from "../http/services.ts";
import { inputField, selectField } from "../pages/forms.ts";
import { instant } from "../pages/layout.ts";
import { siteTime } from "../pages/site-time.ts";
import type { SiteView } from "../pages/views.ts";
import type { StandingUnit, UnitStatus } from "../units/unit-reads.ts";
import { applianceName, shownDin, unitPath, unitStatusWords } from "./unit-words.ts";

/** What a list of units was asked for. */
export interface ListAsked {
  readonly text: string;
  readonly status: UnitStatus | undefined;
  readonly appliance: string | undefined;
}

/** What a list of units shows. */
export interface ListShown {
  readonly asked: ListAsked;
  readonly units: readonly StandingUnit[];
  /** Why the text in the search field cannot be right; null where it can. */
  readonly mistake: string | null;
  /** Said above the list where something is to be said. */
  readonly note: string | null;
  /** Where the list goes on; null at its end. */
  readonly next: string | null;
  readonly isFirst: boolean;
  readonly canFeed: boolean;
}

/** The main part of the page on which units are found. */
export function listBody(services: Services, site: SiteView, shown: ListShown): string {
  const { asked, mistake, note, units } = shown;
  return html`<header class="head">
      <h1>Units</h1>
      !${shown.canFeed ? html`<p class="actions"><a class="button" href="/units/import">Import a file</a></p>` : ""}
    </header>
    !${searchForm(services, asked, mistake)}
    !${note === null ? "" : html`<p class="ask-note" role="status">${note}</p>`}
    <section aria-labelledby="list-title">
      <h2 id="list-title" class="hidden">Units found</h2>
      !${units.length === 0 ? emptyNote(shown) : table(services, site, units)}
    </section>
    !${pager(shown)}`;
}

function searchForm(services: Services, asked: ListAsked, mistake: string | null): string {
  const any = { value: "", text: "Any" };
  const appliances = [...(services.site()?.appliances.values() ?? [])];
  const search = inputField(
    {
      name: "q",
      label: "Number, or scan a label",
      hint: "A whole number, how it begins, or the barcodes of a label.",
      value: asked.text,
      type: "search",
      focus: true,
    },
    mistake === null ? {} : { q: mistake },
  );
  return html`<form class="form unit-search" method="get" action="/units" role="search">
    !${search}
    <div class="pair">
      !${selectField({
        name: "status",
        label: "Status",
        value: asked.status ?? "",
        choices: [any, ...unitStatuses.map((value) => ({ value, text: unitStatusWords[value] }))],
      })}
      !${selectField({
        name: "appliance",
        label: "Where it is",
        value: asked.appliance ?? "",
        choices: [any, ...appliances.map(({ id, name }) => ({ value: id, text: name }))],
      })}
    </div>
    <p class="form-buttons"><button type="submit">Find</button> <a href="/units">All units</a></p>
  </form>`;
}

function emptyNote({ mistake, next }: ListShown): string {
  if (mistake !== null) return html`<p class="empty">Nothing was searched for.</p>`;
  if (next !== null) return html`<p class="empty">None among the numbers looked through so far.</p>`;
  return html`<p class="empty">No such unit is on record.</p>`;
}

function table(services: Services, site: SiteView, units: readonly StandingUnit[]): string {
  return html`<div class="table-frame">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Product</th>
          <th scope="col">Status</th>
          <th scope="col">Where it is</th>
          <th scope="col">Expires</th>
        </tr>
      </thead>
      <tbody>
        !${units.map((unit) => row(services, site, unit))}
      </tbody>
    </table>
  </div>`;
}

function row(services: Services, site: SiteView, unit: StandingUnit): string {
  const { din, productCode, description, status, appliance, expires } = unit;
  return html`<tr>
    <td data-label="Number">
      <a class="din" href="${unitPath(unit)}"
        >${shownDin(services, din)}<span class="hidden"> ${productCode}</span></a
      >
    </td>
    <td data-label="Product">
      <span
        >${productCode}!${description === null ? "" : html` <span class="note">${description}</span>`}</span
      >
    </td>
    <td data-label="Status"><span class="badge" data-unit="${status}">${unitStatusWords[status]}</span></td>
    <td data-label="Where it is">
      !${
        appliance === null
          ? "–"
          : html`<a href="/appliances/${encodeURIComponent(appliance)}"
              >${applianceName(services, appliance)}</a
            >`
      }
    </td>
    <td data-label="Expires">!${expires === null ? "–" : expiryText(expires, site)}</td>
  </tr>`;
}

/** An expiry as the other system told it: an instant in the site's time, or the text that it sent. */
export function expiryText(expires: string, { timeZone }: SiteView): string {
  const at = parseInstant(expires);
  return at === null ? html`${expires}` : instant(at, siteTime(timeZone).minute(at));
}

function pager({ asked, next, isFirst }: ListShown): string {
  const address = (cursor: string | null): string => {
    const query = new URLSearchParams();
    if (asked.text !== "") query.set("q", asked.text);
    if (asked.status !== undefined) query.set("status", asked.status);
    if (asked.appliance !== undefined) query.set("appliance", asked.appliance);
    if (cursor !== null) query.set("cursor", cursor);
    const text = query.toString();
    return text === "" ? "/units" : `/units?${text}`;
  };
  if (next === null && isFirst) return "";
  return html`<nav class="pager" aria-label="More units">
    !${isFirst ? "" : html`<a href="${address(null)}">First units</a>`}
    !${next === null ? "" : html`<a href="${address(next)}" rel="next">Next units</a>`}
  </nav>`;
}
