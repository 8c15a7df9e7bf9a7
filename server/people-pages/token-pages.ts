import { html } from "ghtml";
import { errorSummary, type FormErrors, formButtons, inputField, selectField } from "../pages/forms.ts";
import { instant } from "../pages/layout.ts";
import type { SiteNow } from "../pages/page-answers.ts";
import { ago, siteTime } from "../pages/site-time.ts";
import type { MachineToken } from "../people/people.ts";
import { whyField } from "./account-acts.ts";
import { peopleTabs } from "./people-list.ts";

const originWords: Readonly<Record<MachineToken["origin"], string>> = {
  settings: "settings file",
  environment: "environment",
  records: "these pages",
};

/** The list of machine tokens and the form for a new one. */
export function tokensBody(
  tokens: readonly MachineToken[],
  here: SiteNow,
  look: { readonly form: URLSearchParams; readonly errors: FormErrors },
): string {
  return html`<header class="head">
      <h1>Tokens of machines</h1>
      <p class="lead">Each gateway and each program has a token of its own; only its hash is stored.</p>
    </header>
    <div class="section-head">!${peopleTabs("tokens")}</div>
    !${errorSummary(look.errors)}
    !${
      tokens.length === 0
        ? html`<p class="empty">There is no token yet: no machine can send or read anything.</p>`
        : html`<div class="table-frame">
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Role</th>
                  <th scope="col">Made</th>
                  <th scope="col">Last used</th>
                  <th scope="col"><span class="hidden">Acts</span></th>
                </tr>
              </thead>
              <tbody>
                !${tokens.map((token) => tokenRow(token, here))}
              </tbody>
            </table>
          </div>`
    }
    <section class="form-page" aria-labelledby="new-title">
      <h2 id="new-title">New token</h2>
      <form class="form" method="post" action="/people/tokens">
        !${inputField({ name: "name", label: "Name", hint: "The records name the machine by it.", value: look.form.get("name") ?? "", required: true, charactersMax: 64 }, look.errors)}
        !${selectField(
          {
            name: "role",
            label: "Role",
            value: look.form.get("role") ?? "gateway",
            choices: [
              { value: "gateway", text: "Gateway: sends readings" },
              { value: "api", text: "Program: reads records, feeds units" },
            ],
          },
          look.errors,
        )}
        !${inputField({ name: "gateways", label: "Gateways that it may speak for", hint: "Names with commas between them; any where nothing is said.", value: look.form.get("gateways") ?? "", charactersMax: 1_000 }, look.errors)}
        !${inputField({ name: "why", label: "Why", value: look.form.get("why") ?? "", required: true, charactersMax: 1_000 }, look.errors)}
        !${formButtons({ submit: "Make the token" })}
      </form>
    </section>`;
}

function tokenRow(token: MachineToken, { site, at }: SiteNow): string {
  const time = siteTime(site.timeZone);
  const made = token.createdAt === null ? "" : time.minute(token.createdAt);
  const gateways = token.gateways === null ? "" : ` for ${token.gateways.join(", ")}`;
  return html`<tr data-state="${token.revokedAt === null ? "on" : "off"}">
    <td data-label="Name">${token.name}</td>
    <td data-label="Role">${token.role}<span class="note">${gateways}</span></td>
    <td data-label="Made">
      ${made}
      <span class="note"
        >${token.createdBy === null ? `in the ${originWords[token.origin]}` : `by ${token.createdBy}`}</span
      >
    </td>
    <td data-label="Last used">
      !${token.lastUsedAt === null ? "Never" : instant(token.lastUsedAt, ago(at - token.lastUsedAt))}
    </td>
    <td>
      <div class="acts">!${tokenAct(token, time.minute)}</div>
    </td>
  </tr>`;
}

function tokenAct(token: MachineToken, minute: (at: number) => string): string {
  if (token.revokedAt !== null) return html`<span class="note">Revoked ${minute(token.revokedAt)}</span>`;
  if (token.origin !== "records") return html`<span class="note">Ends where it is declared</span>`;
  return html`<details class="act">
    <summary>Revoke<span class="hidden"> ${token.name}</span></summary>
    <form class="form" method="post" action="/people/tokens/${encodeURIComponent(token.name)}/revoke">
      !${whyField(`revoke-${token.name}`, "", {})}
      !${formButtons({ submit: "Revoke the token", danger: true })}
    </form>
  </details>`;
}

/** Shows a new token, once. */
export function tokenBody(name: string, token: string): string {
  return html`<div class="form-page">
    <p class="crumb"><a href="/people/tokens">Tokens of machines</a></p>
    <h1>The token of ${name}</h1>
    <div class="once">
      <p>It is shown now and never again. Put it where only ${name} reads it.</p>
      <code>${token}</code>
    </div>
    <p><a class="button" href="/people/tokens">I have kept it</a></p>
  </div>`;
}
