import type { PersonRole } from "./roles.ts";

/** Logins: lower-case letters, digits, `.`, `_`, `-`, beginning with a letter. */
export const loginPattern = /^[a-z][a-z0-9._-]{1,63}$/;

/** Longest printed name and email, characters. */
export const personNameLengthMax = 120;
export const emailLengthMax = 254;

/** Longest reason, characters. */
export const whyLengthMax = 1_000;

/** What the rules look at. */
export interface RuledAccount {
  readonly login: string;
  readonly role: PersonRole;
  readonly state: "invited" | "active" | "disabled";
}

/** Why a change of a role or a state is refused. */
export type AccountRefusal = "account.own-role" | "account.own-state" | "account.last-administrator";

/** Checks a change of role: nobody gives themself another, and an active administrator remains. */
export function refuseRole(
  accounts: readonly RuledAccount[],
  login: string,
  role: PersonRole,
  by: string,
): AccountRefusal | null {
  if (login === by) return "account.own-role";
  return role !== "administrator" && isLastAdministrator(accounts, login)
    ? "account.last-administrator"
    : null;
}

/** Checks that an account may be disabled, or its sign-in taken away until a link is used: never one's own, and never the last active administrator's. */
export function refuseDisable(
  accounts: readonly RuledAccount[],
  login: string,
  by: string,
): AccountRefusal | null {
  if (login === by) return "account.own-state";
  return isLastAdministrator(accounts, login) ? "account.last-administrator" : null;
}

function isLastAdministrator(accounts: readonly RuledAccount[], login: string): boolean {
  const active = accounts.filter(({ role, state }) => role === "administrator" && state === "active");
  return active.length === 1 && active[0]?.login === login;
}
