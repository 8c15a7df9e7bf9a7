import { html } from "ghtml";
import { renderSVG } from "uqr";
import { errorSummary, type FormErrors, formButtons, hiddenField, inputField } from "../pages/forms.ts";

/** What authenticator apps show the account under. */
export const appName = "Coldkeep";

/** A second factor that waits for its first code. */
export interface NewFactor {
  readonly secret: string;
  readonly uri: string;
}

/** The steps to enrol a second factor: scan, or type the secret, then confirm by a code. `action` is where the code goes. */
export function enrolSteps(
  factor: NewFactor,
  look: { readonly action: string; readonly to: string; readonly errors: FormErrors },
): string {
  const { action, to, errors } = look;
  return html`!${errorSummary(errors, { title: "The code was not taken" })}
    <ol class="steps">
      <li>
        <p>Open an authenticator app on your phone and let it scan this.</p>
        <div class="qr" role="img" aria-label="QR code of the secret below">
          !${renderSVG(factor.uri, { border: 2 })}
        </div>
        <p class="note">Without a camera, type this secret into the app (time-based, six digits):</p>
        <code class="secret">${groups(factor.secret)}</code>
      </li>
      <li>
        <p>Type the code that the app shows now.</p>
        <form class="form" method="post" action="${action}">
          !${hiddenField("to", to)} !${hiddenField("secret", factor.secret)}
          !${inputField({ name: "code", label: "Code", required: true, charactersMax: 10, inputmode: "numeric", autocomplete: "one-time-code" }, errors)}
          !${formButtons({ submit: "Confirm" })}
        </form>
      </li>
    </ol>`;
}

/** Shows recovery codes, once. */
export function recoveryCodes(
  codes: readonly string[],
  next: { readonly href: string; readonly text: string },
): string {
  return html`<div class="form-page">
    <h1>Your recovery codes</h1>
    <div class="once">
      <p>
        Each of these signs you in once if your phone is lost. They are shown now and never again: write them
        down or print this page, and keep it where only you come to it.
      </p>
      <ul class="codes">
        !${codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ul>
    </div>
    <p><a class="button" href="${next.href}">${next.text}</a></p>
  </div>`;
}

/** A secret as the form hands it back; null where it cannot be one. */
export function secretIn(text: string): string | null {
  return /^[A-Z2-7]{16,64}$/.test(text) ? text : null;
}

function groups(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, "$1 ");
}
