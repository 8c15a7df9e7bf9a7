import type { Language } from "@coldkeep/core/duty/media.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { KeptAlarm } from "../alarms/kept-alarm.ts";
import type { AssetUrls } from "../pages/assets.ts";
import { promiseCharactersMax } from "../pages/limits.ts";
import { wordsOf } from "@coldkeep/core/wording/write-call.ts";
import { answerWords } from "./answer-words.ts";

/** Most alarms that the page lists; the rest is counted. */
export const answerAlarmsMax = 20;

/** Within how many minutes somebody may say that they will see to it. */
export const answerMinutes: readonly number[] = [10, 20, 30, 45, 60];

/** The page as a phone gets it. */
export interface AnswerLook {
  readonly language: Language;
  readonly name: string;
  readonly alarms: readonly KeptAlarm[];
  readonly path: string;
  /** Until when it was taken on just now; null where it was not. */
  readonly takenUntil: string | null;
  readonly isMissing: boolean;
  /** True where it is about a drill, and says so first. */
  readonly isDrill: boolean;
  readonly assets: AssetUrls;
}

/** Writes the page on which a call is answered: no script, no way to anything else. */
export function answerDocument(look: AnswerLook): string {
  const words = answerWords[look.language];
  const { drill, drillNoteShort } = wordsOf[look.language];
  const title = look.isDrill ? `${drill}: ${words.title}` : words.title;
  const isOpen = look.alarms.some(({ state }) => !state.acknowledged);
  const note =
    look.takenUntil !== null
      ? html`<p class="done" role="status">
          ${look.isDrill ? words.drillDone : words.done(look.takenUntil)}
        </p>`
      : isOpen
        ? ""
        : html`<p role="status">${words.nothing}</p>`;
  const body = html`<h1>${title}</h1>
    !${look.isDrill ? html`<p class="ask-note"><b>${drillNoteShort}</b></p>` : ""}
    <p>${words.intro(look.name)}</p>
    !${alarmList(look)} !${note} !${isOpen && look.takenUntil === null ? answerForm(look) : ""}`;
  return documentOf(look.language, title, body, look.assets);
}

/** The page for a link that is not good any more. */
export function invalidDocument(language: Language, assets: AssetUrls): string {
  const { invalidTitle, invalid } = answerWords[language];
  return documentOf(
    language,
    invalidTitle,
    html`<h1>${invalidTitle}</h1>
      <p>${invalid}</p>`,
    assets,
  );
}

function alarmList({ alarms, language }: AnswerLook): string {
  const words = answerWords[language];
  const shown = alarms.slice(0, answerAlarmsMax);
  const state = ({ state: { condition, acknowledged, acknowledgedBy } }: KeptAlarm): string =>
    [acknowledged && acknowledgedBy !== null ? words.taken(acknowledgedBy) : "", condition ? "" : words.over]
      .filter((part) => part !== "")
      .join(", ");
  const line = (alarm: KeptAlarm): string =>
    html`<li>
      <strong>${alarm.text}</strong>!${state(alarm) === "" ? "" : html`<br /><span>${state(alarm)}</span>`}
    </li>`;
  const rest = alarms.length - shown.length;
  return html`<ul class="called">
    !${shown.map(line)} !${rest > 0 ? html`<li>${words.more(rest)}</li>` : ""}
  </ul>`;
}

function answerForm({ language, path, isMissing, isDrill }: AnswerLook): string {
  const words = answerWords[language];
  const option = (minutes: number): string =>
    html`<option value="${minutes}" !${minutes === 30 ? "selected" : ""}>${words.minutes(minutes)}</option>`;
  return html`<form method="post" action="${path}">
    !${isMissing ? html`<p class="mistake" role="alert">${words.missing}</p>` : ""}
    <div class="field">
      <label for="what">${words.what}</label>
      <p class="hint" id="what-hint">${words.whatHint}</p>
      <input
        id="what"
        name="what"
        required
        maxlength="${promiseCharactersMax}"
        aria-describedby="what-hint"
        autocomplete="off"
      />
    </div>
    <div class="field">
      <label for="minutes">${words.within}</label>
      <select id="minutes" name="minutes">
        !${answerMinutes.map(option)}
      </select>
    </div>
    <p class="form-buttons"><button type="submit">${words.take}</button></p>
    !${isDrill ? "" : html`<p class="note">${words.after}</p>`}
  </form>`;
}

function documentOf(language: Language, title: string, body: string, assets: AssetUrls): string {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <title>${title} · Coldkeep</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" type="image/svg+xml" href="${assets("icon.svg")}" />
        <link rel="stylesheet" href="${assets("coldkeep.css")}" />
        <link rel="stylesheet" href="${assets("forms.css")}" />
      </head>
      <body>
        <main id="page">!${body}</main>
      </body>
    </html>`;
}

/** A time of day as people of the site read it. */
export function timeOfDay(at: EpochMs, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(at);
}
