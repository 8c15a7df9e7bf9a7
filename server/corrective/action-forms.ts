import { correctiveCharactersMax, ownerCharactersMax } from "@coldkeep/core/corrective/corrective-action.ts";
import { html } from "ghtml";
import {
  errorSummary,
  formButtons,
  type FormErrors,
  inputField,
  selectField,
  textField,
} from "../pages/forms.ts";
import { actionList } from "./action-list.ts";
import type { KeptAction } from "./corrective-records.ts";
import type { SiteNow } from "../pages/page-answers.ts";

/** What the owner's choice sends for somebody without an account. */
export const otherOwner = "";

/** What was filled in, by field. */
export type Filled = (name: string) => string;

/** The page on which a corrective action of an excursion is planned. */
export function planBody(page: {
  readonly excursion: string;
  readonly title: string;
  readonly causes: readonly string[];
  readonly accounts: readonly { readonly login: string; readonly name: string }[];
  readonly filled: Filled;
  readonly errors: FormErrors;
}): string {
  const { excursion, errors, filled } = page;
  const path = `/excursions/${encodeURIComponent(excursion)}`;
  return html`!${errorSummary(errors, { title: "Nothing was planned" })}
    <header class="head">
      <p class="crumb">
        <a href="/excursions">Excursions</a> / <a href="${path}">${excursion}</a> / Corrective action
      </p>
      <h1>Plan a corrective action</h1>
      <p class="lead">${page.title}</p>
    </header>
    <section class="form-page" aria-label="The action">
      <form class="form" method="post" action="${path}/actions/new">
        !${textField(
          {
            name: "what",
            label: "What is to be done",
            value: filled("what"),
            required: true,
            charactersMax: correctiveCharactersMax,
          },
          errors,
        )}
        !${selectField(
          {
            name: "cause",
            label: "Cause that it answers",
            value: filled("cause"),
            choices: [
              { value: "", text: "Not known yet" },
              ...page.causes.map((cause) => ({ value: cause, text: cause })),
            ],
          },
          errors,
        )}
        !${selectField(
          {
            name: "owner",
            label: "Owner",
            hint: "Who sees to it.",
            value: filled("owner"),
            choices: [
              { value: otherOwner, text: "Somebody without an account, named below" },
              ...page.accounts.map(({ login, name }) => ({ value: login, text: `${name} (${login})` })),
            ],
          },
          errors,
        )}
        !${inputField(
          {
            name: "ownerName",
            label: "Name of an owner without an account",
            value: filled("ownerName"),
            charactersMax: ownerCharactersMax,
          },
          errors,
        )}
        !${inputField(
          { name: "due", label: "Due", type: "date", value: filled("due"), required: true },
          errors,
        )}
        !${formButtons({ submit: "Plan this action", back: { href: path, text: "Back" } })}
      </form>
    </section>`;
}

/** The page on which somebody says what became of a corrective action. */
export function endBody(page: {
  readonly action: KeptAction;
  readonly here: SiteNow;
  readonly filled: Filled;
  readonly errors: FormErrors;
}): string {
  const { action, errors, filled, here } = page;
  return html`!${errorSummary(errors, { title: "Nothing was noted" })}
    <header class="head">
      <p class="crumb"><a href="/actions">Corrective actions</a> / ${action.number}</p>
      <h1>What became of it</h1>
      <p class="lead">${action.what}</p>
    </header>
    !${actionList([action], { ...here, mayEnd: false, namesExcursion: true })}
    !${
      action.end !== null
        ? html`<p class="done-note">It has ended.</p>`
        : html`<section class="form-page" aria-label="What became of it">
            <form class="form" method="post" action="/actions/${action.number}/end">
              !${selectField(
                {
                  name: "outcome",
                  label: "It is",
                  value: filled("outcome"),
                  required: true,
                  choices: [
                    { value: "", text: "Choose" },
                    { value: "done", text: "Done" },
                    { value: "cancelled", text: "Cancelled: it is not done" },
                  ],
                },
                errors,
              )}
              !${textField(
                {
                  name: "note",
                  label: "Result, or why it is not done",
                  value: filled("note"),
                  required: true,
                  charactersMax: correctiveCharactersMax,
                },
                errors,
              )}
              !${inputField(
                {
                  name: "doneBy",
                  label: "Done by",
                  hint: "Of what is done.",
                  value: filled("doneBy"),
                  charactersMax: ownerCharactersMax,
                },
                errors,
              )}
              !${inputField(
                {
                  name: "doneOn",
                  label: "Done on",
                  hint: "Of what is done.",
                  type: "date",
                  value: filled("doneOn"),
                },
                errors,
              )}
              !${formButtons({ submit: "Note this", back: { href: "/actions", text: "Back" } })}
            </form>
          </section>`
    }`;
}

/** The page of corrective actions: those that are open, overdue ones first, or those that have ended. */
export function actionsBody(page: {
  readonly here: SiteNow;
  readonly actions: readonly KeptAction[];
  readonly overdue: number;
  readonly isEnded: boolean;
  readonly mayEnd: boolean;
}): string {
  const { here, actions, overdue, isEnded, mayEnd } = page;
  const current = (is: boolean): string => (is ? `aria-current="page"` : "");
  return html`<header class="head section-head">
      <h1>Corrective actions</h1>
      <nav class="windows" aria-label="Which actions">
        <a href="/actions" !${current(!isEnded)}>Open</a>
        <a href="/actions?ended=yes" !${current(isEnded)}>Ended</a>
      </nav>
      <p class="lead">
        ${
          isEnded
            ? "Done and cancelled ones, the latest first."
            : `Those that are due first stand first; ${overdue === 0 ? "none is" : `${overdue} ${overdue === 1 ? "is" : "are"}`} overdue. They are planned on the page of an excursion.`
        }
      </p>
    </header>
    !${
      actions.length === 0
        ? html`<p class="empty">${isEnded ? "None has ended yet." : "None is open."}</p>`
        : actionList(actions, { ...here, mayEnd, namesExcursion: true })
    }`;
}
