import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { isLocked, type Lockout, noFailures } from "@coldkeep/core/people/lockout.ts";
import type { PersonRole } from "@coldkeep/core/people/roles.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Account, AccountState } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";

/** The password in force of an account. */
export interface PasswordInForce {
  readonly number: number;
  readonly hash: string;
  readonly since: EpochMs;
}

/** Reads what is known of accounts, and keeps what no journal has. */
export interface AccountRecords {
  readonly list: () => readonly Account[];
  readonly find: (login: string) => Account | null;
  /** Throws `account.unknown`. */
  readonly of: (login: string) => Account;
  readonly isEmpty: () => boolean;
  readonly password: (login: string) => PasswordInForce | null;
  /** Hashes of the newest passwords, newest first. */
  readonly newestPasswords: (login: string, count: number) => readonly string[];
  /** Puts a password in force instead of the one before. */
  readonly setPassword: (login: string, hash: string, at: EpochMs) => void;
  /** Puts the same password under a stronger hash. */
  readonly strengthen: (number: number, hash: string) => void;
  readonly endPassword: (login: string) => void;
  readonly lockout: (login: string) => Lockout;
  readonly setLockout: (login: string, lockout: Lockout) => void;
  readonly setState: (login: string, state: AccountState) => void;
  readonly endLinks: (login: string) => void;
}

/** Opens them. */
export function openAccountRecords({
  database,
  clock,
  policy,
}: Pick<PeopleParts, "database" | "clock"> & {
  readonly policy: Pick<PeopleParts["policy"], "secondFactor">;
}): AccountRecords {
  const accounts = database.prepare("SELECT * FROM accounts ORDER BY login");
  const account = database.prepare("SELECT * FROM accounts WHERE login = ?");
  const any = database.prepare("SELECT 1 AS one FROM accounts LIMIT 1");
  const inForce = database.prepare(
    "SELECT number, hash, since FROM passwords WHERE login = ? AND in_force = 1 ORDER BY number DESC LIMIT 1",
  );
  const newest = database.prepare("SELECT hash FROM passwords WHERE login = ? ORDER BY number DESC LIMIT ?");
  const endPassword = database.prepare("UPDATE passwords SET in_force = 0 WHERE login = ?");
  const addPassword = database.prepare(
    "INSERT INTO passwords (login, hash, since, in_force) VALUES (?, ?, ?, 1)",
  );
  const strengthen = database.prepare("UPDATE passwords SET hash = ? WHERE number = ?");
  const lockout = database.prepare(
    "SELECT failures, last_failure_at, locked_until FROM lockouts WHERE login = ?",
  );
  const putLockout = database.prepare(
    "INSERT OR REPLACE INTO lockouts (login, failures, last_failure_at, locked_until) VALUES (?, ?, ?, ?)",
  );
  const setState = database.prepare("UPDATE accounts SET state = ? WHERE login = ?");
  const endLinks = database.prepare("DELETE FROM account_links WHERE login = ?");
  const factor = database.prepare(
    "SELECT 1 AS one FROM second_factors WHERE login = ? AND confirmed_at IS NOT NULL",
  );
  const codes = database.prepare(
    "SELECT count(*) AS n FROM recovery_codes WHERE login = ? AND used_at IS NULL",
  );

  const lockoutOf = (login: string): Lockout => {
    const row = lockout.get(login) as
      | { failures: number; last_failure_at: number; locked_until: number | null }
      | undefined;
    if (row === undefined) return noFailures;
    return { failures: row.failures, lastFailureAt: row.last_failure_at, lockedUntil: row.locked_until };
  };
  const passwordOf = (login: string): PasswordInForce | null =>
    (inForce.get(login) as PasswordInForce | undefined) ?? null;
  const toAccount = (row: Record<string, unknown>): Account => {
    const login = String(row["login"]);
    const role = row["role"] as PersonRole;
    const locked = lockoutOf(login);
    return {
      login,
      name: String(row["name"]),
      email: String(row["email"]),
      role,
      state: row["state"] as AccountState,
      createdAt: Number(row["created_at"]),
      hasPassword: passwordOf(login) !== null,
      hasSecondFactor: factor.get(login) !== undefined,
      recoveryCodesLeft: Number(codes.get(login)?.["n"] ?? 0),
      needsSecondFactor: policy.secondFactor.required.includes(role),
      hasIdentity: row["issuer"] !== null,
      lockedUntil: isLocked(locked, clock.epochMs()) ? locked.lockedUntil : null,
      lastSignInAt: row["last_sign_in_at"] as number | null,
    };
  };
  const find = (login: string): Account | null => {
    const row = account.get(login);
    return row === undefined ? null : toAccount(row);
  };
  return {
    list: () => accounts.all().map(toAccount),
    find,
    of: (login) => {
      const found = find(login);
      if (found !== null) return found;
      throw new CodedError("account.unknown", `There is no account "${login.slice(0, 64)}".`);
    },
    isEmpty: () => any.get() === undefined,
    password: passwordOf,
    newestPasswords: (login, count) => newest.all(login, count).map((row) => String(row["hash"])),
    setPassword: (login, hash, at) => {
      endPassword.run(login);
      addPassword.run(login, hash, at);
    },
    strengthen: (number, hash) => void strengthen.run(hash, number),
    endPassword: (login) => void endPassword.run(login),
    lockout: lockoutOf,
    setLockout: (login, { failures, lastFailureAt, lockedUntil }) =>
      void putLockout.run(login, failures, lastFailureAt, lockedUntil),
    setState: (login, state) => void setState.run(state, login),
    endLinks: (login) => void endLinks.run(login),
  };
}
