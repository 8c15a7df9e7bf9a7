import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { Secret, TOTP } from "otpauth";
import { sha256Hex } from "../journal/hash-chain.ts";

/** Length of a step of the one-time codes, ms, and how many steps before and after now are taken, for phones whose clock is off. */
const stepMs = 30_000;
const stepsAround = 1;

/** Bytes of a drawn secret (RFC 4226 asks for 160 bits). */
const secretBytes = 20;

/** Recovery codes of one person, and the random bytes of each. */
export const recoveryCodesCount = 10;
const recoveryBytes = 10;

const nonceBytes = 12;
const tagBytes = 16;

/** The key that second factors are sealed with. */
export type PeopleKey = Buffer;

/** Says which key it is without telling it. */
export function keyFingerprint(key: PeopleKey): string {
  return createHash("sha256").update("coldkeep people.key").update(key).digest("hex");
}

/** Draws a secret, in base32 as authenticator apps take it. */
export function drawSecret(): string {
  const drawn = randomBytes(secretBytes);
  return new Secret({ buffer: Uint8Array.from(drawn).buffer }).base32;
}

/** What an authenticator app reads as a QR code. */
export function secretUri(secret: string, login: string, issuer: string): string {
  return totpOf(secret, login, issuer).toString();
}

/** The step whose code this is, of those around now that come after `lastStep`; null where it is none. A code is good once. */
export function stepOf(secret: string, code: string, at: EpochMs, lastStep: number): number | null {
  const digits = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(digits)) return null;
  const delta = totpOf(secret, "", "").validate({ token: digits, timestamp: at, window: stepsAround });
  if (delta === null) return null;
  const step = Math.floor(at / stepMs) + delta;
  return step > lastStep ? step : null;
}

function totpOf(secret: string, label: string, issuer: string): TOTP {
  const facts = { algorithm: "SHA1", digits: 6, period: stepMs / 1_000 };
  return new TOTP({ ...facts, secret: Secret.fromBase32(secret), label, issuer });
}

/** Seals a secret for one login (AES-256-GCM), so that the records alone give it to nobody. */
export function seal(key: PeopleKey, login: string, secret: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(login));
  return Buffer.concat([nonce, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what was sealed for this login; null where key or login is another one's. */
export function unseal(key: PeopleKey, login: string, sealed: Uint8Array): string | null {
  const bytes = Buffer.from(sealed);
  if (bytes.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes))
    .setAAD(Buffer.from(login))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return null;
  }
}

const recoveryLetters = "abcdefghjkmnpqrstuvwxyz23456789";

/** Draws recovery codes such as `k7fq-...`: four groups of four letters, about 79 bits each. */
export function drawRecoveryCodes(): readonly string[] {
  return Array.from({ length: recoveryCodesCount }, () => {
    const letters = Array.from({ length: 16 }, drawLetter).join("");
    return letters.replaceAll(/(.{4})(?=.)/g, "$1-");
  });
}

/** Each letter is as likely as any other: bytes beyond the last whole round of letters are drawn anew. */
function drawLetter(): string {
  const whole = 256 - (256 % recoveryLetters.length);
  for (;;) {
    const byte = randomBytes(recoveryBytes).find((each) => each < whole);
    if (byte !== undefined) return recoveryLetters.charAt(byte % recoveryLetters.length);
  }
}

/** The hash that a recovery code is stored by; however it is typed. A plain SHA-256, because the code itself cannot be guessed. */
export function recoveryHash(login: string, code: string): string {
  return sha256Hex(`${login} ${code.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}`);
}
