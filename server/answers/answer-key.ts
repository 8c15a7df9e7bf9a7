import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { answerCodeDigits } from "@coldkeep/core/answers/parse-reply.ts";

/** The file of the key in the data folder; only its owner reads it, and no backup holds it. */
export const answerKeyFile = "answers.key";

const keyBytes = 32;

/** Characters of a link's proof: 120 bits. */
const proofCharacters = 20;

/** Makes the links and codes by which a message is answered, and tells them. What they stand for is a delivery's number; nobody who has not got the message can guess them. */
export interface AnswerKey {
  /** The last part of a link's path. */
  readonly tokenOf: (number: number) => string;
  /** The number that a token stands for; null for one that was not made with this key. */
  readonly numberOf: (token: string) => number | null;
  /** Four digits, which count only from the telephone to which they were sent. */
  readonly codeOf: (number: number) => string;
}

/** The key of this server, made where there is none yet: links sent before it was lost are refused then. Throws `answers.key-unreadable`. */
export function openAnswerKey(dataFolder: string): AnswerKey {
  const path = join(dataFolder, answerKeyFile);
  try {
    return answerKeyOf(readFileSync(path));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      const secret = randomBytes(keyBytes);
      writeFileSync(path, secret, { mode: 0o600, flag: "wx" });
      return answerKeyOf(secret);
    }
    throw new CodedError(
      "answers.key-unreadable",
      `The key in ${path} cannot be read. Restore it, or move it away: the next start makes a new one.`,
      { cause },
    );
  }
}

/** The key from its bytes. */
export function answerKeyOf(secret: Uint8Array): AnswerKey {
  const digest = (purpose: string, number: number): Buffer =>
    createHmac("sha256", secret).update(`${purpose} ${number}`).digest();
  const proofOf = (number: number): string =>
    digest("link", number).toString("base64url").slice(0, proofCharacters);
  return {
    tokenOf: (number) => `${number.toString(36)}.${proofOf(number)}`,
    numberOf: (token) => {
      const [head = "", proof = "", ...rest] = token.split(".");
      if (!/^[0-9a-z]{1,11}$/u.test(head) || proof.length !== proofCharacters || rest.length > 0) return null;
      const number = Number.parseInt(head, 36);
      const [given, wanted] = [Buffer.from(proof), Buffer.from(proofOf(number))];
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? number : null;
    },
    codeOf: (number) => {
      const size = 10 ** answerCodeDigits;
      return String(digest("code", number).readUInt32BE(0) % size).padStart(answerCodeDigits, "0");
    },
  };
}
