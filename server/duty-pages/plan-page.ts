import { addressesOf } from "@coldkeep/core/duty/contact-section.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { dayText } from "../pages/site-time.ts";
import { languageWords, mediumWords, nameOf } from "./duty-words.ts";
import { aboutWords, stepWords, timingWords } from "./policy-words.ts";
import { layerWords } from "./rota-words.ts";

/** What the plan of duties shows. */
export interface PlanPageView {
  readonly site: Site;
  readonly at: EpochMs;
  readonly channels: readonly ChannelFact[];
  readonly canDraft: boolean;
  /** The viewer's own open proposal. */
  readonly own: string | null;
}

type Edit = (href: string, text: string, about: string) => string;

/** The plan of duties: what says who is called, and where it is changed. */
export function planPageBody(view: PlanPageView): string {
  const { canDraft, own } = view;
  const edit: Edit = (href, text, about) =>
    canDraft ? html`<a href="/site/edit/${href}">${text}<span class="hidden"> ${about}</span></a>` : "";
  return html`<header class="head">
      <p class="crumb"><a href="/on-duty">On duty</a></p>
      <h1>Plan of duties</h1>
      <p class="lead">
        Who is called about which alarm, and who is on duty when. Rotas, teams, holidays and contacts change
        at once; policies wait for a second person's signature.
      </p>
    </header>
    !${own === null || !canDraft ? "" : html`<p class="ask-note">You have an open proposal, <a href="/site/proposals/${own}">${own}</a>. What you change now and touches limits is added to it.</p>`}
    !${policiesSection(view, edit)} !${rotasSection(view, edit)} !${teamsSection(view, edit)}
    !${holidaysSection(view, edit)} !${contactsSection(view, edit)}`;
}

function section(id: string, title: string, act: string, body: string): string {
  return html`<section aria-labelledby="${id}-title">
    <div class="section-head">
      <h2 id="${id}-title">${title}</h2>
      !${act}
    </div>
    !${body}
  </section>`;
}

function policiesSection({ site }: PlanPageView, edit: Edit): string {
  const policies = site.policies ?? [];
  const body =
    policies.length === 0
      ? html`<p class="empty">There are none: every alarm calls all contacts at once.</p>`
      : html`<ol class="plain-list">
          !${policies.map(
            (policy) =>
              html`<li>
                <p><b>${policy.id}</b> for ${aboutWords(site, policy)}</p>
                <ul class="rules">
                  !${[...stepWords(site, policy), ...timingWords(policy)].map((line) => html`<li>${line}</li>`)}
                </ul>
                <p class="link-row">
                  !${edit(`policy/${encodeURIComponent(policy.id)}`, "Change", `policy ${policy.id}`)}
                  !${edit(`remove-policy/${encodeURIComponent(policy.id)}`, "Take away", `policy ${policy.id}`)}
                </p>
              </li>`,
          )}
        </ol>`;
  return section(
    "policies",
    "Policies, in the order in which they are looked at",
    edit("new-policy", "New policy", ""),
    body,
  );
}

function rotasSection({ site }: PlanPageView, edit: Edit): string {
  const rotas = site.rotas ?? [];
  const body =
    rotas.length === 0
      ? html`<p class="empty">There are none.</p>`
      : html`<ul class="plain-list">
          !${rotas.map(
            (rota) =>
              html`<li>
                <p>
                  <b>${rota.name}</b>${rota.mustBeFilled === true ? ", which must be filled at any hour" : ""}
                  <span class="note">${rota.id}</span>
                </p>
                <ul class="rules">
                  !${rota.layers.map((layer) => html`<li>${layerWords(site, layer)}</li>`)}
                </ul>
                <p class="link-row">
                  !${edit(`rota/${encodeURIComponent(rota.id)}`, "Change", `rota ${rota.name}`)}
                  !${edit(`remove-rota/${encodeURIComponent(rota.id)}`, "Take away", `rota ${rota.name}`)}
                </p>
              </li>`,
          )}
        </ul>`;
  return section("rotas", "Rotas", edit("new-rota", "New rota", ""), body);
}

function teamsSection({ site }: PlanPageView, edit: Edit): string {
  const teams = site.teams ?? [];
  const body =
    teams.length === 0
      ? html`<p class="empty">There are none.</p>`
      : html`<ul class="plain-list">
          !${teams.map(({ id, name, members }) => {
            const key = encodeURIComponent(id);
            return html`<li>
              <p><b>${name}</b> ${members.map((member) => nameOf(site, member)).join(", ")}</p>
              <p class="link-row">
                !${edit(`team/${key}`, "Change", `team ${name}`)}
                !${edit(`remove-team/${key}`, "Take away", `team ${name}`)}
              </p>
            </li>`;
          })}
        </ul>`;
  return section("teams", "Teams", edit("new-team", "New team", ""), body);
}

function holidaysSection({ site }: PlanPageView, edit: Edit): string {
  const holidays = Object.entries(site.holidays ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const body =
    holidays.length === 0
      ? html`<p class="empty">There are none.</p>`
      : html`<ul class="plain-list columns">
          !${holidays.map(([date, name]) => html`<li>${dayText(date)} ${name}</li>`)}
        </ul>`;
  return section("holidays", "Holidays", edit("holidays", "Change", "the holidays"), body);
}

function contactsSection({ site, channels }: PlanPageView, edit: Edit): string {
  const body =
    site.contacts.length === 0
      ? html`<p class="empty">There are none: nobody is told about alarms.</p>`
      : html`<ul class="plain-list">
          !${site.contacts.map((contact) => {
            const key = encodeURIComponent(contact.id);
            const ways = addressesOf(contact).map(({ medium, address }) => {
              const isServed = channels.some((channel) => channel.medium === medium);
              return `${mediumWords[medium]} ${address}${isServed ? "" : " (no channel that works)"}`;
            });
            const language = contact.language ?? site.language ?? "en";
            return html`<li>
              <p>
                <a href="/on-duty/contacts/${key}"><b>${contact.name}</b></a> ${ways.join(", then ")};
                ${languageWords[language]}
                <span class="note">${contact.id}</span>
              </p>
              <p class="link-row">
                !${edit(`contact/${key}`, "Change", contact.name)}
                !${edit(`remove-contact/${key}`, "Take away", contact.name)}
              </p>
            </li>`;
          })}
        </ul>`;
  return section("contacts", "Contacts", edit("new-contact", "New contact", ""), body);
}
