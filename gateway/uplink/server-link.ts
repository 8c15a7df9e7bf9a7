import { promisify } from "node:util";
import { gzip, zstdCompress } from "node:zlib";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { SendOutcome } from "./verdict.ts";

/** Sends the text of a batch; never throws. The port of the uplink. */
export type ServerLink = (body: string, signal: AbortSignal) => Promise<SendOutcome>;

/** How bodies are packed. */
export type Compression = "zstd" | "gzip" | "none";

/** What the link needs. */
export interface ServerLinkParts {
  /** The server's base address. */
  readonly url: string;
  readonly token: string | undefined;
  readonly compression: Compression;
  /** How long a request may take in all. Unit ms. */
  readonly requestTimeoutMs: DurationMs;
  readonly clock: Clock;
}

/** Largest answer that is read. Bytes. */
export const answerBytesMax = 4 * 1024 * 1024;

const pack: Record<Compression, (text: string) => Promise<Uint8Array> | Uint8Array> = {
  zstd: (text) => promisify(zstdCompress)(text),
  gzip: (text) => promisify(gzip)(text),
  none: (text) => Buffer.from(text),
};

/** The adapter over `fetch`: the only place that speaks HTTP to the server. */
export function httpServerLink(parts: ServerLinkParts): ServerLink {
  const target = new URL("v1/batches", parts.url.endsWith("/") ? parts.url : `${parts.url}/`);
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (parts.token !== undefined) headers["authorization"] = `Bearer ${parts.token}`;
  if (parts.compression !== "none") headers["content-encoding"] = parts.compression;
  return async (body, stop) => {
    const deadline = new AbortController();
    const cancel = parts.clock.after(parts.requestTimeoutMs, () => deadline.abort());
    try {
      const packed = await pack[parts.compression](body);
      const response = await fetch(target, {
        method: "POST",
        headers,
        body: packed as Uint8Array<ArrayBuffer>,
        redirect: "manual",
        signal: AbortSignal.any([deadline.signal, stop]),
      });
      const text = await readAnswer(response);
      return {
        kind: "answer",
        status: response.status,
        body: text,
        retryAfterMs: retryAfter(response.headers.get("retry-after")),
      };
    } catch (error) {
      if (deadline.signal.aborted) {
        const detail = `no answer within ${parts.requestTimeoutMs / 1000} s`;
        return { kind: "none", code: "uplink.timeout", detail };
      }
      return { kind: "none", code: "uplink.unreachable", detail: reasonOf(error) };
    } finally {
      cancel();
    }
  };
}

async function readAnswer(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > answerBytesMax) {
      await response.body?.cancel().catch(() => {});
      break;
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function retryAfter(header: string | null): DurationMs | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.message : String(error);
}
