import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** Shows how the gateway stands. Read-only, no secrets. */
export interface StatusServer {
  /** The address it listens on, `host:port`. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/**
 * Opens the status page: `/health/live` says that the process runs, `/status` says everything as JSON. Throws `health.listen-failed`.
 */
export async function statusServer(listen: string, status: () => unknown): Promise<StatusServer> {
  const colon = listen.lastIndexOf(":");
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    const known = path === "/health/live" || path === "/status" || path === "/";
    const body = path === "/health/live" ? { live: true } : known ? status() : { code: "http.not-found" };
    response.writeHead(known ? 200 : 404, {
      "content-type": "application/json",
      "cache-control": "no-store",
    });
    response.end(`${JSON.stringify(body, null, 2)}\n`);
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

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
