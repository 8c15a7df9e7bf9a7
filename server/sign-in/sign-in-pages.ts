import { html } from "ghtml";
import { errorSummary, type FormErrors, formButtons, hiddenField, inputField } from "../pages/forms.ts";
import { withTo } from "./own-path.ts";

/** What a page of signing in shows besides its form. */
export interface SignInLook {
  readonly to: string;
  readonly errors: FormErrors;
  /** Said above the form: why somebody has to sign in again, or what was done. */
  readonly note?: string;
}

/** The page to sign in with login and password, or by single sign-on where there is one. */
export function signInBody(
  { to, errors, note }: SignInLook,
  look: { readonly login: string; readonly singleSignOn: string | null },
): string {
  return html`<div class="form-page narrow">
    <h1>Sign in</h1>
    !${note === undefined ? "" : html`<p class="ask-note" role="status">${note}</p>`}
    !${errorSummary(errors, { title: "You are not signed in" })}
    <form class="form" method="post" action="/sign-in">
      !${hiddenField("to", to)}
      !${inputField({ name: "login", label: "Login", value: look.login, required: true, charactersMax: 64, autocomplete: "username", focus: true }, errors)}
      !${inputField({ name: "password", label: "Password", type: "password", required: true, charactersMax: 200, autocomplete: "current-password" }, errors)}
      !${formButtons({ submit: "Sign in" })}
    </form>
    !${look.singleSignOn === null ? "" : singleSignOnLink(look.singleSignOn, to)}
    <p class="note">
      No account, or password forgotten? An administrator of this server gives you a link to set one.
    </p>
  </div>`;
}

function singleSignOnLink(name: string, to: string): string {
  return html`<p class="or">or</p>
    <p><a class="wide quiet button" href="${withTo("/sign-in/single-sign-on", to)}">${name}</a></p>`;
}

/** The page that asks for the code of the second factor. */
export function codeBody({ to, errors }: SignInLook): string {
  return html`<div class="form-page narrow">
    <h1>Second factor</h1>
    !${errorSummary(errors, { title: "You are not signed in yet" })}
    <form class="form" method="post" action="/sign-in/code">
      !${hiddenField("to", to)}
      !${inputField({ name: "code", label: "Code", hint: "The six digits that your authenticator app shows now, or one of your recovery codes. A recovery code is good once.", required: true, charactersMax: 40, autocomplete: "one-time-code", focus: true }, errors)}
      !${formButtons({ submit: "Go on" })}
    </form>
    !${startAgain()}
  </div>`;
}

/** Leaves a sign-in that was begun, e.g. by somebody else. */
export function startAgain(): string {
  return html`<form class="button-form" method="post" action="/sign-out">
    <button type="submit" class="quiet">Sign in as somebody else</button>
  </form>`;
}
