import { addressesOf } from "@coldkeep/core/duty/contact-section.ts";
import type { Rota } from "@coldkeep/core/duty/duty-section.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { Hole, RotaGap } from "@coldkeep/core/duty/reachability.ts";
import { dutySpans } from "@coldkeep/core/duty/rota.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { siteTime } from "../pages/site-time.ts";
import type { ReturnedAddress } from "../summons/returned-addresses.ts";
import { gapWords, holeWords, pagesAheadMs } from "./duty-alarm.ts";
import { nameOf, weekdayAt } from "./duty-words.ts";

/** Most spans of a rota, and most holes, that the page shows; it says where there are more. */
export const spansShownMax = 200;

/** What the page shows. */
export interface DutyPageView {
  readonly site: Site;
  readonly at: EpochMs;
  readonly channels: readonly ChannelFact[];
  /** Addresses from which messages came back in the last weeks. */
  readonly returned: readonly ReturnedAddress[];
  readonly holes: readonly Hole[];
  /** Of rotas that must be filled at any hour. */
  readonly gaps: readonly RotaGap[];
  /** Whether who looks may change duties: of everybody, their own alone, or none. */
  readonly mayChange: "all" | "own" | "none";
}

/** Who is on duty, and the holes ahead. */
export function dutyPageBody(view: DutyPageView): string {
  const { site, channels, returned, holes, gaps } = view;
  const rotas = site.rotas ?? [];
  return html`<header class="head">
      <h1>Who is on duty</h1>
      <p class="lead">Now and in the next 14 days. Times in ${site.timeZone} where nothing else is said.</p>
      <p class="actions link-row">
        <a href="/on-duty/calendar">Calendar</a>
        <a href="/on-duty/plan">Rotas, teams, holidays, policies and contacts</a>
        <a href="/canary">Test alarm: whether messages arrive</a>
      </p>
    </header>
    <section aria-labelledby="holes-title">
      <h2 id="holes-title">Gaps ahead</h2>
      !${
        holes.length + gaps.length === 0
          ? html`<p class="empty">
              ${(site.policies ?? []).length === 0 ? "There are no policies: every alarm calls all contacts at once." : "None: every step of every policy reaches somebody."}
            </p>`
          : html`<ul class="plain-list">
                !${gaps.slice(0, spansShownMax).map((gap) => html`<li><b>${gapWords(gap, site)}.</b> Put somebody on duty.</li>`)}
                !${holes.slice(0, spansShownMax).map((hole) => html`<li><b>${holeWords(hole, site)}.</b> ${whatToDo(hole)}</li>`)}
              </ul>
              !${holes.length > spansShownMax ? html`<p class="note">And ${holes.length - spansShownMax} more.</p>` : ""}`
      }
    </section>
    !${rotas.length === 0 ? html`<p class="empty">There are no rotas: see <a href="/on-duty/plan">the plan</a>.</p>` : ""}
    !${rotas.map((rota) => rotaSection(rota, view))}
    <section aria-labelledby="contacts-title">
      <h2 id="contacts-title">Contacts</h2>
      <ul class="plain-list">
        !${site.contacts.map((contact) => {
          const addresses = addressesOf(contact);
          const ways = addresses.map(({ medium, address }) => {
            const isServed = channels.some((channel) => channel.medium === medium);
            return `${medium} ${address}${isServed ? "" : " (no channel that works)"}`;
          });
          const back = returned.filter(
            (each) =>
              each.contact === contact.id && addresses.some(({ address }) => address === each.address),
          );
          return html`<li>
            <a href="/on-duty/contacts/${encodeURIComponent(contact.id)}"><b>${contact.name}</b></a>
            ${ways.join(", ")}
            !${back.map(({ address, at }) => html`<br /><b class="owed">A message to ${address} came back on ${siteTime(site.timeZone).minute(at)}: put the address right.</b>`)}
          </li>`;
        })}
      </ul>
    </section>`;
}

function whatToDo({ why, step }: Hole): string {
  if (why === "no-channel") return "Give them an address for a channel that works, or see to the channel.";
  return step === null
    ? "Put somebody on duty in one of its rotas."
    : "No alarm: the next step is called at once in its place.";
}

function rotaSection(rota: Rota, { site, at, mayChange }: DutyPageView): string {
  const timeZone = rota.timeZone ?? site.timeZone;
  const time = siteTime(timeZone);
  const spans = dutySpans(rota, site, at, at + pagesAheadMs);
  const [now] = spans;
  const names = (people: readonly string[]): string =>
    people.map((id) => nameOf(site, id)).join(", ") || "Nobody";
  const title = `rota-${rota.id}`;
  const link = (from: EpochMs, to: EpochMs): string =>
    `/on-duty/${encodeURIComponent(rota.id)}/override?from=${localText(from, timeZone)}&to=${localText(to, timeZone)}`;
  return html`<section aria-labelledby="${title}">
    <h2 id="${title}">${rota.name}</h2>
    <p>
      Now:
      <b>${names(now?.people ?? [])}</b
      >${now === undefined ? "" : `, until ${time.minute(now.to)}`}${timeZone === site.timeZone ? "" : ` (${timeZone})`}
    </p>
    <div class="table-frame">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">On duty</th>
            <th scope="col"><span class="hidden">Acts</span></th>
          </tr>
        </thead>
        <tbody>
          !${spans.slice(0, spansShownMax).map(
            ({ from, to, people }) =>
              html`<tr>
                <td data-label="From">${weekdayAt(from, timeZone)} ${time.minute(from)}</td>
                <td data-label="To">${weekdayAt(to, timeZone)} ${time.minute(to)}</td>
                <td data-label="On duty">${names(people)}</td>
                <td data-label="">
                  !${mayChange === "none" ? "" : html`<a href="${link(from, to)}">${mayChange === "own" ? "I take this" : "Change"}<span class="hidden"> from ${time.minute(from)}, ${rota.name}</span></a>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    !${spans.length > spansShownMax ? html`<p class="note">And ${spans.length - spansShownMax} more.</p>` : ""}
    !${overrideList(rota, site, at)}
  </section>`;
}

function overrideList(rota: Rota, site: Site, at: EpochMs): string {
  const coming = (rota.overrides ?? []).filter(({ to }) => to > at).slice(0, spansShownMax);
  if (coming.length === 0) return "";
  const time = siteTime(rota.timeZone ?? site.timeZone);
  return html`<ul class="plain-list">
    !${coming.map(
      ({ from, to, who, instead, reason }) =>
        html`<li>
          ${time.minute(from)} to ${time.minute(to)}: ${who === undefined ? "nobody" : nameOf(site, who)}
          ${instead === undefined ? "alone" : `instead of ${nameOf(site, instead)}`} (${reason})
        </li>`,
    )}
  </ul>`;
}

/** An instant as a field for local times takes it. */
export function localText(at: EpochMs, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: "minute" });
}
