import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Machine, Person } from "@coldkeep/core/people/principal.ts";
import type { MachineRole, PersonRole } from "@coldkeep/core/people/roles.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyRequest } from "fastify";

/** `invited` has no password yet; `disabled` can do nothing and is never deleted, so that a login never names two people. */
export type AccountState = "invited" | "active" | "disabled";

/** An account as pages show it. */
export interface Account {
  readonly login: string;
  /** The printed name. */
  readonly name: string;
  readonly email: string;
  readonly role: PersonRole;
  readonly state: AccountState;
  readonly createdAt: EpochMs;
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
  /** Recovery codes not used yet. */
  readonly recoveryCodesLeft: number;
  /** True where the role must have a second factor by the settings. */
  readonly needsSecondFactor: boolean;
  /** Bound to an identity of the single sign-on. */
  readonly hasIdentity: boolean;
  /** Locked until then because of failures; null where not. */
  readonly lockedUntil: EpochMs | null;
  readonly lastSignInAt: EpochMs | null;
}

/** A one-time link; `path` goes behind the public address and is shown once. */
export interface OneTimeLink {
  readonly path: string;
  readonly token: string;
  readonly expiresAt: EpochMs;
}

/** What an administrator says about a new account. */
export interface NewAccount {
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly role: PersonRole;
  /** False for who signs in by single sign-on alone; true where left out. */
  readonly link?: boolean;
}

/** What administrators do with accounts. Each takes the reason; each is audited once; each throws where the rules refuse it (docs/errors.md: `account.*`). */
export interface Accounts {
  readonly list: () => readonly Account[];
  /** Throws `account.unknown`. */
  readonly of: (login: string) => Account;
  readonly invite: (by: Person, account: NewAccount, why: string) => OneTimeLink | null;
  /** Changes printed name or email. */
  readonly describe: (by: Person, login: string, given: { name: string; email: string }, why: string) => void;
  /** Ends the account's sessions. */
  readonly changeRole: (by: Person, login: string, role: PersonRole, why: string) => void;
  /** Ends the account's sessions and links. */
  readonly disable: (by: Person, login: string, why: string) => void;
  /** A disabled account comes back with a link to set a new password. */
  readonly enable: (by: Person, login: string, why: string) => OneTimeLink;
  readonly unlock: (by: Person, login: string, why: string) => void;
  /** A new one-time link; the old password and sessions end at once. */
  readonly resetPassword: (by: Person, login: string, why: string) => OneTimeLink;
  /** Takes the second factor away, so that it must be enrolled anew; ends the sessions. */
  readonly resetSecondFactor: (by: Person, login: string, why: string) => void;
  /** Lets go of the identity of the single sign-on. */
  readonly unbindIdentity: (by: Person, login: string, why: string) => void;
}

/** One-time links of invitations and resets. */
export interface Links {
  /** Whose link it is, before a password is given; null where it is unknown, used or expired. */
  readonly look: (token: string) => { readonly account: Account; readonly expiresAt: EpochMs } | null;
  /** Sets the password and uses the link up. Throws `sign.link-invalid` and `password.*`. */
  readonly accept: (token: string, password: string) => Promise<Account>;
}

/** The link for the first administrator: `/first-administrator/<token>`. */
export interface FirstAdministrator {
  /** True while there is no account. */
  readonly isOpen: () => boolean;
  /** True where the token is the one of this start and still good. */
  readonly isGood: (token: string) => boolean;
  /** Makes a new link of this start, where there is no account; null otherwise. */
  readonly issue: () => OneTimeLink | null;
  /** Throws `sign.link-invalid`, `account.*`, `password.*`. */
  readonly create: (
    token: string,
    account: { login: string; name: string; email: string; password: string },
  ) => Promise<Account>;
}

/**
 * How far a session has got: `factor` waits for the code of the second factor, `enrol` may only enrol one, `password` must change the password first, `full` is
 * signed in. Only `full` is a person to the guard (`personOf`); pages of the other stages are `public` and ask `sessionOf`.
 */
export type SessionStage = "factor" | "enrol" | "password" | "full";

/** A live session. */
export interface Session {
  /** Its public id, for lists. */
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: PersonRole;
  readonly stage: SessionStage;
  readonly startedAt: EpochMs;
  /** Exact to a minute. */
  readonly lastSeenAt: EpochMs;
  /** When it ends if nothing is done until then. */
  readonly endsAt: EpochMs;
  /** Address and browser that it was begun from. */
  readonly from: From;
  readonly method: "password" | "password+totp" | "oidc";
}

/** Where a request came from, for the list of sessions. */
export interface From {
  readonly address: string;
  readonly agent: string;
}

/** A session that began: the token goes into the cookie (`setSessionCookie`) and nowhere else. */
export interface Begun {
  readonly token: string;
  readonly session: Session;
}

/** A person whom the single sign-on vouches for. */
export interface VouchedIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** The login here that the provider's claim names; binds an account at its first single sign-on. */
  readonly login: string;
  /** True where the provider is trusted to have asked for a second factor. */
  readonly secondFactor: boolean;
  /** The role that the provider's claims give; the account follows it. Left out where roles are given here. */
  readonly role?: PersonRole;
  /** What the account of a login that there is none of should be; left out where none is made. */
  readonly create?: { readonly name: string; readonly email: string };
}

/** Sessions of people. */
export interface Sessions {
  /** Own sessions, newest first. */
  readonly ofPerson: (login: string) => readonly Session[];
  readonly all: () => readonly Session[];
  /** Ends one: one's own, or, for an administrator, anybody's. Throws `session.unknown`, `auth.role`. */
  readonly end: (by: Person, id: string, why: string) => void;
  /** Ends all of an account but, for one's own, the present one. Returns how many. */
  readonly endAll: (by: Person, login: string, why: string) => number;
}

/** The second factor of whoever has a session (stages `enrol` and `full`). */
export interface SecondFactors {
  /** Draws a secret and shows it once; it counts only once a code confirms it. Replacing a factor that is there needs `full` and its present code. */
  readonly begin: (
    session: Session,
    presentCode?: string,
  ) => { readonly secret: string; readonly uri: string };
  /** Confirms it. Ten recovery codes, shown once; the session goes on as the one returned, with a new token. Throws `factor.code-wrong`, `factor.not-begun`. */
  readonly confirm: (
    session: Session,
    code: string,
  ) => { readonly begun: Begun; readonly recoveryCodes: readonly string[] };
  /** Draws new recovery codes; the old ones end. Needs the present code. */
  readonly renewRecoveryCodes: (session: Session, code: string) => readonly string[];
  /** Takes one's own second factor away. Needs its present code; throws `factor.required` where the role must have one. */
  readonly remove: (session: Session, code: string) => void;
}

/** A machine's token as lists show it. */
export interface MachineToken {
  readonly name: string;
  readonly role: MachineRole;
  /** The gateways that it may speak for; null for any. */
  readonly gateways: readonly string[] | null;
  /** Where it is declared. */
  readonly origin: "settings" | "environment" | "records";
  readonly createdAt: EpochMs | null;
  readonly createdBy: string | null;
  /** Exact to a minute. */
  readonly lastUsedAt: EpochMs | null;
  readonly revokedAt: EpochMs | null;
}

/** Tokens of machines. */
export interface MachineTokens {
  readonly list: () => readonly MachineToken[];
  /** Returns the token, shown once. Throws `token.exists`, `token.invalid`. */
  readonly create: (
    by: Person,
    token: { name: string; role: "gateway" | "api"; gateways?: readonly string[] | null },
    why: string,
  ) => string;
  /** Throws `token.unknown`; `token.of-settings` for one that is declared there. */
  readonly revoke: (by: Person, name: string, why: string) => void;
  /** The machine of an `Authorization` header. Throws `auth.missing`, `auth.unknown`. */
  readonly machine: (header: string) => Machine;
}

/** What a person proves with that it is them, now. */
export interface Given {
  readonly password?: string;
  /** Needed besides the password by who has a second factor. */
  readonly code?: string;
  /** From `grantFor`, instead of password and code. */
  readonly grant?: string;
}

/** Proof that a person signed in anew for one act; good for one signature in the same request. */
export interface Proof {
  readonly login: string;
  readonly name: string;
  readonly role: PersonRole;
  readonly method: "password" | "password+totp" | "oidc";
  readonly at: EpochMs;
}

/** What the settings say of people (docs/settings.md, `people`). */
export interface PeoplePolicy {
  readonly secondFactor: { readonly required: readonly PersonRole[] };
  readonly idleEnd: DurationMs;
  readonly sessionMax: DurationMs;
  readonly passwordMaxAge: DurationMs | null;
}

/** People and machines: their records and the rules over them (docs/people.md). */
export interface People {
  readonly policy: PeoplePolicy;
  readonly accounts: Accounts;
  readonly links: Links;
  readonly firstAdministrator: FirstAdministrator;
  readonly sessions: Sessions;
  readonly factors: SecondFactors;
  readonly tokens: MachineTokens;
  /** Signs in with login and password. Throws `sign.refused`, the same for whatever was wrong, and `sign.busy`. Give `present` to end the session that the browser had. */
  readonly signIn: (login: string, password: string, from: From, present?: string) => Promise<Begun>;
  /** The second step of a session of stage `factor`: a code or a recovery code. Returns the session that goes on, with a new token. Throws `sign.refused`. */
  readonly enterCode: (session: Session, code: string) => Begun;
  /** Signs in whom the single sign-on vouches for. Throws `sign.refused`. */
  readonly signInVouched: (identity: VouchedIdentity, from: From, present?: string) => Begun;
  readonly signOut: (session: Session) => void;
  /** Changes one's own password (stages `password` and `full`); ends the other sessions. Throws `sign.refused`, `password.*`. Returns the session that goes on. */
  readonly changePassword: (session: Session, old: string, fresh: string) => Promise<Begun>;
  /** The live session of a request's cookie in whatever stage; null where there is none. Counts as activity unless it renews a page by itself. */
  readonly sessionOf: (request: FastifyRequest) => Session | null;
  /** The person of a request: of a session of stage `full`. */
  readonly personOf: (request: FastifyRequest) => Person | null;
  /** Proves anew that it is this person, now. Throws `sign.refused`, which counts towards lock-out and is audited. */
  readonly reauthenticate: (person: Person, given: Given) => Promise<Proof>;
  /** After a fresh single sign-on of this same person: what `reauthenticate` takes once, for five minutes, in the same session. Throws `sign.refused` where the identity is another's. */
  readonly grantFor: (person: Person, identity: Pick<VouchedIdentity, "issuer" | "subject">) => string;
}

const unspent = new WeakSet<Proof>();

/** Makes a proof; for `reauthenticate` alone. */
export function freshProof(facts: Proof): Proof {
  const proof = Object.freeze({ ...facts });
  unspent.add(proof);
  return proof;
}

/** Uses a proof up. Throws `sign.proof-spent` for one that was used, or that no reauthentication gave. */
export function spendProof(proof: Proof): void {
  if (unspent.delete(proof)) return;
  throw new CodedError(
    "sign.proof-spent",
    "A signature needs a sign-in of its own. Sign in again for this act.",
  );
}
