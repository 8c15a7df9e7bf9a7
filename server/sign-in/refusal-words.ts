import { lockoutFailures, lockoutFirstMs, lockoutLongestMs } from "@coldkeep/core/people/lockout.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { count } from "../pages/words.ts";

const first = count(lockoutFirstMs / minuteMs, "minute");
const longest = count(lockoutLongestMs / minuteMs, "minute");

/** How long an account may be locked: the same words whether there is such an account, and whether it is. */
const locked = `After ${lockoutFailures} failures an account is locked, for ${first} at first and at most ${longest}; an administrator can unlock it.`;

/** What a refused step of signing in is answered with. */
export const refusedWords = {
  password: `Login or password is not right. ${locked}`,
  code: `The code is not right, or was used already: then wait for the next one. ${locked}`,
  old: `The present password is not right. ${locked}`,
} as const;
