import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { batchBytesMax } from "@coldkeep/core/contract/batch.ts";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeServer, type Server } from "../app.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { headerBytesMax, type HttpLimits, makeHttpServer } from "./http-server.ts";

/** Its end, whether with an error or not. */
const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once("close", () => resolve());
  });

/** Sends bytes on a connection of their own and hears what comes until it is closed. */
async function tell(port: number, ...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  let heard = "";
  socket.on("data", (data: Buffer) => (heard += data.toString("latin1")));
  const closed = closeOf(socket);
  for (const part of parts) socket.write(part);
  // Who hangs up before the answer gets none.
  if (!parts.some((part) => String(part).includes("connection: close"))) socket.end();
  await closed;
  return heard;
}

const token = "authorization: Bearer limits-token";

function post(path: string, body: string | Uint8Array, ...headers: string[]): (string | Uint8Array)[] {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: cold",
    token,
    "content-type: application/json",
    "connection: close",
    `content-length: ${length}`,
    ...headers,
  ];
  return [`${head.join("\r\n")}\r\n\r\n`, body];
}

describe("a server on the network", () => {
  let folder: string;
  let server: Server;
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coldkeep-limits-"));
    const content = { data: join(folder, "data"), listen: "127.0.0.1:0" };
    const settings = readServerSettings(content, "test", { COLDKEEP_API_TOKEN: "limits-token" });
    server = await makeServer(settings, { clock: systemClock, logger: pino({ level: "silent" }) });
    port = Number(new URL(await server.start()).port);
  });

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const isAlive = async (): Promise<boolean> =>
    (await tell(port, "GET /health/live HTTP/1.1\r\nhost: cold\r\nconnection: close\r\n\r\n")).startsWith(
      "HTTP/1.1 200",
    );

  test("does not read a head without end, nor an address", async () => {
    const long = "x".repeat(headerBytesMax);
    expect(await tell(port, `GET / HTTP/1.1\r\nhost: cold\r\nx: ${long}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
    expect(await tell(port, `GET /${long} HTTP/1.1\r\nhost: cold\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
  });

  test("refuses what two readers could understand in two ways", async () => {
    const body = "0\r\n\r\nGET /metrics HTTP/1.1\r\nhost: cold\r\n\r\n";
    const both = `POST /v1/movements HTTP/1.1\r\nhost: cold\r\n${token}\r\ncontent-length: ${body.length}\r\ntransfer-encoding: chunked\r\n\r\n${body}`;
    expect(await tell(port, both)).toMatch(/^HTTP\/1.1 400/);
    expect(await tell(port, both)).not.toContain("coldkeep_");
    expect(await tell(port, "GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
    expect(await tell(port, "GET / HTTP/1.1\r\nhost: cold\r\nx: a\rb\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
  });

  test("takes no larger body than the call has use for, packed or not", async () => {
    const json = (bytes: number) => `"${"x".repeat(bytes)}"`;
    expect(await tell(port, ...post("/v1/movements", json(300_000)))).toMatch(/^HTTP\/1.1 413/);
    expect(await tell(port, ...post("/v1/batches", json(batchBytesMax)))).toMatch(/^HTTP\/1.1 413/);
    const bomb = Buffer.alloc(64 * 1024 * 1024, " ");
    for (const [encoding, packed] of [
      ["gzip", gzipSync(bomb)],
      ["zstd", zstdCompressSync(bomb)],
    ] as const) {
      expect(packed.byteLength).toBeLessThan(100_000);
      const answer = await tell(port, ...post("/v1/batches", packed, `content-encoding: ${encoding}`));
      expect(answer).toContain("batch.too-large");
    }
  });

  test("is not brought down by depth, nor made to believe what stands in a prototype", async () => {
    const depth = 100_000;
    const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    for (const path of ["/v1/movements", "/v1/batches", "/v1/site"])
      expect(await tell(port, ...post(path, deep))).toMatch(/^HTTP\/1.1 4\d\d/);
    const deepBatch = `{"gateway":"g","sequence":1,"readings":[${deep}]}`;
    expect(await tell(port, ...post("/v1/batches", deepBatch))).toMatch(/^HTTP\/1.1 [245]\d\d/);
    const pollution = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    for (const path of ["/v1/movements", "/v1/batches", "/v1/site"])
      expect(await tell(port, ...post(path, pollution))).toMatch(/^HTTP\/1.1 4\d\d/);
    const batch = `{"gateway":"g","sequence":2,"readings":[{"__proto__":{"polluted":1},"probe":"__proto__"}]}`;
    await tell(port, ...post("/v1/batches", batch));
    const form = "__proto__[polluted]=1&__proto__.polluted=1&constructor.prototype.polluted=1";
    const formHead = `POST /alarms/x/acknowledge HTTP/1.1\r\nhost: cold\r\nsec-fetch-site: same-origin\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${form.length}\r\n\r\n`;
    expect(await tell(port, formHead, form)).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(
      await tell(
        port,
        `GET /v1/alarms?__proto__[polluted]=1 HTTP/1.1\r\nhost: cold\r\n${token}\r\nconnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP/);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(await isAlive()).toBe(true);
  });

  test("answers on after whatever bytes", async () => {
    const pieces = fc.constantFrom(
      "GET ",
      "/",
      " HTTP/1.1\r\n",
      "host: cold\r\n",
      "\r\n",
      "content-length: 5\r\n",
      "transfer-encoding: chunked\r\n",
      "5\r\nhello\r\n",
      "\u0000",
      "\u0016\u0003\u0001",
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(pieces).map((parts) => Buffer.from(parts.join(""), "latin1")),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => {
        await tell(port, sent);
        expect(await isAlive()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe("connections", () => {
  let server: HttpServer;
  let refused: number;

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const listen = async (limits: Partial<HttpLimits>, trusted: string[] = []): Promise<number> => {
    refused = 0;
    const parts = { tls: undefined, trusted, refused: () => (refused += 1), limits };
    server = makeHttpServer((_request, response) => response.end("well"), parts);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };

  const open = async (port: number): Promise<{ socket: Socket; closed: Promise<void> }> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    const closed = closeOf(socket);
    await once(socket, "connect");
    return { socket, closed };
  };

  test("that never come to the end of a head are closed", async () => {
    const port = await listen({ headersTimeoutMs: 100, requestTimeoutMs: 200, checkEveryMs: 20 });
    const { socket, closed } = await open(port);
    socket.resume();
    socket.write("GET / HTTP/1.1\r\nhost: cold\r\nx-slow: ");
    await closed;
  });

  test("that never come to the end of a body are closed", async () => {
    const port = await listen({ headersTimeoutMs: 100, requestTimeoutMs: 200, checkEveryMs: 20 });
    server.removeAllListeners("request");
    server.on("request", (request) => request.resume());
    const { socket, closed } = await open(port);
    socket.resume();
    socket.write("POST / HTTP/1.1\r\nhost: cold\r\ncontent-length: 1000\r\n\r\nx");
    await closed;
  });

  test("of one address are bounded, those of a trusted proxy only together with all", async () => {
    const port = await listen({ connectionsPerAddressMax: 2, connectionsMax: 4 });
    const first = await open(port);
    await open(port);
    await (
      await open(port)
    ).closed;
    expect(refused).toBe(1);
    first.socket.destroy();
    await first.closed;
    expect(await tell(port, "GET / HTTP/1.1\r\nhost: cold\r\nconnection: close\r\n\r\n")).toContain("well");
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const proxied = await listen({ connectionsPerAddressMax: 2, connectionsMax: 4 }, ["127.0.0.0/8"]);
    for (let index = 0; index < 4; index += 1) await open(proxied);
    await (
      await open(proxied)
    ).closed;
    expect(refused).toBe(1);
  });
});
