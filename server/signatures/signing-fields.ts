import { passwordLengthMax } from "@coldkeep/core/people/password-rules.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { html } from "ghtml";
import type { FastifyRequest } from "fastify";
import { type FormErrors, inputField, textField } from "../pages/forms.ts";
import type { Services } from "../http/services.ts";
import { anewFields, givenFor, type SigningAnew } from "../oidc/signing.ts";
import type { People, Proof } from "../people/people.ts";
import { reasonCharactersMax } from "./signatures.ts";

/** Most characters of a one-time code as it is typed, blanks included. */
const codeCharactersMax = 20;

/** The fields with which a person signs: why, and what proves that it is them. Nothing secret is ever sent back into them. */
export function signingFields(
  person: Person,
  errors: FormErrors,
  look: {
    readonly needsCode: boolean;
    readonly reason: string;
    /** Where the reason may have been chosen from a list, so that it may be left out. */
    readonly isAddition?: true;
    /** For who signs by single sign-on; null with a password. */
    readonly anew: SigningAnew | null;
  },
): string {
  return html`!${textField(
    {
      name: "reason",
      label: look.isAddition ? "Reason in your own words" : "Reason",
      hint: look.isAddition
        ? "Where none of the list fits, or what you add to it. It stands beside your name."
        : "Why you sign, and what you looked at. It stands beside your name.",
      value: look.reason,
      ...(look.isAddition ? {} : { required: true }),
      charactersMax: reasonCharactersMax,
    },
    errors,
  )}
  !${look.anew === null ? passwordFields(person, errors, look.needsCode) : anewFields(look.anew)}`;
}

function passwordFields(person: Person, errors: FormErrors, isCodeNeeded: boolean): string {
  return html`<input
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
      isCodeNeeded
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

/** Proves by a sent form that it is this person, now, for this act (`signingAnew`). Throws `sign.refused`. */
export function proofOf(
  services: Pick<Services, "people" | "singleSignOn">,
  person: Person,
  request: FastifyRequest,
  act: string,
): Promise<Proof> {
  return services.people.reauthenticate(person, givenFor(services, person, request, act));
}
