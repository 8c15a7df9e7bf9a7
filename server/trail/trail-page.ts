import { isAllowed, type Role } from "@coldkeep/core/people/roles.ts";
import { html } from "ghtml";
import { actionText, groupWords } from "../audit/audit-words.ts";
import {
  errorSummary,
  type FormErrors,
  hasErrors,
  hiddenField,
  inputField,
  selectField,
  tickField,
} from "../pages/forms.ts";
import { instant } from "../pages/layout.ts";
import { siteTime } from "../pages/site-time.ts";
import { type EntryChange, entryWords, whoOf } from "./entry-words.ts";
import type { TrailEntry, TrailFound } from "./trail-reads.ts";
import { queryText, searchCharactersMax, type TrailQuery } from "./trail-query.ts";

/** What the page of the trail shows. */
export interface TrailPageView {
  readonly timeZone: string;
  /** In which role it is read: what that may not see is not linked. */
  readonly role: Role | null;
  readonly query: TrailQuery;
  readonly errors: FormErrors;
  readonly actors: readonly string[];
  readonly found: TrailFound;
  /** True on a page that is not the first. */
  readonly isLater: boolean;
  /** How the periodic reviews stand, as a note; empty where there is nothing to say. */
  readonly reviewNote: string;
}

/** The main part of the page of the audit trail. */
export function trailBody(view: TrailPageView): string {
  const { query, errors, found, timeZone } = view;
  const { before } = found;
  const later = before === null ? null : queryText({ ...query, before: String(before) });
  return html`!${errorSummary(errors, { title: "This search was not taken as it is" })}
    <header class="head">
      <h1>Audit trail</h1>
      <p class="lead">
        Who did what to what, when and why, newest first. Nothing in it can be changed or taken away; each
        entry is chained to the one before it.
      </p>
      <p class="actions trail-acts">
        <a class="button" href="/trail/reviews">Periodic reviews</a>
        <a href="/trail.csv${queryText(query)}">Export as CSV</a>
        <a href="/trail.jsonl${queryText(query)}">Export as JSON lines, with hashes</a>
      </p>
    </header>
    !${view.reviewNote}
    <section aria-labelledby="search-title">
      <h2 id="search-title">Search</h2>
      !${searchForm(view)}
    </section>
    <section aria-labelledby="entries-title">
      <h2 id="entries-title">Entries</h2>
      !${
        found.entries.length === 0
          ? html`<p class="empty">
              ${hasErrors(errors) ? "Mend the search above." : found.isCut ? "None among the entries looked through so far." : "No entry is like that."}
            </p>`
          : entryList(found.entries, timeZone, view.role)
      }
      <p class="pager">
        !${view.isLater ? html`<a href="/trail${queryText(query)}">Newest</a>` : ""}
        !${later === null ? "" : html`<a class="button" href="/trail${later}" rel="next">${found.isCut ? "Look through earlier ones" : "Earlier"}</a>`}
      </p>
    </section>`;
}

function searchForm({ query, errors, actors }: TrailPageView): string {
  const field = { charactersMax: searchCharactersMax };
  const who = actors.map((actor) => ({
    value: actor,
    text: actor === whoOf(actor) ? actor : `${whoOf(actor)} (${actor})`,
  }));
  const groups = Object.entries(groupWords).map(([value, text]) => ({ value, text }));
  const value = (name: keyof TrailQuery): string => query[name] ?? "";
  const kept = [query.about, query.action]
    .map((each, index) => (each === undefined ? "" : hiddenField(index === 0 ? "about" : "action", each)))
    .join("");
  const only = [
    query.about === undefined ? "" : `about ${query.about}`,
    query.action === undefined ? "" : `of the kind “${actionText(query.action)}”`,
  ].filter((each) => each !== "");
  return html`<form class="form" method="get" action="/trail" role="search">
    <div class="trail-filter">
      !${selectField({ name: "actor", label: "Who", value: value("actor"), choices: [{ value: "", text: "Anybody" }, ...who] })}
      !${selectField({ name: "group", label: "What about", value: value("group"), choices: [{ value: "", text: "Anything" }, ...groups] })}
      !${inputField({ name: "subject", label: "Subject contains", value: value("subject"), ...field })}
      !${inputField({ name: "text", label: "Detail contains", value: value("text"), ...field })}
      !${inputField({ name: "from", label: "From (time of the site)", type: "datetime-local", value: value("from") }, errors)}
      !${inputField({ name: "to", label: "Until", type: "datetime-local", value: value("to") }, errors)}
      !${tickField({ name: "people", label: "Only what people did", ticked: query.people === "yes" })}
      !${tickField({ name: "exceptions", label: "Only what a review looks at one by one", ticked: query.exceptions === "yes" })}
    </div>
    !${only.length === 0 ? "" : html`<p class="note">Only entries ${only.join(" and ")}.</p>`} !${kept}
    <p class="form-buttons"><button type="submit">Search</button> <a href="/trail">All entries</a></p>
  </form>`;
}

/** Entries of the trail, each in words, with the entry as stored behind them; `role` says what may be linked. */
export function entryList(entries: readonly TrailEntry[], timeZone: string, role: Role | null): string {
  return html`<ol class="trail">
    !${entries.map((entry) => entryItem(entry, timeZone, role))}
  </ol>`;
}

function entryItem(entry: TrailEntry, timeZone: string, viewer: Role | null): string {
  const time = siteTime(timeZone);
  const { who, role, what, changes, moreChanges, why, more, link, isException } = entryWords(
    entry,
    time.full,
  );
  const mayGo = link !== null && viewer !== null && isAllowed(viewer, link.permission);
  const subject = mayGo ? html`<a href="${link.href}">${entry.subject}</a>` : html`${entry.subject}`;
  return html`<li id="entry-${entry.seq}" data-exception="${isException ? "yes" : "no"}">
    <p class="entry-head">
      <b>${what}</b> <span>!${subject}</span>
      !${instant(entry.at, `${time.full(entry.at)}, ${time.zone(entry.at)}`)}
    </p>
    <p>
      ${who}!${role === null ? "" : html` <span class="note">${role}</span>`}!${why === null ? "" : html`: “${why}”`}
    </p>
    !${
      changes.length === 0
        ? ""
        : html`<ul class="changes">
            !${changes.map(changeItem)}!${moreChanges === 0 ? "" : html`<li class="note">and ${moreChanges} more, in the entry as stored</li>`}
          </ul>`
    }
    !${more.length === 0 ? "" : html`<p class="note">${more.map(([label, text]) => `${label}: ${text}`).join("; ")}</p>`}
    <details class="raw">
      <summary>Entry ${entry.seq} as stored</summary>
      <pre tabindex="0">${rawText(entry)}</pre>
      <p class="note">
        <a href="/trail${queryText({ about: entry.subject })}">All about ${entry.subject}</a>
      </p>
    </details>
  </li>`;
}

function changeItem({ what, from, to }: EntryChange): string {
  return html`<li>
    !${what === "" ? "" : html`<b>${what}</b>: `}<span class="from">${from}</span> →
    <span class="to">${to}</span>
  </li>`;
}

function rawText({
  seq,
  at,
  actor,
  action,
  subject,
  detail,
  journalSeq,
  previous,
  hash,
}: TrailEntry): string {
  const head = JSON.stringify([seq, at, actor, action, subject, journalSeq]);
  return `previous ${previous}\nhead     ${head}\ndetail   ${detail}\nhash     ${hash}`;
}
