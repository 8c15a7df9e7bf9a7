import { causeTextCharactersMax } from "@coldkeep/core/contract/choices.ts";
import { type DecisionKind, decisionKinds, decisionWords } from "@coldkeep/core/contract/dispositions.ts";
import type { Advice } from "@coldkeep/core/exposure/advice.ts";
import type { Side } from "@coldkeep/core/engine/excursion.ts";
import { type DurationMs, type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { actionSection } from "../corrective/action-list.ts";
import type { KeptAction } from "../corrective/corrective-records.ts";
import {
  errorSummary,
  formButtons,
  type FormErrors,
  hiddenField,
  inputField,
  selectField,
  tickField,
} from "../pages/forms.ts";
import { dinText } from "../pages/held-units.ts";
import { instant } from "../pages/layout.ts";
import { siteTime } from "../pages/site-time.ts";
import { celsius } from "../pages/temperature.ts";
import type { SiteView } from "../pages/views.ts";
import { count, sideWords } from "../pages/words.ts";
import { unitPath } from "../unit-pages/unit-words.ts";
import { unitText } from "./decide.ts";
import type { KeptDecision } from "./decision-records.ts";
import type { UndecidedUnit, WaitingExcursion } from "./undecided.ts";

const verdictWords: Readonly<Record<Advice["verdict"], string>> = {
  within: "within",
  exceeded: "exceeded",
  "cannot-tell": "cannot tell",
};

/** What the work list shows. */
export interface WorkList {
  readonly site: SiteView;
  readonly excursions: readonly WaitingExcursion[];
  readonly waiting: readonly KeptDecision[];
  readonly nameOf: (appliance: string) => string;
}

/** The work list of quality officers: excursions with units that wait for a decision, and concessions that wait for a second person. */
export function workListBody({ site, excursions, waiting, nameOf }: WorkList): string {
  const time = siteTime(site.timeZone);
  return html`<header class="head">
      <h1>Units to decide</h1>
      <p class="lead">
        Units stay held until a named person decides and signs. What has waited longest stands first.
        <a href="/work/lists">Lists of causes and reasons</a>
      </p>
    </header>
    !${
      waiting.length === 0
        ? ""
        : html`<section aria-labelledby="second-title">
            <h2 id="second-title">Concessions that wait for a second person</h2>
            <ul>
              !${waiting.map(
                (each) =>
                  html`<li>
                    <a href="/work/decisions/${each.number}"
                      >${count(each.content.units.length, "unit")} of ${each.excursion}</a
                    >, asked for by ${each.name} on ${time.short(each.at)}
                  </li>`,
              )}
            </ul>
          </section>`
    }
    <section aria-labelledby="excursions-title">
      <h2 id="excursions-title">Excursions with held units</h2>
      !${
        excursions.length === 0
          ? html`<p class="note">No unit waits for a decision.</p>`
          : html`<div class="table-frame">
              <table class="rows">
                <thead>
                  <tr>
                    <th scope="col">What</th>
                    <th scope="col">Where</th>
                    <th scope="col">Began</th>
                    <th scope="col" class="number">Units</th>
                    <th scope="col" class="number">On recall</th>
                    <th scope="col">Waiting since</th>
                  </tr>
                </thead>
                <tbody>
                  !${excursions.map((each) => waitingRow(each, site, nameOf))}
                </tbody>
              </table>
            </div>`
      }
    </section>`;
}

function waitingRow(each: WaitingExcursion, site: SiteView, nameOf: WorkList["nameOf"]): string {
  const time = siteTime(site.timeZone);
  return html`<tr>
    <td data-label="What">
      <a href="/work/${encodeURIComponent(each.id)}">${sideWords[each.side as Side]}</a>
      <span class="note">${each.status}</span>
    </td>
    <td data-label="Where">${nameOf(each.appliance)}</td>
    <td data-label="Began">!${instant(each.start, time.short(each.start))}</td>
    <td data-label="Units" class="number">${each.units}</td>
    <td data-label="On recall" class="number">${each.left}</td>
    <td data-label="Waiting since">!${instant(each.since, time.short(each.since))}</td>
  </tr>`;
}

/** What the page of one excursion's units shows. */
export interface UnitsPage {
  readonly site: SiteView;
  readonly excursion: {
    readonly id: string;
    readonly status: string;
    readonly title: string;
    readonly lead: string;
  };
  readonly units: readonly UndecidedUnit[];
  readonly decisions: readonly KeptDecision[];
  readonly actions: readonly KeptAction[];
  readonly at: EpochMs;
  readonly causes: readonly string[];
  /** Reasons to choose from, by kind of decision. */
  readonly reasons: Readonly<Record<DecisionKind, readonly string[]>>;
  readonly errors: FormErrors;
  /** Hash of the excursion as it is shown. */
  readonly seen: string;
  readonly chosen: {
    readonly all: boolean;
    readonly units: ReadonlySet<string>;
    readonly decision: string;
    readonly cause: string;
    readonly causeText: string;
    readonly listed: string;
  };
  /** The fields with which the person signs. */
  readonly signing: string;
}

/** A reason of the list as the form sends it. */
export function listedReason(kind: DecisionKind, reason: string): string {
  return `${kind}: ${reason}`;
}

/** The page on which the units of an excursion are decided about. */
export function unitsBody(page: UnitsPage): string {
  const { excursion, units } = page;
  const path = `/work/${encodeURIComponent(excursion.id)}`;
  return html`!${errorSummary(page.errors, { title: "Nothing was decided", plain: ["units", "seen"] })}
    <header class="head">
      <p class="crumb">
        <a href="/work">Units to decide</a> /
        <a href="/excursions/${encodeURIComponent(excursion.id)}">${excursion.id}</a>
      </p>
      <h1>${excursion.title}</h1>
      <p class="lead">${excursion.lead}</p>
    </header>
    !${
      units.length === 0
        ? html`<p class="done-note">Every unit that it holds has been decided about.</p>`
        : html`<form class="form wide" method="post" action="${path}">
            !${hiddenField("seen", page.seen)}
            <section aria-labelledby="units-title">
              <h2 id="units-title">${count(units.length, "unit")} to decide</h2>
              <p class="note">
                Time out: shown to be out of range, and at most, if all that is unknown was out. Advice names
                its rule and decides nothing.
              </p>
              !${rulesNote(units)}
              !${tickField(
                {
                  name: "all",
                  label: `All ${count(units.length, "unit")} listed here`,
                  ticked: page.chosen.all,
                },
                page.errors,
              )}
              <div class="table-frame">
                <table class="rows">
                  <thead>
                    <tr>
                      <th scope="col">Decide</th>
                      <th scope="col">Unit</th>
                      <th scope="col">Now</th>
                      <th scope="col" class="number">Time out</th>
                      <th scope="col" class="number">Extremes</th>
                      <th scope="col" class="number">Excursions in its life</th>
                      <th scope="col">Advice</th>
                    </tr>
                  </thead>
                  <tbody>
                    !${units.map((unit) => unitRow(unit, page.chosen.units))}
                  </tbody>
                </table>
              </div>
            </section>
            <section class="form-page" aria-labelledby="decide-title">
              <h2 id="decide-title">Decide about the ticked units</h2>
              !${
                excursion.status === "open"
                  ? html`<p class="ask-note">
                      The excursion is not over: units can be discarded now, and given back once it is.
                    </p>`
                  : ""
              }
              !${selectField(
                {
                  name: "decision",
                  label: "Decision",
                  hint: "A concession releases although a rule says otherwise, once a second quality officer has signed too.",
                  value: page.chosen.decision,
                  required: true,
                  choices: [
                    { value: "", text: "Choose" },
                    ...decisionKinds.map((kind) => ({ value: kind, text: decisionWords[kind] })),
                  ],
                },
                page.errors,
              )}
              !${selectField(
                {
                  name: "cause",
                  label: "Cause of the excursion",
                  value: page.chosen.cause,
                  choices: [
                    { value: "", text: "Not known yet, or said below" },
                    ...page.causes.map((cause) => ({ value: cause, text: cause })),
                  ],
                },
                page.errors,
              )}
              !${inputField(
                {
                  name: "causeText",
                  label: "Cause in your own words",
                  hint: "Where none of the list fits, or what you add to it.",
                  value: page.chosen.causeText,
                  charactersMax: causeTextCharactersMax,
                },
                page.errors,
              )}
              !${selectField(
                {
                  name: "listed",
                  label: "Reason",
                  value: page.chosen.listed,
                  choices: [
                    { value: "", text: "Other, said below" },
                    ...decisionKinds.flatMap((kind) =>
                      page.reasons[kind].map((reason) => ({
                        value: listedReason(kind, reason),
                        text: reason,
                        group: decisionWords[kind],
                      })),
                    ),
                  ],
                },
                page.errors,
              )}
              !${page.signing}
              !${formButtons({ submit: "Sign this decision", back: { href: "/work", text: "Back without deciding" } })}
            </section>
          </form>`
    }
    !${decisionList(page.decisions, page.site)}
    !${actionSection(excursion.id, page.actions, { site: page.site, at: page.at, mayPlan: true })}`;
}

function unitRow(unit: UndecidedUnit, chosen: ReadonlySet<string>): string {
  const { figures } = unit;
  const key = unitText(unit);
  const id = `unit-${key.replace(" ", "-")}`;
  return html`<tr>
    <td data-label="Decide">
      <input type="checkbox" id="${id}" name="unit" value="${key}" !${chosen.has(key) ? "checked" : ""} />
    </td>
    <td data-label="Unit">
      <label for="${id}"><span class="din">${dinText(unit.din)}</span> ${unit.productCode}</label>
      <span class="note">
        <a href="${unitPath(unit)}">What is known of it<span class="hidden"> (${dinText(unit.din)})</span></a>
        ${unit.description ?? ""}${remarks(unit)}
      </span>
    </td>
    <td data-label="Now">${unit.appliance ?? "LEFT: recall"}</td>
    <td data-label="Time out" class="number">
      ${timeText(figures.outMs)}${
        figures.worstCaseMs > figures.outMs ? `, at most ${timeText(figures.worstCaseMs)}` : ""
      }
    </td>
    <td data-label="Extremes" class="number">${extremes(figures.minCelsius, figures.maxCelsius)}</td>
    <td data-label="Excursions in its life" class="number">${figures.count}</td>
    <td data-label="Advice">!${adviceCell(unit.advice)}</td>
  </tr>`;
}

function remarks({ exposed, others }: UndecidedUnit): string {
  const shown = exposed ? "" : " Shown not exposed.";
  return others.length === 0 ? shown : `${shown} Also held by ${others.join(", ")}.`;
}

/** What is out of the ordinary in words; that all is well in a few. */
function adviceCell(advice: readonly Advice[]): string {
  const notable = advice.filter(({ verdict }) => verdict !== "within");
  if (advice.length === 0) return html`<span class="note">no rule is for it</span>`;
  if (notable.length === 0)
    return html`within ${advice.length === 1 ? "the rule" : `its ${advice.length} rules`}`;
  return html`<ul>
    !${notable.map(
      ({ title, verdict, figures }) =>
        html`<li>
          <b>${verdictWords[verdict]}</b>: ${title} <span class="note">${figures.join("; ")}</span>
        </li>`,
    )}
  </ul>`;
}

/** The rules that were held against the units, once, with their sources. */
function rulesNote(units: readonly UndecidedUnit[]): string {
  const rules = new Map(units.flatMap(({ advice }) => advice.map((each) => [each.rule, each] as const)));
  if (rules.size === 0) return "";
  return html`<p class="note">
    Rules, as advice: ${[...rules.values()].map(({ title, source }) => `${title} (${source})`).join("; ")}.
  </p>`;
}

/** Decisions about units of an excursion, each with who signed. */
function decisionList(decisions: readonly KeptDecision[], site: SiteView): string {
  if (decisions.length === 0) return "";
  const time = siteTime(site.timeZone);
  return html`<section aria-labelledby="decided-title">
    <h2 id="decided-title">Decided so far</h2>
    <ul class="signatures">
      !${decisions.map(
        (each) =>
          html`<li>
            <p>
              <b>${decisionWords[each.decision]}</b>: ${count(each.content.units.length, "unit")}, by
              <b>${each.name}</b> on ${time.full(each.at)} ${time.zone(each.at)}
            </p>
            <p>${each.reason}${each.content.cause === null ? "" : ` Cause: ${each.content.cause}.`}</p>
            <p class="note">
              !${each.content.units.map((unit) => html`<a href="${unitPath(unit)}">${dinText(unit.din)}</a>`).join(", ")}
            </p>
            <p>!${secondText(each, site)}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

function secondText({ number, decision, second }: KeptDecision, site: SiteView): string {
  if (decision !== "concession") return "";
  if (second === null) return html`<a href="/work/decisions/${number}">Waits for a second person.</a>`;
  const time = siteTime(site.timeZone);
  return html`<b>${second.name}</b> ${second.verdict} on ${time.full(second.at)} ${time.zone(second.at)}:
    ${second.reason}`;
}

/** The page on which a second person answers a concession. */
export function secondBody(page: {
  readonly kept: KeptDecision;
  readonly site: SiteView;
  readonly errors: FormErrors;
  /** The fields with which the person signs; null for whoever asked for it. */
  readonly signing: string | null;
}): string {
  const { kept, site, signing } = page;
  const path = `/work/decisions/${kept.number}`;
  return html`!${errorSummary(page.errors, { title: "Nothing was signed", plain: ["verdict"] })}
    <header class="head">
      <p class="crumb">
        <a href="/work">Units to decide</a> /
        <a href="/work/${encodeURIComponent(kept.excursion)}">${kept.excursion}</a>
      </p>
      <h1>Release with concession: ${count(kept.content.units.length, "unit")}</h1>
      <p class="lead">${kept.name} asks for it: ${kept.reason}</p>
    </header>
    <ul class="dins">
      !${kept.content.units.map(
        ({ din, productCode, figures, advice }) =>
          html`<li>
            <a href="${unitPath({ din, productCode })}"><span class="din">${dinText(din)}</span></a>
            ${productCode}: out ${timeText(figures.outMs)}, at most ${timeText(figures.worstCaseMs)},
            ${extremes(figures.minCelsius, figures.maxCelsius)}
            <span class="note"
              >${Object.entries(advice)
                .map(([rule, verdict]) => `${rule}: ${verdict}`)
                .join(", ")}</span
            >
          </li>`,
      )}
    </ul>
    !${
      signing === null
        ? html`<p class="ask-note">You asked for it, so somebody else must answer it.</p>`
        : html`<section class="form-page" aria-labelledby="answer-title">
            <h2 id="answer-title">Your answer</h2>
            <form class="form" method="post" action="${path}">
              !${selectField(
                {
                  name: "verdict",
                  label: "Answer",
                  required: true,
                  choices: [
                    { value: "", text: "Choose" },
                    { value: "agreed", text: "Agree: the units are released" },
                    { value: "declined", text: "Decline: they stay held" },
                  ],
                },
                page.errors,
              )}
              !${signing}
              !${formButtons({ submit: "Sign this answer", back: { href: "/work", text: "Back" } })}
            </form>
          </section>`
    }
    !${decisionList(kept.second === null ? [] : [kept], site)}`;
}

function timeText(ms: DurationMs): string {
  return ms === 0 ? "none" : formatDuration(ms);
}

function extremes(min: number | null, max: number | null): string {
  return min === null || max === null ? "no reading" : `${celsius(min)} to ${celsius(max)}`;
}
