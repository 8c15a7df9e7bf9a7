/** Lengths of a password, in characters. NIST SP 800-63B asks for length, not for kinds of characters. */
export const passwordLengthMin = 12;
export const passwordLengthMax = 200;

/** Least strength, 0 to 4 as zxcvbn counts: 3 withstands 10^8 guesses. */
export const passwordStrengthMin = 3;

/** Passwords, the present one among them, that may not be taken again. */
export const passwordsRemembered = 5;

/** Parts of a name that are shorter say nothing about the person. */
const personalLengthMin = 3;

/** Why a password is refused. */
export type PasswordRefusal = "password.length" | "password.personal" | "password.weak";

/** Estimates a password's strength from 0 to 4; `personal` are words that whoever guesses knows. */
export type PasswordStrength = (password: string, personal: readonly string[]) => number;

/** Checks a fresh password; null where it can be taken. That it is none of the last ones only their hashes can tell. */
export function refusePassword(
  password: string,
  person: { readonly login: string; readonly name: string; readonly email: string },
  strength: PasswordStrength,
): PasswordRefusal | null {
  const { length } = password;
  if (length < passwordLengthMin || length > passwordLengthMax) return "password.length";
  const personal = personalWords(person);
  const lower = password.toLowerCase();
  if (personal.some((word) => lower.includes(word))) return "password.personal";
  return strength(password, personal) < passwordStrengthMin ? "password.weak" : null;
}

function personalWords({ login, name, email }: { login: string; name: string; email: string }): string[] {
  const words = [login, ...name.split(/\s+/), email.split("@")[0] ?? ""];
  return words.map((word) => word.toLowerCase()).filter((word) => word.length >= personalLengthMin);
}
