import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

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
 * Opens the status page: `/health/live` says that the process runs, `/status` says everything as JSON, and what `calls` there are. Throws `health.listen-failed`.
 */
export async function statusServer(
  listen: string,
  status: () => unknown,
  calls: readonly StatusCall[] = [],
): Promise<StatusServer> {
  // Imported, the module would load `fetch` as well, see server-link.ts.
  const { createServer } = process.getBuiltinModule("node:http");
  const colon = listen.lastIndexOf(":");
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      void answerCall(calls, request).then(({ status, body }) => send(response, status, body));
      return;
    }
    const path = (request.url ?? "/").split("?")[0];
    const known = path === "/health/live" || path === "/status" || path === "/";
    const body = path === "/health/live" ? { live: true } : known ? status() : { code: "http.not-found" };
    send(response, known ? 200 : 404, body);
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

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
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
