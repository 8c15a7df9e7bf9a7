import type { Outcome } from "@coldkeep/core/summons/delivery.ts";
import { html } from "ghtml";
import { actionSection } from "../corrective/action-list.ts";
import { alarmList } from "./alarm-list.ts";
import { curveFigure } from "./curve-figure.ts";
import { excursionFacts, summary, timeOut } from "./excursion-facts.ts";
import { excursionMark, heldMark } from "./excursion-marks.ts";
import { heldUnits } from "./held-units.ts";
import { instant } from "./layout.ts";
import { messageEventItem } from "./message-events.ts";
import { signatureBlock } from "./signature-block.ts";
import { siteTime } from "./site-time.ts";
import { celsius } from "./temperature.ts";
import type { ExcursionPageView, NotificationView, RevisionView } from "./views.ts";
import { sideWords, statusWords } from "./words.ts";

/** What an excursion's page is called. */
export function excursionTitle(view: ExcursionPageView): string {
  return `${sideWords[view.excursion.side]}: ${view.excursion.applianceName}`;
}

/** The main part of an excursion's page, with the way to sign it for whoever may: what happened, which blood it touched, what was known when, and who was told. */
export function excursionBody(view: ExcursionPageView, canAcknowledge: boolean, maySign = false): string {
  const { excursion } = view;
  const id = encodeURIComponent(excursion.id);
  return html`<header class="head" data-side="${excursion.side}">
      <p class="crumb"><a href="/excursions">Excursions</a> / ${excursion.id}</p>
      <h1>${excursionTitle(view)}</h1>
      <span class="badge" data-status="${excursion.status}">${statusWords[excursion.status]}</span>
      !${excursion.critical ? html`<span class="badge" data-status="critical">Beyond critical</span>` : ""}
      <p class="lead">${summary(view)}</p>
      <p class="actions"><a class="button" href="/excursions/${id}/report.pdf">Report (PDF)</a></p>
    </header>
    <section aria-labelledby="figures-title">
      <h2 id="figures-title">Figures</h2>
      <dl class="facts">
        !${excursionFacts(view).map(
          ({ label, value, meaning }) =>
            html`<div>
              <dt>${label}</dt>
              <dd><b>${value}</b><span class="note">${meaning}</span></dd>
            </div>`,
        )}
      </dl>
    </section>
    <section aria-labelledby="curve-title">
      <h2 id="curve-title">Curve</h2>
      !${curveFigure(view.curve, [heldMark(excursion), excursionMark(excursion)], view.site.timeZone, view.at)}
      <p class="note">
        <a href="/appliances/${encodeURIComponent(excursion.appliance)}">${excursion.applianceName}</a>,
        profile ${view.profile}${view.profileSource === null ? "" : ` (${view.profileSource})`}
      </p>
    </section>
    !${heldUnits(view)} !${signatureSection(view, maySign)}
    !${actionSection(excursion.id, view.actions, { site: view.site, at: view.at, mayPlan: maySign })}
    <section aria-labelledby="revisions-title">
      <h2 id="revisions-title">What was known when</h2>
      <ol class="revisions">
        !${[...view.revisions].reverse().map((revision) => revisionItem(revision, view))}
      </ol>
    </section>
    !${
      view.alarms.length === 0
        ? ""
        : html`<section aria-labelledby="alarms-title" class="alarm-section">
            <h2 id="alarms-title">Alarms</h2>
            !${alarmList(view.alarms, { site: view.site, at: view.at, canAcknowledge })}
          </section>`
    }
    <section aria-labelledby="told-title">
      <h2 id="told-title">Who was told</h2>
      !${
        view.notifications.length === 0
          ? html`<p class="empty">Nobody was told of it, and nobody is owed a message.</p>`
          : html`<ul class="told">
              !${view.notifications.map((notification) => toldItem(notification, view))}
            </ul>`
      }
    </section>
    <p class="note proof">
      Journal at number ${view.journalHead.sequence}, SHA-256 <code>${view.journalHead.hash}</code>; audit
      trail at number ${view.auditHead.sequence}, SHA-256 <code>${view.auditHead.hash}</code>
    </p>`;
}

function signatureSection(view: ExcursionPageView, maySign: boolean): string {
  const { id, review } = view.excursion;
  const isAsked = review === "unsigned" || review === "outdated";
  const link =
    maySign && isAsked && view.excursion.status === "closed"
      ? html`<p><a class="button" href="/excursions/${encodeURIComponent(id)}/sign">Review and sign</a></p>`
      : "";
  return html`<section aria-labelledby="signatures-title">
    <h2 id="signatures-title">Signatures</h2>
    !${review === "outdated" ? html`<p class="ask-note">It has changed since it was signed: it needs a new signature.</p>` : ""}
    !${view.signatures.length === 0 ? html`<p class="empty">Nobody has signed it${view.excursion.status === "closed" ? "" : "; it can be signed once it is closed"}.</p>` : signatureBlock(view.signatures, view.site.timeZone)}
    !${link}
  </section>`;
}

function revisionItem(revision: RevisionView, view: ExcursionPageView): string {
  const time = siteTime(view.site.timeZone);
  const { figures } = revision;
  const end = figures.end === null ? "open" : time.short(figures.end);
  const extreme = figures.extremeCelsius === null ? "" : `, extreme ${celsius(figures.extremeCelsius, 2)}`;
  return html`<li>
    <p>
      <b>Revision ${revision.revision}: ${revision.change}</b>, known at
      !${instant(revision.knownAt, time.full(revision.knownAt))}
    </p>
    <p>${revision.reason}</p>
    <p class="note">${time.short(figures.start)} – ${end}, out of range ${timeOut(figures)}${extreme}</p>
  </li>`;
}

function toldItem(notification: NotificationView, view: ExcursionPageView): string {
  const time = siteTime(view.site.timeZone);
  const sent = notification.sentAt;
  return html`<li data-sent="${sent === null ? "no" : "yes"}">
    <p><b>${notification.contact}</b> <span class="note">${notification.address}</span></p>
    <p>${notification.subject}</p>
    <p class="note">
      !${sent === null ? html`<b class="owed">Not sent</b>, owed since !${instant(notification.owedAt, time.full(notification.owedAt))}` : html`Sent at !${instant(sent, time.full(sent))}`}${attemptsText(notification)}
    </p>
    !${
      notification.happened.length === 0
        ? ""
        : html`<ol class="message-events">
            !${notification.happened.map((event) => messageEventItem(event, view.site.timeZone))}
          </ol>`
    }
  </li>`;
}

/** Writes how often sending was tried, why it failed last, and what became of it. */
export function attemptsText({ sentAt, attempts, lastError, outcome }: NotificationView): string {
  const ended = outcome === null ? "" : outcomeWords[outcome];
  if (sentAt !== null && attempts <= 1) return ended;
  const error = lastError === null ? "" : `: ${lastError}`;
  return `, ${attempts} ${attempts === 1 ? "attempt" : "attempts"}${error}${ended}`;
}

/** What became of a message, after when it was sent. That a provider has it and can say no more goes without saying. */
const outcomeWords: Readonly<Record<Outcome, string>> = {
  delivered: "; it arrived",
  "handed-over": "",
  unconfirmed: "; nobody knows whether it arrived",
  withdrawn: "; somebody had answered",
  returned: "; not sent again",
  "given-up": "; given up",
};
