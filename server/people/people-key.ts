import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Committer } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import { tellOfAccounts } from "./account-news.ts";
import { keyFingerprint, type PeopleKey } from "./second-factor.ts";

/** What the key of second factors is called in the data folder. No backup has it (docs/people.md). */
export const peopleKeyName = "people.key";

const keyBytes = 32;

/**
 * Opens the key that second factors are sealed with; makes it at the first start. Where it is missing although second factors were sealed, they can never be read
 * again: they end, which is audited, and are enrolled anew. Throws `people.key-wrong` for a key that is there and not the right one.
 */
export function openPeopleKey(
  folder: string,
  database: Database,
  committer: Committer,
): { readonly key: PeopleKey; readonly lost: number } {
  const path = join(folder, peopleKeyName);
  const isNew = !existsSync(path);
  const key = isNew ? makeKey(path) : readKey(path);
  const fingerprint = keyFingerprint(key);
  const known = database.prepare("SELECT fingerprint FROM people_key").get()?.["fingerprint"];
  if (known === fingerprint) return { key, lost: 0 };
  if (known !== undefined && !isNew) throw wrong(path, "it is not the key of these records");
  const lost = known === undefined ? 0 : endFactors(database, committer);
  database.prepare("INSERT OR REPLACE INTO people_key (one, fingerprint) VALUES (1, ?)").run(fingerprint);
  return { key, lost };
}

function endFactors(database: Database, committer: Committer): number {
  const logins = database
    .prepare("SELECT login FROM second_factors ORDER BY login")
    .all()
    .map((row) => String(row["login"]));
  const end = database.prepare("DELETE FROM second_factors WHERE login = ?");
  const endCodes = database.prepare("DELETE FROM recovery_codes WHERE login = ?");
  const endSessions = database.prepare(
    "UPDATE sessions SET ended_at = ? WHERE login = ? AND ended_at IS NULL",
  );
  for (const login of logins) {
    const values = { from: { secondFactor: true }, to: { secondFactor: false } };
    const detail = { why: `${peopleKeyName} was missing`, ...values, role: null };
    const news = { action: "account.second-factor-lost", subject: `person:${login}`, detail };
    tellOfAccounts(committer, "system", news, ({ at }) => {
      end.run(login);
      endCodes.run(login);
      endSessions.run(at, login);
    });
  }
  return logins.length;
}

/** Only the server's own user may read it, and it is durable before anything is sealed with it. */
function makeKey(path: string): PeopleKey {
  const key = randomBytes(keyBytes);
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, `${key.toString("base64")}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return key;
}

function readKey(path: string): PeopleKey {
  const key = Buffer.from(readFileSync(path, "utf8").trim(), "base64");
  if (key.length !== keyBytes) throw wrong(path, `it is not ${keyBytes} bytes in base64`);
  return key;
}

function wrong(path: string, what: string): CodedError {
  return new CodedError(
    "people.key-wrong",
    `The key ${path} cannot be used: ${what}. Put the right one there; or take the file away, and everybody enrols their second factor anew.`,
  );
}
