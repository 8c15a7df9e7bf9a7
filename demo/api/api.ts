import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type * as z from "zod";

/** How long one call may take, in milliseconds. */
const callTimeoutMs = 10_000;

/** The server's answer to a call. */
export interface Answer {
  readonly status: number;
  /** The JSON body; null where there is none. */
  readonly body: unknown;
}

/** The server's HTTP contract, as another program uses it. */
export interface Api {
  /** One call; throws `demo.server-unreachable` where no answer came. */
  readonly call: (method: "GET" | "PUT" | "POST", path: string, body?: unknown) => Promise<Answer>;
  /** Reads something; null where the server answers anything but 200 in the expected shape, or nothing. */
  readonly read: <Schema extends z.ZodType>(schema: Schema, path: string) => Promise<z.output<Schema> | null>;
}

/** Makes a client of the server at `url` that shows `token`. It gives up calls when `signal` says so. */
export function openApi(url: string, token: string, signal: AbortSignal): Api {
  const call: Api["call"] = async (method, path, body) => {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: parse(await response.text()) };
    } catch (cause) {
      throw new CodedError("demo.server-unreachable", `No answer from ${url} to ${method} ${path}.`, {
        cause,
      });
    }
  };
  return {
    call,
    read: async (schema, path) => {
      try {
        const { status, body } = await call("GET", path);
        const parsed = schema.safeParse(body);
        return status === 200 && parsed.success ? parsed.data : null;
      } catch {
        return null;
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
