import { html } from "ghtml";
import {
  buttonForm,
  doneNote,
  errorSummary,
  type FormErrors,
  formButtons,
  inputField,
} from "../pages/forms.ts";
import { roleWords } from "../pages/navigation.ts";
import type { SiteNow } from "../pages/page-answers.ts";
import type { Account, Session } from "../people/people.ts";
import { newPasswordFields } from "./password-fields.ts";
import { sessionTable } from "./session-table.ts";

/** What one's own account page shows. */
export interface AccountLook {
  readonly account: Account;
  readonly sessions: readonly Session[];
  readonly own: string;
  readonly here: SiteNow;
  readonly done: string | null;
  /** What was wrong with the form of one part of the page. */
  readonly wrong: {
    readonly part: "password" | "factor" | "codes" | "remove";
    readonly errors: FormErrors;
  } | null;
}

/** What was done, by the word in the address. */
export const doneTexts: Readonly<Record<string, string>> = {
  password: "Your password was changed. Your other sessions have ended.",
  ended: "The session has ended.",
  "all-ended": "All your other sessions have ended.",
  removed: "Your second factor was taken away.",
};

/** The page of one's own account. */
export function accountBody(look: AccountLook): string {
  const { account, sessions, own, here, done, wrong } = look;
  const errorsOf = (part: string): FormErrors => (wrong?.part === part ? wrong.errors : {});
  return html`<header class="head">
      <h1>${account.name}</h1>
      <p class="lead">${roleWords[account.role]}. Login ${account.login}, ${account.email}.</p>
    </header>
    !${done === null ? "" : doneNote(done)}
    !${wrong === null ? "" : errorSummary(wrong.errors, { form: wrong.part })}
    !${account.hasPassword ? passwordPart(account, errorsOf("password")) : ""}
    !${factorPart(account, errorsOf)}
    <section aria-labelledby="sessions-title">
      <div class="section-head">
        <h2 id="sessions-title">Where you are signed in</h2>
        !${
          sessions.length > 1
            ? buttonForm({ action: "/account/sessions/end-others", submit: "End all others", danger: true })
            : ""
        }
      </div>
      !${sessionTable(sessions, here, {
        own,
        act: ({ id, from }) =>
          buttonForm({
            action: `/account/sessions/${encodeURIComponent(id)}/end`,
            submit: "End",
            danger: true,
            about: `the session from ${from.address}`,
          }),
      })}
    </section>`;
}

function passwordPart(account: Account, errors: FormErrors): string {
  return html`<section class="form-page" aria-labelledby="password-title">
    <h2 id="password-title">Password</h2>
    <form class="form" method="post" action="/account/password">
      !${inputField({ name: "old", label: "Present password", type: "password", required: true, autocomplete: "current-password", form: "password" }, errors)}
      !${newPasswordFields(account.login, errors, { form: "password" })}
      !${formButtons({ submit: "Change password" })}
    </form>
  </section>`;
}

function factorPart(account: Account, errorsOf: (part: string) => FormErrors): string {
  const present = (form: string, submit: string, label: string, action: string): string =>
    html`<form class="form" method="post" action="${action}">
      !${inputField({ name: "present", label, required: true, charactersMax: 10, inputmode: "numeric", autocomplete: "one-time-code", form }, errorsOf(form))}
      !${formButtons({ submit })}
    </form>`;
  const code = "Code that your app shows now";
  return html`<section class="form-page" aria-labelledby="factor-title">
    <h2 id="factor-title">Second factor</h2>
    !${
      account.hasSecondFactor
        ? html`<p>
              You sign in with a code of your authenticator app. ${account.recoveryCodesLeft} recovery codes
              are left.
            </p>
            !${present("factor", "Set up another phone", code, "/account/second-factor")}
            !${present("codes", "Make new recovery codes", code, "/account/recovery-codes")}
            !${account.needsSecondFactor ? "" : present("remove", "Take the second factor away", code, "/account/second-factor/remove")}`
        : html`<p>
              You have none. With one, a password that somebody learned is not enough to act in your name.
            </p>
            !${buttonForm({ action: "/account/second-factor", submit: "Set up a second factor" })}`
    }
  </section>`;
}
