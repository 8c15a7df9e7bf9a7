import {
  passwordLengthMax,
  passwordLengthMin,
  passwordsRemembered,
} from "@coldkeep/core/people/password-rules.ts";
import { html } from "ghtml";
import { type FormErrors, inputField } from "../pages/forms.ts";

/** What a new password has to be, said before anything is typed. */
export function passwordRules(): string {
  return html`<ul class="rules" id="password-rules">
    <li>At least ${passwordLengthMin} characters; several words are easy to remember and hard to guess.</li>
    <li>Not your name, login or email address, and nothing that is guessed soon.</li>
    <li>None of your last ${passwordsRemembered} passwords.</li>
  </ul>`;
}

/** The fields for a new password, typed twice. `login` tells password managers whose it is. */
export function newPasswordFields(
  login: string | null,
  errors: FormErrors,
  look: { readonly focus?: boolean; readonly form?: string } = {},
): string {
  const user =
    login === null
      ? ""
      : html`<input
          class="hidden"
          name="username"
          value="${login}"
          autocomplete="username"
          tabindex="-1"
          aria-hidden="true"
          readonly
        />`;
  return html`!${user} !${passwordRules()}
  !${inputField({ name: "fresh", label: "New password", type: "password", required: true, charactersMax: passwordLengthMax, autocomplete: "new-password", ...look }, errors)}
  !${inputField({ name: "again", label: "New password again", type: "password", required: true, charactersMax: passwordLengthMax, autocomplete: "new-password", ...look, focus: false }, errors)}`;
}

/** What is wrong with two typings of a new password before the rules look at it; null where nothing is. */
export function againError(fresh: string, again: string): FormErrors | null {
  if (fresh === "") return { fresh: "Choose a password." };
  return fresh === again ? null : { again: "The two typings are not the same." };
}
