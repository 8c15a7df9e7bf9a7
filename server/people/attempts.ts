import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { afterFailure, isLocked, noFailures } from "@coldkeep/core/people/lockout.ts";
import { tellOfAccounts } from "./account-news.ts";
import type { AccountRecords } from "./account-records.ts";
import { busy } from "./passwords.ts";
import type { PeopleParts } from "./people-parts.ts";
import { recoveryHash, stepOf, unseal } from "./second-factor.ts";

/** Attempts that wait for another one of the same login, over all logins. */
export const attemptsWaitingMax = 64;

/** What was tried and refused. */
export type Tried = "password" | "code" | "signature" | "present code";

/** Attempts to prove who somebody is: one after another for each login, so that guesses sent at once are counted like guesses sent in turn. */
export interface Attempts {
  readonly inTurn: <Result>(login: string, work: () => Promise<Result>) => Promise<Result>;
  readonly isLocked: (login: string) => boolean;
  /** Verifies the password in force; anything that is not there costs the same time. The number of the password, or null. */
  readonly password: (login: string, password: string) => Promise<number | null>;
  /** Uses a code of the second factor up; false where it is not one, or was used. */
  readonly useCode: (login: string, code: string) => boolean;
  readonly useRecoveryCode: (login: string, code: string) => boolean;
  /** Counts a failure, audits it and throws `sign.refused`. */
  readonly fail: (login: string, tried: Tried) => never;
  readonly succeeded: (login: string) => void;
}

/** The one answer to every refused attempt. */
export function refused(): CodedError {
  return new CodedError(
    "sign.refused",
    "Login, password or code is not right, or was used before, or the account is locked for some minutes after several failures. Wait for the next code where one was just used; an administrator can unlock an account.",
  );
}

/** Makes them. */
export function makeAttempts(parts: PeopleParts, records: AccountRecords): Attempts {
  const { database, committer, clock, passwords, key } = parts;
  const factor = database.prepare(
    "SELECT sealed, last_step FROM second_factors WHERE login = ? AND confirmed_at IS NOT NULL",
  );
  const useStep = database.prepare("UPDATE second_factors SET last_step = ? WHERE login = ?");
  const useRecovery = database.prepare(
    "UPDATE recovery_codes SET used_at = ? WHERE login = ? AND hash = ? AND used_at IS NULL",
  );
  const locked = (login: string): boolean => isLocked(records.lockout(login), clock.epochMs());
  const isOpen = (login: string): boolean => records.find(login)?.state === "active" && !locked(login);
  return {
    inTurn: makeTurns(),
    isLocked: locked,
    password: async (login, password) => {
      const known = isOpen(login) ? records.password(login) : null;
      const isRight = await passwords.verify(known?.hash ?? null, password);
      // While it was hashed, the account may have been locked or disabled, or its password ended.
      if (!isRight || !isOpen(login)) return null;
      const { number } = known ?? {};
      return number !== undefined && records.password(login)?.number === number ? number : null;
    },
    useCode: (login, code) => {
      if (locked(login)) return false;
      const row = factor.get(login) as { sealed: Uint8Array; last_step: number } | undefined;
      const secret = row === undefined ? null : unseal(key, login, row.sealed);
      if (row === undefined || secret === null) return false;
      const step = stepOf(secret, code, clock.epochMs(), row.last_step);
      if (step === null) return false;
      useStep.run(step, login);
      return true;
    },
    useRecoveryCode: (login, code) =>
      !locked(login) && useRecovery.run(clock.epochMs(), login, recoveryHash(login, code)) > 0,
    fail: (login, tried) => {
      const account = records.find(login);
      if (account === null || account.state !== "active" || locked(login)) throw refused();
      const lockout = afterFailure(records.lockout(login), clock.epochMs());
      const { failures, lockedUntil } = lockout;
      const detail = { why: null, from: null, to: null, role: account.role, tried, failures, lockedUntil };
      const subject = `person:${login}`;
      tellOfAccounts(committer, "system", { action: "sign-in.refused", subject, detail }, () =>
        records.setLockout(login, lockout),
      );
      throw refused();
    },
    succeeded: (login) => {
      if (records.lockout(login).failures > 0) records.setLockout(login, noFailures);
    },
  };
}

function makeTurns(): Attempts["inTurn"] {
  const last = new Map<string, Promise<void>>();
  let waiting = 0;
  return async (login, work) => {
    if (waiting >= attemptsWaitingMax) throw busy();
    const before = last.get(login);
    const { promise: mine, resolve } = Promise.withResolvers<void>();
    last.set(login, mine);
    waiting += 1;
    try {
      await before;
      return await work();
    } finally {
      waiting -= 1;
      if (last.get(login) === mine) last.delete(login);
      resolve();
    }
  };
}
