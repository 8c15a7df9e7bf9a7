import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before an InfluxDB 1.x as newer ones look from outside: `/api/v2/write` becomes `/write`, `/query` passes. For tests alone. */
export interface InfluxRelay {
  readonly url: string;
  readonly stop: () => Promise<void>;
  /** Answers writes in InfluxDB's stead where it returns something; null passes them on. */
  answer: ((path: string) => { status: number; body: string } | null) | null;
}

/** Starts a relay to an InfluxDB on a port of this machine. */
export async function startRelay(port: number): Promise<InfluxRelay> {
  const relay: { answer: InfluxRelay["answer"] } = { answer: null };
  const server = createServer((incoming, outgoing) => {
    const path = pathFor(incoming.url ?? "/");
    const given = path === null ? { status: 404, body: "{}" } : (relay.answer?.(path) ?? null);
    if (given !== null || path === null) {
      incoming.resume();
      outgoing.writeHead(given?.status ?? 404, { "content-type": "application/json" }).end(given?.body);
      return;
    }
    pass(incoming, outgoing, port, path);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo;
  return Object.assign(relay, {
    url: `http://127.0.0.1:${own}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

function pathFor(url: string): string | null {
  const { pathname, searchParams } = new URL(url, "http://relay");
  if (pathname === "/query" || pathname === "/ping") return url;
  if (pathname !== "/api/v2/write") return null;
  const database = searchParams.get("bucket") ?? "";
  const precision = searchParams.get("precision") === "ns" ? "n" : (searchParams.get("precision") ?? "n");
  return `/write?${new URLSearchParams({ db: database, precision }).toString()}`;
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number, path: string): void {
  const { headers, method } = incoming;
  const onwards = request({ port, host: "127.0.0.1", path, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
  });
  onwards.on("error", () => outgoing.destroy());
  outgoing.on("close", () => onwards.destroy());
  incoming.pipe(onwards);
}
