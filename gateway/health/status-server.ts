import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { statusStyle } from "./status-style.ts";

/** Shows how the gateway stands. Read-only, no secrets. */
export interface StatusServer {
  /** The address it listens on, `host:port`. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/** Something that a person may do at the gateway: `POST` with JSON. */
export interface StatusCall {
  readonly path: string;
  /** `isLocal`: the call comes from this machine. */
  readonly answer: (call: {
    readonly body: unknown;
    readonly authorization: string | undefined;
    readonly isLocal: boolean;
  }) => { readonly status: number; readonly body: unknown };
}

/** Largest body of a call. Bytes. */
export const callBytesMax = 4_096;

/**
 * Opens the status page: `/` is for people, `/status` says the same and more as JSON, `/health/live` says that the process runs; and what `calls` there
 * are. Throws `health.listen-failed`.
 */
export async function statusServer(
  listen: string,
  status: () => unknown,
  calls: readonly StatusCall[] = [],
  page: () => string = () => "",
): Promise<StatusServer> {
  // Imported, the module would load `fetch` as well, see server-link.ts.
  const { createServer } = process.getBuiltinModule("node:http");
  const colon = listen.lastIndexOf(":");
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      void answerCall(calls, request).then(({ status, body }) => send(response, status, body));
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      send(response, 405, { code: "http.method" });
      return;
    }
    switch ((request.url ?? "/").split("?")[0]) {
      case "/":
        sendText(response, "text/html; charset=utf-8", page());
        break;
      case "/status.css":
        sendText(response, "text/css; charset=utf-8", statusStyle);
        break;
      case "/status":
        send(response, 200, status());
        break;
      case "/health/live":
        send(response, 200, { live: true });
        break;
      default:
        send(response, 404, { code: "http.not-found" });
    }
  });
  server.headersTimeout = 10_000;
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new CodedError(
          "health.listen-failed",
          `The status page cannot listen on ${listen}: ${error.message}. Choose another health.listen.`,
          { context: { listen }, cause: error },
        ),
      ),
    );
    server.listen(Number(listen.slice(colon + 1)), listen.slice(0, colon), resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return { address: `${address}:${port}`, stop: () => closeServer(server) };
}

/** No script, no frame, nothing from elsewhere. */
const strictHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...strictHeaders, "content-type": "application/json" });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

function sendText(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { ...strictHeaders, "content-type": type });
  response.end(text);
}

/** A page in a browser cannot send JSON to another origin unasked, so a call that is no JSON is refused. */
async function answerCall(
  calls: readonly StatusCall[],
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  const call = calls.find(({ path }) => path === request.url);
  if (call === undefined) return { status: 404, body: { code: "http.not-found" } };
  const isJson = (request.headers["content-type"] ?? "").startsWith("application/json");
  const body = isJson ? await readJson(request).catch(() => undefined) : undefined;
  if (body === undefined) return { status: 400, body: { code: "http.not-json" } };
  const { authorization } = request.headers;
  const { remoteAddress = "" } = request.socket;
  return call.answer({ body, authorization, isLocal: loopback.test(remoteAddress) });
}

const loopback = /^(127\.|::1$|::ffff:127\.)/;

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    parts.push(part as Buffer);
    size += (part as Buffer).byteLength;
    if (size > callBytesMax) return undefined;
  }
  return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
