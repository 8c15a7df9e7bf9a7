import { readFileSync } from "node:fs";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { RequestOptions as HttpsOptions } from "node:https";
import { promisify } from "node:util";
import { gzip, zstdCompress } from "node:zlib";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { parseHttpDate } from "./http-date.ts";
import type { SendOutcome } from "./verdict.ts";

/** Sends the text of a batch; never throws. The port of the uplink. */
export type ServerLink = (body: string, signal: AbortSignal) => Promise<SendOutcome>;

/** Asks for what a gateway needs to keep watch and reports what it did alone; never throws. The port of the watch. */
export interface WatchLink {
  /** `tag`: that of the watch which is known, or null. */
  readonly watch: (
    probes: readonly string[],
    tag: string | null,
    signal: AbortSignal,
  ) => Promise<{ readonly outcome: SendOutcome; readonly tag: string | null }>;
  readonly report: (body: string, signal: AbortSignal) => Promise<SendOutcome>;
}
/** Told the server's `Date` with each answer; sent and received on the monotonic clock. */
export type HeardServer = (dateMs: EpochMs, sentMs: number, receivedMs: number) => void;

/** How bodies are packed. */
export type Compression = "zstd" | "gzip" | "none";

/** What the link needs. */
export interface ServerLinkParts {
  /** The server's base address. */
  readonly url: string;
  readonly token: string | undefined;
  /** File of the authority behind the server's certificate; read at each request, so that a new one needs no restart. */
  readonly ca?: string | undefined;
  readonly compression: Compression;
  /** How long a request may take in all. Unit ms. */
  readonly requestTimeoutMs: DurationMs;
  readonly clock: Clock;
  readonly heard?: HeardServer;
}

/** How long a first contact at the start may take. Unit ms. */
export const firstContactMs: DurationMs = 2_000;

/** Largest answer that is read. Bytes. */
export const answerBytesMax = 4 * 1024 * 1024;

const pack: Record<Compression, (text: string) => Promise<Uint8Array> | Uint8Array> = {
  zstd: (text) => promisify(zstdCompress)(text),
  gzip: (text) => promisify(gzip)(text),
  none: (text) => Buffer.from(text),
};

/** A request to the server. */
interface ServerRequest {
  readonly method: "GET" | "POST";
  /** Below the server's base address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

/** The adapter over Node's HTTP client: the only place that speaks HTTP to the server. */
export function httpServerLink(parts: ServerLinkParts): ServerLink {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (parts.compression !== "none") headers["content-encoding"] = parts.compression;
  return async (text, stop) => {
    const body = await pack[parts.compression](text);
    return (await exchange(parts, { method: "POST", path: "v1/batches", headers, body }, stop)).outcome;
  };
}

/** The link over which a gateway asks what it needs to keep watch alone, and tells what it did then; the calls of core/contract/edge.ts. */
export function httpWatchLink(parts: ServerLinkParts & { readonly gateway: string }): WatchLink {
  const path = `v1/gateways/${encodeURIComponent(parts.gateway)}`;
  return {
    watch: (probes, tag, stop) => {
      const headers: Record<string, string> = tag === null ? {} : { "if-none-match": tag };
      const query = new URLSearchParams({ probes: probes.join(",") }).toString();
      return exchange(parts, { method: "GET", path: `${path}/watch?${query}`, headers, body: null }, stop);
    },
    report: async (text, stop) => {
      const headers = { "content-type": "application/json" };
      const body = Buffer.from(text);
      return (await exchange(parts, { method: "POST", path: `${path}/edge-alarms`, headers, body }, stop))
        .outcome;
    },
  };
}

async function exchange(
  parts: ServerLinkParts,
  { method, path, headers, body }: ServerRequest,
  stop: AbortSignal,
): Promise<{ readonly outcome: SendOutcome; readonly tag: string | null }> {
  const deadline = new AbortController();
  const cancel = parts.clock.after(parts.requestTimeoutMs, () => deadline.abort());
  try {
    const sentMs = parts.clock.monotonicMs();
    const sent = requestTo(new URL(path, parts.url.endsWith("/") ? parts.url : `${parts.url}/`), {
      method,
      headers: {
        ...headers,
        ...(body === null ? {} : { "content-length": String(body.byteLength) }),
        ...(parts.token === undefined ? {} : { authorization: `Bearer ${parts.token}` }),
      },
      ...(parts.ca === undefined ? {} : { ca: readAuthority(parts.ca) }),
      signal: AbortSignal.any([deadline.signal, stop]),
    });
    const response = await answerTo(sent, body);
    tellDate(parts, response, sentMs);
    const text = await readAnswer(response);
    const retryAfterMs = retryAfter(response.headers["retry-after"] ?? null);
    return {
      outcome: { kind: "answer", status: response.statusCode ?? 0, body: text, retryAfterMs },
      tag: response.headers.etag ?? null,
    };
  } catch (error) {
    const outcome: SendOutcome = deadline.signal.aborted
      ? {
          kind: "none",
          code: "uplink.timeout",
          detail: `no answer within ${parts.requestTimeoutMs / 1000} s`,
        }
      : { kind: "none", code: "uplink.unreachable", detail: reasonOf(error) };
    return { outcome, tag: null };
  } finally {
    cancel();
  }
}

/** Asks the server for a sign of life, above all for its `Date`; never throws. */
export async function firstContact(parts: ServerLinkParts): Promise<void> {
  const brief = { ...parts, requestTimeoutMs: Math.min(firstContactMs, parts.requestTimeoutMs) };
  const request = { method: "GET", path: "health/live", headers: {}, body: null } as const;
  await exchange(brief, request, new AbortController().signal);
}

function tellDate({ heard, clock }: ServerLinkParts, response: IncomingMessage, sentMs: number): void {
  const dateMs = parseHttpDate(response.headers.date ?? "");
  if (dateMs !== null) heard?.(dateMs, sentMs, clock.monotonicMs());
}

/** Not `fetch`, and not an import: both load a second HTTP client with its WebAssembly, a tenth of the memory that a gateway may use. */
function requestTo(url: URL, options: HttpsOptions): ClientRequest {
  const { request } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http");
  return request(url, options);
}

const answerTo = (sent: ClientRequest, body: Uint8Array | null): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    sent.once("response", resolve);
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });

async function readAnswer(response: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > answerBytesMax) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function retryAfter(header: string | null): DurationMs | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CodedError("settings.unreadable", `server.ca: ${path} cannot be read`, {
      context: { path },
      cause,
    });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CodedError) return error.message;
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.message : String(error);
}
