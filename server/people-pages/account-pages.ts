import { emailLengthMax, personNameLengthMax } from "@coldkeep/core/people/account-rules.ts";
import { html } from "ghtml";
import {
  doneNote,
  errorSummary,
  type FormErrors,
  formButtons,
  inputField,
  selectField,
  tickField,
} from "../pages/forms.ts";
import { roleWords } from "../pages/navigation.ts";
import type { SiteNow } from "../pages/page-answers.ts";
import { siteTime } from "../pages/site-time.ts";
import type { Account, OneTimeLink, Session } from "../people/people.ts";
import { sessionTable } from "../sign-in/session-table.ts";
import { accountActs, actForm, roleChoices, whyField } from "./account-acts.ts";
import { factorWords, lastSignIn, stateWords } from "./people-list.ts";

/** What the page of an account shows to administrators. */
export interface AccountPage {
  readonly account: Account;
  readonly sessions: readonly Session[];
  readonly here: SiteNow;
  readonly own: string;
  readonly done: string | null;
  readonly wrong: {
    readonly act: string;
    readonly form: URLSearchParams;
    readonly errors: FormErrors;
  } | null;
}

/** The page of an account: what it is, what can be done with it, where it is signed in. */
export function accountPageBody({ account, sessions, here, own, done, wrong }: AccountPage): string {
  const { timeZone } = here.site;
  const time = siteTime(timeZone);
  const blank = new URLSearchParams();
  const facts = [
    ["Login", account.login],
    ["Email", account.email],
    ["State", stateWords(account, timeZone)],
    ["Second factor", factorWords(account)],
    ["Made", time.minute(account.createdAt)],
  ] as const;
  return html`<header class="head">
      <p class="crumb"><a href="/people">People</a> / ${account.login}</p>
      <h1>${account.name}</h1>
      <span class="badge">${roleWords[account.role]}</span>
    </header>
    !${done === null ? "" : doneNote(done)}
    !${wrong === null ? "" : errorSummary(wrong.errors, { form: wrong.act })}
    <dl class="facts">
      !${facts.map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd><b>${value}</b></dd>
          </div>`,
      )}
      <div>
        <dt>Last sign-in</dt>
        <dd><b>!${lastSignIn(account, timeZone)}</b></dd>
      </div>
    </dl>
    <section aria-labelledby="acts-title">
      <h2 id="acts-title">Change</h2>
      <div class="act-list">
        !${Object.keys(accountActs).map((name) => {
          const isThis = wrong?.act === name;
          return actForm(name, account, isThis ? wrong.form : blank, isThis ? wrong.errors : {});
        })}
      </div>
    </section>
    <section aria-labelledby="sessions-title">
      <h2 id="sessions-title">Sessions</h2>
      !${sessionTable(sessions, here, { own, act: endSession })}
    </section>`;
}

/** The form that ends a session of somebody else, with the reason. */
export function endSession({ id, name }: Session): string {
  return html`<details class="act">
    <summary>End<span class="hidden"> a session of ${name}</span></summary>
    <form class="form" method="post" action="/people/sessions/${encodeURIComponent(id)}/end">
      !${whyField(`end-${id}`, "", {})} !${formButtons({ submit: "End the session", danger: true })}
    </form>
  </details>`;
}

/** The page to invite somebody. */
export function inviteBody(form: URLSearchParams, errors: FormErrors, isSingleSignOn: boolean): string {
  const value = (name: string): string => form.get(name) ?? "";
  return html`<div class="form-page">
    <p class="crumb"><a href="/people">People</a></p>
    <h1>Invite somebody</h1>
    !${errorSummary(errors)}
    <form class="form" method="post" action="/people/new">
      !${inputField({ name: "name", label: "Printed name", hint: "As records and signatures show it.", value: value("name"), required: true, charactersMax: personNameLengthMax, focus: true }, errors)}
      !${inputField({ name: "email", label: "Email address", type: "email", value: value("email"), required: true, charactersMax: emailLengthMax }, errors)}
      !${inputField({ name: "login", label: "Login", hint: "2 to 64 lower-case letters, digits, dots, dashes and underscores. It names this person for ever.", value: value("login"), required: true, charactersMax: 64 }, errors)}
      !${selectField({ name: "role", label: "Role", value: value("role") || "storage", choices: roleChoices }, errors)}
      !${isSingleSignOn ? tickField({ name: "noLink", label: "Signs in by single sign-on alone: make no link to set a password", ticked: value("noLink") === "yes" }) : ""}
      !${inputField({ name: "why", label: "Why", value: value("why"), required: true, charactersMax: 1_000 }, errors)}
      !${formButtons({ submit: "Invite", back: { href: "/people", text: "Not now" } })}
    </form>
  </div>`;
}

/** A one-time link to be handed over. */
export interface LinkLook {
  readonly account: Account;
  readonly link: OneTimeLink;
  /** Where people reach the pages. */
  readonly publicUrl: string;
  /** What was done. */
  readonly done: string;
  readonly here: SiteNow;
  /** True where it was mailed too. */
  readonly isMailed: boolean;
}

/** Shows a one-time link, once. */
export function linkBody({ account, link, publicUrl, done, here, isMailed }: LinkLook): string {
  const until = siteTime(here.site.timeZone).minute(link.expiresAt);
  return html`<div class="form-page">
    <p class="crumb">
      <a href="/people">People</a> / <a href="/people/accounts/${account.login}">${account.login}</a>
    </p>
    <h1>A link for ${account.name}</h1>
    !${doneNote(done)}
    <div class="once">
      <p>
        ${
          isMailed
            ? `It is on its way to ${account.email}. If it does not arrive, hand it over yourself`
            : `Give this link to ${account.name}`
        }
        on a way that only they read. It is shown now and never again, is good once, and until ${until}.
      </p>
      <code>${publicUrl}${link.path}</code>
    </div>
    <p><a class="button" href="/people/accounts/${account.login}">To the account</a></p>
  </div>`;
}
