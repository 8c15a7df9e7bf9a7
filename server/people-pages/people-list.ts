import { html } from "ghtml";
import { instant } from "../pages/layout.ts";
import { roleWords } from "../pages/navigation.ts";
import type { SiteNow } from "../pages/page-answers.ts";
import { siteTime } from "../pages/site-time.ts";
import type { Account } from "../people/people.ts";

/** How an account stands, in words. */
export function stateWords(account: Account, timeZone: string): string {
  if (account.state === "disabled") return "Disabled";
  if (account.state === "invited") return "Invited";
  if (account.lockedUntil !== null) return `Locked until ${siteTime(timeZone).clock(account.lockedUntil)}`;
  return "Active";
}

/** The parts of the pages about people. */
export function peopleTabs(current: "accounts" | "sessions" | "tokens" | "review"): string {
  const tabs = [
    ["accounts", "/people", "Accounts"],
    ["sessions", "/people/sessions", "Sessions"],
    ["tokens", "/people/tokens", "Tokens"],
    ["review", "/people/review", "Review"],
  ] as const;
  return html`<nav class="windows" aria-label="People">
    !${tabs.map(([name, href, text]) => html`<a href="${href}" !${name === current ? `aria-current="true"` : ""}>${text}</a>`)}
  </nav>`;
}

/** The list of accounts. */
export function peopleBody(accounts: readonly Account[], { site }: SiteNow): string {
  return html`<header class="head">
      <h1>People</h1>
      <p class="lead">Accounts are never deleted, so that a login names one person for ever.</p>
    </header>
    <div class="section-head">
      !${peopleTabs("accounts")}<a class="button" href="/people/new">Invite somebody</a>
    </div>
    <div class="table-frame">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">State</th>
            <th scope="col">Second factor</th>
            <th scope="col">Last sign-in</th>
          </tr>
        </thead>
        <tbody>
          !${accounts.map((account) => accountRow(account, site.timeZone))}
        </tbody>
      </table>
    </div>`;
}

function accountRow(account: Account, timeZone: string): string {
  return html`<tr data-state="${account.state === "disabled" ? "off" : "on"}">
    <td data-label="Name">
      <a href="/people/accounts/${account.login}">${account.name}</a>
      <span class="note">${account.login}</span>
    </td>
    <td data-label="Role">${roleWords[account.role]}</td>
    <td data-label="State">${stateWords(account, timeZone)}</td>
    <td data-label="Second factor">${factorWords(account)}</td>
    <td data-label="Last sign-in">!${lastSignIn(account, timeZone)}</td>
  </tr>`;
}

/** Whether there is a second factor, and whether there has to be. */
export function factorWords({ hasSecondFactor, needsSecondFactor, hasIdentity }: Account): string {
  if (hasSecondFactor) return "Yes";
  if (hasIdentity) return "By single sign-on";
  return needsSecondFactor ? "Not yet" : "No";
}

/** When somebody signed in last. */
export function lastSignIn({ lastSignInAt }: Account, timeZone: string): string {
  return lastSignInAt === null ? "Never" : instant(lastSignInAt, siteTime(timeZone).minute(lastSignInAt));
}

/** Who has access, to be printed and signed once a year. */
export function reviewBody(accounts: readonly Account[], { site, at }: SiteNow): string {
  const time = siteTime(site.timeZone);
  const active = accounts.filter(({ state }) => state !== "disabled");
  return html`<header class="head">
      <h1>Who has access to ${site.id}</h1>
      <p class="lead">
        As of ${time.minute(at)}: ${active.length} accounts, and ${accounts.length - active.length} disabled.
        Print this page, tick who still needs the access they have, and keep it with a date and a signature.
      </p>
    </header>
    <div class="section-head">!${peopleTabs("review")}</div>
    <div class="table-frame">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Login</th>
            <th scope="col">Role</th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
            <th scope="col">Last sign-in</th>
            <th scope="col">Still needed</th>
          </tr>
        </thead>
        <tbody>
          !${accounts.map(
            (account) =>
              html`<tr data-state="${account.state === "disabled" ? "off" : "on"}">
                <td data-label="Name">${account.name}</td>
                <td data-label="Login">${account.login}</td>
                <td data-label="Role">${roleWords[account.role]}</td>
                <td data-label="State">${stateWords(account, site.timeZone)}</td>
                <td data-label="Since">!${instant(account.createdAt, time.minute(account.createdAt))}</td>
                <td data-label="Last sign-in">!${lastSignIn(account, site.timeZone)}</td>
                <td data-label="Still needed">
                  !${account.state === "disabled" ? "–" : `<span aria-label="to tick on paper">☐</span>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
