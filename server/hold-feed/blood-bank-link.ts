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
  | {
      readonly ok: true;
      readonly confirmed: HoldConfirmation;
      /** Why it did not take over the rest, where it says so. */
      readonly why?: string | null;
    }
  | { readonly ok: false; readonly reason: string };

/** The port to the blood-bank system. Never throws. */
export type BloodBankLink = (site: string, units: readonly HoldMessage[], stop: AbortSignal) => Promise<Told>;

/** An answer to a post: its status and text. */
export type PostAnswer =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** Posts a text to the blood-bank system with its token; the answer's first `charactersMax` characters are read. Never throws. */
export async function postTo(
  { url, token }: Pick<HoldFeedSettings, "url" | "token">,
  body: string,
  headers: Readonly<Record<string, string>>,
  charactersMax: number,
  stop: AbortSignal,
): Promise<PostAnswer> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]);
    const all = { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const response = await fetch(url, { method: "POST", headers: all, body, signal, redirect: "error" });
    return { ok: true, status: response.status, text: (await response.text()).slice(0, charactersMax) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

/** Tells the blood-bank system over HTTP. */
export function httpBloodBank(settings: Pick<HoldFeedSettings, "url" | "token">): BloodBankLink {
  return async (site, units, stop) => {
    const body = JSON.stringify({ site, units });
    const headers = { "content-type": "application/json" };
    const answer = await postTo(settings, body, headers, answerCharactersMax, stop);
    if (!answer.ok) return answer;
    if (answer.status !== 200) return { ok: false, reason: `it answered ${answer.status}` };
    return readAnswer(answer.text);
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
