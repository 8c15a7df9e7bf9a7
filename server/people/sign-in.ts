import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import { tellOfAccounts } from "./account-news.ts";
import type { AccountRecords } from "./account-records.ts";
import { type Attempts, refused } from "./attempts.ts";
import { drawToken } from "./one-time-token.ts";
import type { Given, Account, Begun, People, Proof, Session, SessionStage } from "./people.ts";
import { freshProof } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";
import type { FreshPasswords } from "./fresh-passwords.ts";
import type { NewSession, SessionRecords } from "./session-records.ts";
import { makeVouchedAccounts } from "./vouched-accounts.ts";

/** How long a fresh single sign-on proves who signs, ms, and how many may wait to be used. */
export const grantMs = 5 * minuteMs;
export const grantsMax = 200;

type SignIn = Pick<
  People,
  "signIn" | "enterCode" | "signInVouched" | "signOut" | "changePassword" | "reauthenticate" | "grantFor"
>;

/** How people sign in, out, and anew for one act. */
export function makeSignIn(
  parts: PeopleParts,
  records: AccountRecords,
  sessions: SessionRecords,
  attempts: Attempts,
  fresh: FreshPasswords,
): SignIn {
  const { database, committer, clock, passwords, policy } = parts;
  const signedIn = database.prepare("UPDATE accounts SET last_sign_in_at = ? WHERE login = ?");
  const identityOf = database.prepare("SELECT login FROM accounts WHERE issuer = ? AND subject = ?");
  const bind = database.prepare(
    "UPDATE accounts SET issuer = ?, subject = ? WHERE login = ? AND issuer IS NULL",
  );
  const isIdentity = database.prepare(
    "SELECT 1 AS one FROM accounts WHERE login = ? AND issuer = ? AND subject = ?",
  );
  const vouchedAccounts = makeVouchedAccounts(parts, records, sessions);
  const grants = new Map<string, { login: string; session: string; expiresAt: number }>();

  const isPasswordOld = (login: string): boolean => {
    const since = records.password(login)?.since;
    const { passwordMaxAge } = policy;
    return passwordMaxAge !== null && since !== undefined && clock.epochMs() - since > passwordMaxAge;
  };
  /** Where a sign-in goes on once the second factor is done with, or is not there. */
  const stageBehindFactor = (account: Account, method: Session["method"]): SessionStage => {
    if (method === "password" && account.needsSecondFactor) return "enrol";
    return method !== "oidc" && isPasswordOld(account.login) ? "password" : "full";
  };
  const tell = (
    action: string,
    account: Pick<Account, "login" | "role">,
    from: unknown,
    to: unknown,
    why: string | null = null,
  ) => ({
    action,
    subject: `person:${account.login}`,
    detail: { why, from, to, role: account.role },
  });
  const begin = (account: Account, given: Omit<NewSession, "login">, present: string | undefined): Begun => {
    const { login } = account;
    const old = present === undefined ? null : sessions.byToken(present, false);
    const { stage, method, from } = given;
    const to = { stage, method, address: from.address.slice(0, 64) };
    const begun = tellOfAccounts(
      committer,
      `person:${login}`,
      tell("session.begun", account, null, to),
      ({ at }) => {
        if (old !== null) sessions.end(old.id, at);
        signedIn.run(at, login);
        return sessions.begin({ login, ...given }, at);
      },
    );
    if (begun === undefined) throw refused();
    return begun;
  };
  const goOn = (
    session: Session,
    account: Account,
    stage: SessionStage,
    method: Session["method"],
  ): Begun => {
    const news = tell("session.advanced", account, { stage: session.stage }, { stage, method });
    const advanced = tellOfAccounts(committer, `person:${account.login}`, news, ({ at }) =>
      sessions.advance(session, stage, method, at),
    );
    const now = sessions.byId(session.id);
    if (advanced === undefined || now === null) throw refused();
    return { token: advanced.token, session: now };
  };

  const signIn: SignIn["signIn"] = (login, password, from, present) =>
    attempts.inTurn(login, async () => {
      const number = await attempts.password(login, password);
      if (number === null) return attempts.fail(login, "password");
      const hash = records.password(login)?.hash;
      if (hash !== undefined && passwords.isOutdated(hash))
        records.strengthen(number, await passwords.hash(password));
      const account = records.of(login);
      if (account.state !== "active" || records.password(login)?.number !== number) throw refused();
      if (account.hasSecondFactor)
        return begin(account, { stage: "factor", method: "password", from }, present);
      attempts.succeeded(login);
      const stage = stageBehindFactor(account, "password");
      return begin(account, { stage, method: "password", from }, present);
    });

  const enterCode: SignIn["enterCode"] = (given, code) => {
    const session = sessions.current(given, ["factor"]);
    const { login } = session;
    if (attempts.isLocked(login)) throw refused();
    if (!attempts.useCode(login, code) && !attempts.useRecoveryCode(login, code))
      return attempts.fail(login, "code");
    attempts.succeeded(login);
    const account = records.of(login);
    const method = session.method === "oidc" ? "oidc" : "password+totp";
    return goOn(session, account, stageBehindFactor(account, method), method);
  };

  const signInVouched: SignIn["signInVouched"] = (identity, from, present) => {
    const { issuer, subject, login, secondFactor, role } = identity;
    const known = identityOf.get(issuer, subject)?.["login"] as string | undefined;
    if (known === undefined && records.find(login) === null) vouchedAccounts.create(identity);
    const account = records.find(known ?? login);
    if (account === null || account.state === "disabled") throw refused();
    if (known === undefined) {
      // A claim of the provider's must not take over an account that somebody already signs in to by a password.
      if (account.hasIdentity || account.hasPassword) throw refused();
      const news = tell("account.identity-bound", account, null, { issuer, subject });
      tellOfAccounts(committer, `person:${account.login}`, news, () => {
        bind.run(issuer, subject, account.login);
        records.setState(account.login, "active");
        records.endLinks(account.login);
      });
    } else if (account.state === "invited") throw refused();
    vouchedAccounts.follow(account.login, role);
    const now = records.of(account.login);
    const stage = secondFactor
      ? "full"
      : now.hasSecondFactor
        ? "factor"
        : now.needsSecondFactor
          ? "enrol"
          : "full";
    return begin(now, { stage, method: "oidc", from }, present);
  };

  const signOut: SignIn["signOut"] = (session) => {
    const live = sessions.byId(session.id);
    if (live === null) return;
    const news = tell("session.ended", live, { session: live.id, stage: live.stage }, null, "signed out");
    tellOfAccounts(committer, `person:${live.login}`, news, ({ at }) => sessions.end(live.id, at));
  };

  const changePassword: SignIn["changePassword"] = (given, old, chosen) => {
    const { login } = given;
    return attempts.inTurn(login, async () => {
      sessions.current(given, ["password", "full"]);
      const number = await attempts.password(login, old);
      if (number === null) return attempts.fail(login, "password");
      const hash = await fresh.hash(records.of(login), chosen);
      const session = sessions.current(given, ["password", "full"]);
      if (records.password(login)?.number !== number) throw refused();
      const account = records.of(login);
      const to = { password: "set" };
      const news = tell("account.password-changed", account, null, to, "by the person");
      const advanced = tellOfAccounts(committer, `person:${login}`, news, ({ at }) => {
        records.setPassword(login, hash, at);
        records.endLinks(login);
        sessions.endAll(login, at, session.id);
        return sessions.advance(session, "full", session.method, at);
      });
      const now = sessions.byId(session.id);
      if (advanced === undefined || now === null) throw refused();
      return { token: advanced.token, session: now };
    });
  };

  const prove = (person: Person, method: Proof["method"]): Proof => {
    sessions.demand(person);
    const { login, name, role } = records.of(person.login);
    return freshProof({ login, name, role, method, at: clock.epochMs() });
  };
  const byGrant = (person: Person, grant: string): Proof => {
    const hash = sha256Hex(grant);
    const known = grants.get(hash);
    if (
      known?.login !== person.login ||
      known.session !== person.session ||
      clock.epochMs() >= known.expiresAt
    )
      return attempts.fail(person.login, "signature");
    grants.delete(hash);
    return prove(person, "oidc");
  };
  const reauthenticate: SignIn["reauthenticate"] = (person, { password, code, grant }: Given) =>
    attempts.inTurn(person.login, async () => {
      const { login } = person;
      sessions.demand(person);
      if (grant !== undefined) return byGrant(person, grant);
      const number = await attempts.password(login, password ?? "");
      sessions.demand(person);
      const { hasSecondFactor } = records.of(login);
      if (number === null || (hasSecondFactor && !attempts.useCode(login, code ?? "")))
        return attempts.fail(login, "signature");
      attempts.succeeded(login);
      return prove(person, hasSecondFactor ? "password+totp" : "password");
    });

  const grantFor: SignIn["grantFor"] = (person, { issuer, subject }) => {
    sessions.demand(person);
    if (isIdentity.get(person.login, issuer, subject) === undefined)
      return attempts.fail(person.login, "signature");
    const at = clock.epochMs();
    for (const [hash, { expiresAt }] of grants) if (expiresAt <= at) grants.delete(hash);
    const oldest = grants.keys().next().value;
    if (grants.size >= grantsMax && oldest !== undefined) grants.delete(oldest);
    const token = drawToken();
    grants.set(sha256Hex(token), { login: person.login, session: person.session, expiresAt: at + grantMs });
    return token;
  };
  return { signIn, enterCode, signInVouched, signOut, changePassword, reauthenticate, grantFor };
}
