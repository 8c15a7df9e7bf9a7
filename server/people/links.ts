import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { noFailures } from "@coldkeep/core/people/lockout.ts";
import { type DurationMs, type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import { tellOfAccounts } from "./account-news.ts";
import { checkPerson } from "./account-commands.ts";
import type { AccountRecords } from "./account-records.ts";
import type { FreshPasswords } from "./fresh-passwords.ts";
import { drawToken } from "./one-time-token.ts";
import type { FirstAdministrator, Links, OneTimeLink } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";
import type { SessionRecords } from "./session-records.ts";

/** How long a one-time link is good, ms. */
export const linkMs: DurationMs = 72 * hourMs;

/** Where one-time links lead; the token follows. */
export const invitationPath = "/invitation/";
export const firstAdministratorPath = "/first-administrator/";

/** Gives links out. */
export interface LinkRecords {
  /** A new link of an account; those before end. Within a commit. */
  readonly issue: (login: string, at: EpochMs) => OneTimeLink;
}

/** Opens the links of accounts. Only hashes of their tokens are stored. */
export function openLinkRecords(
  { database }: Pick<PeopleParts, "database">,
  records: Pick<AccountRecords, "endLinks">,
): LinkRecords {
  const insert = database.prepare("INSERT INTO account_links (hash, login, expires_at) VALUES (?, ?, ?)");
  return {
    issue: (login, at) => {
      const token = drawToken();
      records.endLinks(login);
      insert.run(sha256Hex(token), login, at + linkMs);
      return { path: `${invitationPath}${token}`, token, expiresAt: at + linkMs };
    },
  };
}

/** Makes what whoever has a link can do. */
export function makeLinks(
  { database, committer, clock }: PeopleParts,
  records: AccountRecords,
  sessions: SessionRecords,
  fresh: FreshPasswords,
): Links {
  const known = database.prepare("SELECT login, expires_at FROM account_links WHERE hash = ?");
  const look: Links["look"] = (token) => {
    const row = known.get(sha256Hex(token));
    const expiresAt = Number(row?.["expires_at"] ?? 0);
    if (row === undefined || clock.epochMs() >= expiresAt) return null;
    return { account: records.of(String(row["login"])), expiresAt };
  };
  const good = (token: string) => {
    const link = look(token);
    if (link === null) throw invalid();
    return link.account;
  };
  return {
    look,
    accept: async (token, password) => {
      const hash = await fresh.hash(good(token), password);
      // Another request may have used the link meanwhile.
      const { login, role, state } = good(token);
      const detail = {
        why: "one-time link",
        from: { state },
        to: { state: "active", password: "set" },
        role,
      };
      const news = { action: "account.password-set", subject: `person:${login}`, detail };
      tellOfAccounts(committer, `person:${login}`, news, ({ at }) => {
        sessions.endAll(login, at);
        records.endLinks(login);
        records.setPassword(login, hash, at);
        records.setState(login, "active");
        records.setLockout(login, noFailures);
      });
      return records.of(login);
    },
  };
}

/** Makes the way in for the first administrator. Its link lives in memory alone, so each start has another. */
export function makeFirstAdministrator(
  { database, committer, clock }: PeopleParts,
  records: AccountRecords,
  fresh: FreshPasswords,
): FirstAdministrator {
  let hash: string | null = null;
  const insert = database.prepare(
    "INSERT INTO accounts (login, name, email, role, state, created_at) VALUES (?, ?, ?, 'administrator', 'active', ?)",
  );
  const isGood = (token: string): boolean => records.isEmpty() && hash !== null && sha256Hex(token) === hash;
  return {
    isOpen: records.isEmpty,
    isGood,
    issue: () => {
      if (!records.isEmpty()) return null;
      const token = drawToken();
      hash = sha256Hex(token);
      return { path: `${firstAdministratorPath}${token}`, token, expiresAt: clock.epochMs() + linkMs };
    },
    create: async (token, { login, name, email, password }) => {
      if (!isGood(token)) throw invalid();
      checkPerson({ login, name, email });
      const passwordHash = await fresh.hash({ login, name, email }, password);
      if (!isGood(token)) throw invalid();
      const to = { name, email, role: "administrator", state: "active" };
      const detail = { why: "link of the first start", from: null, to, role: null };
      const news = { action: "account.created", subject: `person:${login}`, detail };
      tellOfAccounts(committer, "system", news, ({ at }) => {
        insert.run(login, name, email, at);
        records.setPassword(login, passwordHash, at);
        hash = null;
      });
      return records.of(login);
    },
  };
}

function invalid(): CodedError {
  return new CodedError(
    "sign.link-invalid",
    "This link was used, has expired or was never one of ours. An administrator can give out another.",
  );
}
