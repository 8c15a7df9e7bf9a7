import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { html } from "ghtml";
import type { FastifyRequest } from "fastify";
import type { Services } from "../http/services.ts";
import { fieldOf, formOf } from "../pages/form-body.ts";
import type { Given } from "../people/people.ts";

type Signing = Pick<Services, "people" | "singleSignOn">;

/** How somebody who has no password here signs: by signing in anew at the provider. */
export interface SigningAnew {
  /** Where they sign in anew, and come back from. */
  readonly href: string;
  /** Text of the single sign-on's button. */
  readonly name: string;
  /** True where they did, so that they may sign now. */
  readonly isReady: boolean;
}

/**
 * How this person signs an act; null where they sign with their password. `act` says what is signed, such as the hash of what is shown; `to` is the path of the page
 * with the form.
 */
export function signingAnew(
  { people, singleSignOn }: Signing,
  request: FastifyRequest,
  person: Person,
  { to, act }: { readonly to: string; readonly act: string },
): SigningAnew | null {
  if (singleSignOn === null) return null;
  const { hasPassword, hasIdentity } = people.accounts.of(person.login);
  if (hasPassword || !hasIdentity) return null;
  return {
    href: singleSignOn.anewPath(to, act),
    name: singleSignOn.name,
    isReady: singleSignOn.hasGrant(request, act),
  };
}

/** What stands in a form in the password's stead. */
export function anewFields({ href, name, isReady }: SigningAnew): string {
  if (isReady)
    return html`<p class="done-note">
      You signed in anew. For two minutes you can sign what is shown here, once.
    </p>`;
  return html`<p class="ask-note">
    To sign, sign in anew first, and come back to this page: <a href="${href}">${name}</a>.
  </p>`;
}

/** What a sent form proves with that it is this person: the sign-in anew for this act, or password and code. Throws `sign.refused`. */
export function givenFor(
  { people, singleSignOn }: Signing,
  person: Person,
  request: FastifyRequest,
  act: string,
): Given {
  const grant = singleSignOn?.takeGrant(request, act);
  if (grant !== undefined) return { grant };
  if (singleSignOn !== null && !people.accounts.of(person.login).hasPassword)
    throw new CodedError(
      "sign.refused",
      "Sign in anew first: the last time is used, too long ago, or was for something else than what is shown now.",
    );
  const password = formOf(request).get("password") ?? "";
  const code = fieldOf(request, "code");
  return code === "" ? { password } : { password, code };
}
