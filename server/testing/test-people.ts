import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { Secret, TOTP } from "otpauth";
import { composeInside, type Inside } from "../inside.ts";
import { makePeople } from "../people/make-people.ts";
import { makePasswords } from "../people/passwords.ts";
import { openPeopleKey } from "../people/people-key.ts";
import type { Account, From, People, PeoplePolicy } from "../people/people.ts";
import { openDatabase } from "../store/database.ts";
import { testStart } from "./test-server.ts";

/** A hash that costs little: what is tested is not its strength. */
export const cheapPasswords = makePasswords({ memoryKiB: 8, passes: 1, lanes: 1 });

/** Where sign-ins of tests come from. */
export const testFrom: From = { address: "192.0.2.1", agent: "test" };

/** A password that the rules take for anybody. */
export const testPassword = "correct-horse-battery-9-staple";

/** The settings' defaults. */
export const testPolicy: PeoplePolicy = {
  secondFactor: { required: ["quality", "administrator"] },
  idleEnd: 15 * 60_000,
  sessionMax: 12 * 3_600_000,
  passwordMaxAge: null,
};

/** The code that an authenticator app shows for a secret. */
export function codeOf(secret: string, at: EpochMs): string {
  return new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp: at });
}

/** Records of people under a virtual clock, without a server around them. */
export interface TestPeople {
  readonly people: People;
  readonly inside: Inside;
  readonly clock: VirtualClock;
  /** The data folder; the records in it are `records.sqlite`. */
  readonly folder: string;
  /** Makes the first administrator, `admin`. */
  readonly first: () => Promise<Account>;
  /** Opens the same records anew, as a start does. */
  readonly reopen: () => TestPeople;
  readonly stop: () => void;
}

/** Opens new ones, or those of a folder. */
export function testPeople(
  policy: PeoplePolicy = testPolicy,
  folder = mkdtempSync(join(tmpdir(), "coldkeep-people-")),
  clock = virtualClock(testStart),
): TestPeople {
  const database = openDatabase(join(folder, "records.sqlite"));
  const inside = composeInside(database, clock);
  const { key } = openPeopleKey(folder, database, inside.committer);
  const people = makePeople(
    {
      database,
      committer: inside.committer,
      clock,
      policy,
      cookie: { name: "coldkeep", isSecure: false },
      passwords: cheapPasswords,
      strength: (password) => (password.includes("weak") ? 1 : 4),
      key,
    },
    { tokens: [], environmentTokens: [] },
  );
  return {
    people,
    inside,
    clock,
    folder,
    first: () => {
      const link = people.firstAdministrator.issue();
      const facts = { login: "admin", name: "Ada Admin", email: "ada@example.org", password: testPassword };
      return people.firstAdministrator.create(link?.token ?? "", facts);
    },
    reopen: () => {
      database.close();
      return testPeople(policy, folder, clock);
    },
    stop: () => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
