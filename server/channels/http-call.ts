import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { InsideTarget } from "./outward-fetch.ts";
import { type Failed, failedForGood, failedForNow } from "./failures.ts";

/** Longest that a provider may take for its whole answer. */
export const answerWithinMs: DurationMs = 20 * secondMs;

/** Most bytes read of an answer. */
export const answerBytesMax = 256 * 1024;

/** Longest that a provider can have us wait before it is asked again, whatever its `Retry-After` says. */
export const holdMaxMs: DurationMs = minuteMs;

/** One call of a provider. */
export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly withinMs?: DurationMs;
}

/** A whole answer, or why there is none. */
export type HttpAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly retryAfterMs: DurationMs | null;
      readonly text: string;
    }
  | Failed;

/** Calls a provider over HTTP. Never rejects. */
export type HttpCaller = (call: HttpCall, signal: AbortSignal) => Promise<HttpAnswer>;

/** Codes of what went wrong before anything was sent. */
const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS.*|CERT_.*|.*SELF_SIGNED.*|UNABLE_TO_.*|ERR_SSL.*|ERR_INVALID_.*)$/;

/** Makes what calls providers. */
export function makeHttpCaller(clock: Clock, fetcher: typeof fetch = fetch): HttpCaller {
  return async ({ method, url, headers = {}, body, withinMs = answerWithinMs }, signal) => {
    const tooLate = new AbortController();
    const disarm = clock.after(withinMs, () => tooLate.abort());
    try {
      const response = await fetcher(url, {
        method,
        headers,
        redirect: "manual",
        signal: AbortSignal.any([signal, tooLate.signal]),
        ...(body === undefined ? {} : { body }),
      });
      const text = await readText(response);
      if (text === null)
        return failedForNow("channel.unreadable", `it answered more than ${answerBytesMax} bytes`);
      const retryAfterMs = retryAfterOf(response.headers.get("retry-after"));
      return { ok: true, status: response.status, retryAfterMs, text };
    } catch (error) {
      if (signal.aborted) return failedForNow("channel.stopped", "it was stopped before an answer came");
      if (tooLate.signal.aborted)
        return failedForNow("channel.timed-out", `no whole answer within ${withinMs / secondMs} s`);
      if (error instanceof InsideTarget) return failedForGood("channel.address", error.message);
      const code = codeOf(error);
      if (beforeSending.test(code))
        return failedForNow("channel.unreachable", `it could not be reached (${code})`);
      return failedForNow("channel.broken-off", `the connection ended before the answer did (${code})`);
    } finally {
      disarm();
    }
  };
}

/** The failure that a status tells of; null for 200 to 299. `detail`: the provider's own words. */
export function failureOfStatus(
  { status, retryAfterMs }: { readonly status: number; readonly retryAfterMs: DurationMs | null },
  detail: string,
): Failed | null {
  if (status >= 200 && status < 300) return null;
  const reason = `it answered ${status}${detail === "" ? "" : `: ${detail}`}`;
  if (status === 401 || status === 403) return failedForNow("channel.login", reason);
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return failedForNow("channel.not-now", reason, Math.min(retryAfterMs ?? 0, holdMaxMs));
  if (status < 400) return failedForNow("channel.unreadable", reason);
  return failedForGood("channel.refused", reason);
}

/** The text as JSON; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What stands at a JSON pointer; undefined where nothing does. */
export function atPointer(value: unknown, pointer: string): unknown {
  let here = value;
  for (const part of pointer.split("/").slice(1)) {
    if (typeof here !== "object" || here === null) return undefined;
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

/** A text at a JSON pointer, of a number too; null where there is none. */
export function textAt(value: unknown, pointer: string): string | null {
  const found = atPointer(value, pointer);
  return typeof found === "string" || typeof found === "number" ? String(found) : null;
}

function retryAfterOf(header: string | null): DurationMs | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) * secondMs : null;
}

function codeOf(error: unknown): string {
  for (const each of [error instanceof Error ? error.cause : undefined, error])
    if (each instanceof Error && "code" in each && typeof each.code === "string") return each.code;
  return "no code";
}

async function readText(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
