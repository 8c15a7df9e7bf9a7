import type { PasswordStrength } from "@coldkeep/core/people/password-rules.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { Committer } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { Passwords } from "./passwords.ts";
import type { PeoplePolicy } from "./people.ts";
import type { PeopleKey } from "./second-factor.ts";
import type { SessionCookie } from "./session-cookie.ts";

/** What the records of people are made of. */
export interface PeopleParts {
  readonly database: Database;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly policy: PeoplePolicy;
  readonly cookie: SessionCookie;
  readonly passwords: Passwords;
  readonly strength: PasswordStrength;
  readonly key: PeopleKey;
}
