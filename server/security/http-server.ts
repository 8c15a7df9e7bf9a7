import { createServer, type RequestListener, type Server as HttpServer, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { BlockList, isIP, type Socket } from "node:net";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { KeyPair } from "./key-pair.ts";
import type { TlsSettings } from "./security-settings.ts";

/** Longest that the head of a request may take to arrive. Unit ms. */
export const headersTimeoutMs: DurationMs = 10_000;
/** Longest that a whole request may take to arrive. Unit ms. */
export const requestTimeoutMs: DurationMs = 30_000;
/** How often both are looked at. Unit ms. */
const checkEveryMs: DurationMs = 2_000;
/** How long a connection may wait for its next request: longer than the common 60 s of proxies. Unit ms. */
const keepAliveTimeoutMs: DurationMs = 72_000;
/** Longest that an agreement about TLS may take. Unit ms. */
const handshakeTimeoutMs: DurationMs = 10_000;
/** Largest head of a request, its address within it, in bytes; more headers than so many are not read. */
export const headerBytesMax = 16 * 1024;
const headersMax = 100;
/** Connections at one time, over all and from one address that is no trusted proxy; further ones are closed at once and counted. */
export const connectionsMax = 2_000;
export const connectionsPerAddressMax = 500;

/** What a server for HTTP is made from. */
export interface HttpServerParts {
  readonly tls: (KeyPair & Pick<TlsSettings, "minVersion">) | undefined;
  /** Addresses and networks of proxies. */
  readonly trusted: readonly string[];
  /** A connection was closed at a limit. */
  readonly refused: () => void;
  /** Stands in for `headersTimeoutMs`, `requestTimeoutMs`, `connectionsMax` and `connectionsPerAddressMax` in tests. */
  readonly limits?: Partial<HttpLimits>;
}

/** Limits of connections. */
export interface HttpLimits {
  readonly headersTimeoutMs: DurationMs;
  readonly requestTimeoutMs: DurationMs;
  readonly checkEveryMs: DurationMs;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
}

/** Makes the server that Fastify answers on, with its limits and, where there is a key pair, TLS. */
export function makeHttpServer(handler: RequestListener, parts: HttpServerParts): HttpServer {
  const limits = {
    headersTimeoutMs,
    requestTimeoutMs,
    checkEveryMs,
    connectionsMax,
    connectionsPerAddressMax,
    ...parts.limits,
  };
  const options: ServerOptions = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: headerBytesMax,
  };
  const server =
    parts.tls === undefined
      ? createServer(options, handler)
      : createTlsServer({ ...options, ...parts.tls, handshakeTimeout: handshakeTimeoutMs }, handler);
  server.maxHeadersCount = headersMax;
  server.maxConnections = limits.connectionsMax;
  server.on("drop", parts.refused);
  closeHalfOpenToo(server);
  boundPerAddress(server, limits.connectionsPerAddressMax, trustedList(parts.trusted), parts.refused);
  return server;
}

/** Who has not finished agreeing about TLS is on no list of Node's yet, and would hold up the end for as long as it likes. */
function closeHalfOpenToo(server: HttpServer): void {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const closeKnown = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    closeKnown();
    for (const socket of sockets) socket.destroy();
  };
}

/** One address alone cannot take all connections. */
function boundPerAddress(server: HttpServer, max: number, trusted: BlockList, refused: () => void): void {
  const open = new Map<string, number>();
  server.on("connection", (socket) => {
    const address = socket.remoteAddress ?? "";
    if (isTrusted(trusted, address)) return;
    const count = (open.get(address) ?? 0) + 1;
    if (count > max) {
      refused();
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

function trustedList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = "", bits] = text.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** `::ffff:192.0.2.7`, as sockets for both families say it, is the address 192.0.2.7. */
function isTrusted(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? "ipv6" : "ipv4");
}
