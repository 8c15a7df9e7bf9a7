import {
  type HoldConfirmation,
  type HoldMessage,
  holdConfirmationSchema,
} from "@coldkeep/core/contract/hold-feed.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { HoldFeedSettings } from "./hold-feed-settings.ts";

/** Longest that the blood-bank system may take to answer, and longest answer in characters. */
export const answerWithinMs: DurationMs = 30 * secondMs;
const answerCharactersMax = 256 * 1024;

/** What telling came to. */
export type Told =
  | { readonly ok: true; readonly confirmed: HoldConfirmation }
  | { readonly ok: false; readonly reason: string };

/** The port to the blood-bank system. Never throws. */
export type BloodBankLink = (site: string, units: readonly HoldMessage[], stop: AbortSignal) => Promise<Told>;

/** Tells the blood-bank system over HTTP. */
export function httpBloodBank({ url, token }: HoldFeedSettings): BloodBankLink {
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return async (site, units, stop) => {
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]);
      const body = JSON.stringify({ site, units });
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "error" });
      const text = (await response.text()).slice(0, answerCharactersMax);
      if (response.status !== 200) return { ok: false, reason: `it answered ${response.status}` };
      return readAnswer(text);
    } catch (error) {
      return { ok: false, reason: reasonOf(error) };
    }
  };
}

function readAnswer(text: string): Told {
  try {
    const { confirmed } = holdConfirmationSchema.parse(JSON.parse(text));
    return { ok: true, confirmed };
  } catch {
    return { ok: false, reason: "its answer does not say which units it has taken over" };
  }
}

/** What kept the call from being made, without anything secret in it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it could not be reached";
  if (error.name === "TimeoutError") return "it did not answer in time";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return `it could not be reached${code}`;
}
