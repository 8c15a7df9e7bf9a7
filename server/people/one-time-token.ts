import { randomBytes } from "node:crypto";

const tokenBytes = 32;

/** A token that nobody guesses, as URLs and cookies take it. */
export function drawToken(): string {
  return randomBytes(tokenBytes).toString("base64url");
}

/** A short public id, for lists. */
export function drawId(): string {
  return randomBytes(9).toString("base64url");
}
