import { passwordLengthMax } from "@coldkeep/core/people/password-rules.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { html } from "ghtml";
import type { FastifyRequest } from "fastify";
import { fieldOf, formOf } from "../pages/form-body.ts";
import { type FormErrors, inputField, textField } from "../pages/forms.ts";
import type { Given, People, Proof } from "../people/people.ts";
import { reasonCharactersMax } from "./signatures.ts";

/** Most characters of a one-time code as it is typed, blanks included. */
const codeCharactersMax = 20;

/** The fields with which a person signs: why, and what proves that it is them. Nothing secret is ever sent back into them. */
export function signingFields(
  person: Person,
  errors: FormErrors,
  look: { readonly needsCode: boolean; readonly reason: string },
): string {
  return html`!${textField(
      {
        name: "reason",
        label: "Reason",
        hint: "Why you sign, and what you looked at. It stands beside your name.",
        value: look.reason,
        required: true,
        charactersMax: reasonCharactersMax,
      },
      errors,
    )}
    <input
      class="hidden"
      name="username"
      value="${person.login}"
      autocomplete="username"
      tabindex="-1"
      aria-hidden="true"
      readonly
    />
    !${inputField(
      {
        name: "password",
        label: `Password of ${person.name}`,
        type: "password",
        required: true,
        charactersMax: passwordLengthMax,
        autocomplete: "current-password",
      },
      errors,
    )}
    !${
      look.needsCode
        ? inputField(
            {
              name: "code",
              label: "One-time code",
              hint: "From your authenticator app, or a recovery code.",
              required: true,
              charactersMax: codeCharactersMax,
              autocomplete: "one-time-code",
            },
            errors,
          )
        : ""
    }`;
}

/** True where the person has a second factor, so that a signature needs its code. */
export function needsCode(people: People, person: Person): boolean {
  return people.accounts.of(person.login).hasSecondFactor;
}

/** Proves by a sent form that it is this person, now. Throws `sign.refused`. */
export function proofOf(people: People, person: Person, request: FastifyRequest): Promise<Proof> {
  const password = formOf(request).get("password") ?? "";
  const code = fieldOf(request, "code");
  const given: Given = code === "" ? { password } : { password, code };
  return people.reauthenticate(person, given);
}
