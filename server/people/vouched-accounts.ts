import { loginPattern, refuseRole } from "@coldkeep/core/people/account-rules.ts";
import { checkPerson } from "./account-commands.ts";
import { tellOfAccounts } from "./account-news.ts";
import type { AccountRecords } from "./account-records.ts";
import type { VouchedIdentity } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";
import type { SessionRecords } from "./session-records.ts";

/** What the single sign-on's claims change of accounts, before a sign-in. */
export interface VouchedAccounts {
  /** Makes the account of a login that there is none of, where the identity says what it should be. Throws `account.invalid`. */
  readonly create: (identity: VouchedIdentity) => void;
  /** Gives the account the role of the claims where it has another one. The last active administrator stays one. */
  readonly follow: (login: string, role: VouchedIdentity["role"]) => void;
}

const why = "by the single sign-on's claims";

/** Makes it. */
export function makeVouchedAccounts(
  { database, committer }: PeopleParts,
  records: AccountRecords,
  sessions: SessionRecords,
): VouchedAccounts {
  const insert = database.prepare(
    "INSERT INTO accounts (login, name, email, role, state, created_at) VALUES (?, ?, ?, ?, 'invited', ?)",
  );
  const setRole = database.prepare("UPDATE accounts SET role = ? WHERE login = ?");
  return {
    create: ({ login, role, create }) => {
      if (role === undefined || create === undefined || !loginPattern.test(login)) return;
      const { name, email } = create;
      checkPerson({ login, name, email });
      const detail = { why, from: null, to: { name, email, role }, role: null };
      const news = { action: "account.created", subject: `person:${login}`, detail };
      tellOfAccounts(committer, "system", news, ({ at }) => void insert.run(login, name, email, role, at));
    },
    follow: (login, role) => {
      const account = records.of(login);
      if (role === undefined || account.role === role) return;
      if (refuseRole(records.list(), login, role, "") !== null) return;
      const detail = { why, from: { role: account.role }, to: { role }, role: null };
      const news = { action: "account.role-changed", subject: `person:${login}`, detail };
      tellOfAccounts(committer, "system", news, ({ at }) => {
        sessions.endAll(login, at);
        setRole.run(role, login);
      });
    },
  };
}
