import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import {
  type AccountRefusal,
  emailLengthMax,
  loginPattern,
  personNameLengthMax,
  refuseDisable,
  refuseRole,
  whyLengthMax,
} from "@coldkeep/core/people/account-rules.ts";
import { noFailures } from "@coldkeep/core/people/lockout.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { tellOfAccounts } from "./account-news.ts";
import type { AccountRecords } from "./account-records.ts";
import type { LinkRecords } from "./links.ts";
import type { Account, Accounts, OneTimeLink } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";
import type { SessionRecords } from "./session-records.ts";

const refusals: Readonly<Record<AccountRefusal, string>> = {
  "account.own-role": "Nobody gives themself another role. Ask another administrator.",
  "account.own-state": "Nobody does this to their own account. Ask another administrator.",
  "account.last-administrator": "This is the last active administrator. Make another one first.",
};

/** Throws `sign.session-ended` or `auth.role` for whoever may not manage people any more, and `account.why-missing` without a reason. */
export function demandManager(sessions: SessionRecords, by: Person, why: string): void {
  const { role } = sessions.demand(by);
  if (!isAllowed(role, "people.manage"))
    throw new CodedError("auth.role", `${by.name} has the role ${role}, which may not manage people.`);
  if (why.trim() === "" || why.length > whyLengthMax)
    throw new CodedError("account.why-missing", `Say why, in at most ${whyLengthMax} characters.`);
}

/** Throws `account.invalid` for a login, printed name or email that cannot be one. */
export function checkPerson({ login, name, email }: { login: string; name: string; email: string }): void {
  const isPrinted = (text: string): boolean => text === text.trim() && !/\p{C}/u.test(text);
  if (!loginPattern.test(login))
    throw new CodedError(
      "account.invalid",
      "A login is 2 to 64 lower-case letters, digits, dots, dashes and underscores, and begins with a letter.",
    );
  if (name === "" || name.length > personNameLengthMax || !isPrinted(name))
    throw new CodedError("account.invalid", `A printed name has 1 to ${personNameLengthMax} characters.`);
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > emailLengthMax || !isPrinted(email))
    throw new CodedError("account.invalid", "An email address looks like name@example.org.");
}

/** Makes what administrators do with accounts. */
export function makeAccountCommands(
  { database, committer }: PeopleParts,
  records: AccountRecords,
  sessions: SessionRecords,
  links: LinkRecords,
): Accounts {
  const insert = database.prepare(
    "INSERT INTO accounts (login, name, email, role, state, created_at) VALUES (?, ?, ?, ?, 'invited', ?)",
  );
  const describe = database.prepare("UPDATE accounts SET name = ?, email = ? WHERE login = ?");
  const setRole = database.prepare("UPDATE accounts SET role = ? WHERE login = ?");
  const unbind = database.prepare("UPDATE accounts SET issuer = NULL, subject = NULL WHERE login = ?");
  const endFactor = database.prepare("DELETE FROM second_factors WHERE login = ?");
  const endCodes = database.prepare("DELETE FROM recovery_codes WHERE login = ?");

  const change = <Result>(
    by: Person,
    login: string,
    action: string,
    why: string,
    values: { from: unknown; to: unknown },
    work: (at: EpochMs) => Result,
  ): Result => {
    const subject = `person:${login}`;
    const detail = { why: why.trim(), ...values, role: by.role };
    let result: { readonly value: Result } | undefined;
    tellOfAccounts(committer, `person:${by.login}`, { action, subject, detail }, ({ at }) => {
      result = { value: work(at) };
    });
    if (result === undefined) throw unchanged(login);
    return result.value;
  };
  const refuse = (refusal: AccountRefusal | null): void => {
    if (refusal !== null) throw new CodedError(refusal, refusals[refusal]);
  };
  const enabled = (login: string): Account => {
    const account = records.of(login);
    if (account.state !== "disabled") return account;
    throw new CodedError("account.disabled", `The account ${login} is disabled. Enable it first.`);
  };
  const newLink = (login: string, at: EpochMs): OneTimeLink => {
    sessions.endAll(login, at);
    records.endPassword(login);
    records.setState(login, "invited");
    return links.issue(login, at);
  };

  return {
    list: records.list,
    of: records.of,
    invite: (by, account, why) => {
      demandManager(sessions, by, why);
      checkPerson(account);
      const { login, name, email, role, link = true } = account;
      if (records.find(login) !== null)
        throw new CodedError("account.exists", `The login ${login} is taken; logins are never given again.`);
      return change(by, login, "account.created", why, { from: null, to: { name, email, role } }, (at) => {
        insert.run(login, name, email, role, at);
        return link ? links.issue(login, at) : null;
      });
    },
    describe: (by, login, { name, email }, why) => {
      demandManager(sessions, by, why);
      const account = records.of(login);
      checkPerson({ login, name, email });
      if (account.name === name && account.email === email) throw unchanged(login);
      const from = { name: account.name, email: account.email };
      change(by, login, "account.described", why, { from, to: { name, email } }, () =>
        describe.run(name, email, login),
      );
    },
    changeRole: (by, login, role, why) => {
      demandManager(sessions, by, why);
      const account = records.of(login);
      refuse(refuseRole(records.list(), login, role, by.login));
      if (account.role === role) throw unchanged(login);
      const values = { from: { role: account.role }, to: { role } };
      change(by, login, "account.role-changed", why, values, (at) => {
        sessions.endAll(login, at);
        setRole.run(role, login);
      });
    },
    disable: (by, login, why) => {
      demandManager(sessions, by, why);
      const { state } = enabled(login);
      refuse(refuseDisable(records.list(), login, by.login));
      const values = { from: { state }, to: { state: "disabled" } };
      change(by, login, "account.disabled", why, values, (at) => {
        sessions.endAll(login, at);
        records.endPassword(login);
        records.endLinks(login);
        records.setState(login, "disabled");
      });
    },
    enable: (by, login, why) => {
      demandManager(sessions, by, why);
      const { state } = records.of(login);
      if (state !== "disabled") throw unchanged(login);
      const values = { from: { state }, to: { state: "invited" } };
      return change(by, login, "account.enabled", why, values, (at) => newLink(login, at));
    },
    unlock: (by, login, why) => {
      demandManager(sessions, by, why);
      records.of(login);
      const { failures, lockedUntil } = records.lockout(login);
      if (failures === 0) throw unchanged(login);
      const values = { from: { failures, lockedUntil }, to: { failures: 0, lockedUntil: null } };
      change(by, login, "account.unlocked", why, values, () => records.setLockout(login, noFailures));
    },
    resetPassword: (by, login, why) => {
      demandManager(sessions, by, why);
      const { state } = enabled(login);
      refuse(refuseDisable(records.list(), login, by.login));
      const values = { from: { state }, to: { state: "invited" } };
      return change(by, login, "account.password-reset", why, values, (at) => newLink(login, at));
    },
    resetSecondFactor: (by, login, why) => {
      demandManager(sessions, by, why);
      const account = records.of(login);
      if (login === by.login) refuse("account.own-state");
      if (!account.hasSecondFactor) throw unchanged(login);
      const values = { from: { secondFactor: true }, to: { secondFactor: false } };
      change(by, login, "account.second-factor-reset", why, values, (at) => {
        sessions.endAll(login, at);
        endFactor.run(login);
        endCodes.run(login);
      });
    },
    unbindIdentity: (by, login, why) => {
      demandManager(sessions, by, why);
      const account = records.of(login);
      if (!account.hasIdentity) throw unchanged(login);
      const values = { from: { identity: true }, to: { identity: false } };
      change(by, login, "account.identity-unbound", why, values, (at) => {
        sessions.endAll(login, at);
        unbind.run(login);
      });
    },
  };
}

function unchanged(login: string): CodedError {
  return new CodedError("account.unchanged", `Nothing of the account ${login} would change by this.`);
}
