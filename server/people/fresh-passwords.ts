import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import {
  passwordLengthMax,
  passwordLengthMin,
  type PasswordRefusal,
  passwordsRemembered,
  refusePassword,
} from "@coldkeep/core/people/password-rules.ts";
import type { AccountRecords } from "./account-records.ts";
import type { PeopleParts } from "./people-parts.ts";

/** Checks and hashes passwords that people choose. */
export interface FreshPasswords {
  /** Throws `password.length`, `password.personal`, `password.weak`, `password.reused`. */
  readonly hash: (
    person: { readonly login: string; readonly name: string; readonly email: string },
    password: string,
  ) => Promise<string>;
}

const reasons: Readonly<Record<PasswordRefusal, string>> = {
  "password.length": `A password has ${passwordLengthMin} to ${passwordLengthMax} characters; four unusual words are easy to remember.`,
  "password.personal": "A password must not hold your login, name or email.",
  "password.weak":
    "This password is easily guessed. Take several unusual words, or let a password manager draw one.",
};

/** Makes them. */
export function makeFreshPasswords(
  { passwords, strength }: Pick<PeopleParts, "passwords" | "strength">,
  records: Pick<AccountRecords, "newestPasswords">,
): FreshPasswords {
  return {
    hash: async (person, password) => {
      const refusal = refusePassword(password, person, strength);
      if (refusal !== null) throw new CodedError(refusal, reasons[refusal]);
      for (const hash of records.newestPasswords(person.login, passwordsRemembered)) {
        if (!(await passwords.verify(hash, password))) continue;
        throw new CodedError(
          "password.reused",
          `This was one of your last ${passwordsRemembered} passwords.`,
        );
      }
      return passwords.hash(password);
    },
  };
}
