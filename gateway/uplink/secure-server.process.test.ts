import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Certificates, type KeyPair, makeCertificates, opensslMissing } from "../rig/certificates.ts";
import { httpServerLink } from "./server-link.ts";

const missing = opensslMissing();

let folder: string;
let made: Certificates;
let server: Server;

const answer = { committed: 1, accepted: 1, duplicates: 0, rejected: [] };

async function listen({ cert, key }: KeyPair): Promise<string> {
  server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_request, response) => {
    response.end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const send = (url: string, ca?: string) =>
  httpServerLink({
    url,
    token: "t",
    ca,
    compression: "none",
    requestTimeoutMs: 10_000,
    clock: systemClock,
  })("{}", new AbortController().signal);

describe.skipIf(missing !== null)(`a server with TLS (${missing ?? "with OpenSSL"})`, () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "coldkeep-tls-"));
    made = makeCertificates(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test("is spoken to where the authority of the settings signed its certificate", async () => {
    const url = await listen(made.broker);
    expect(await send(url, made.ca)).toMatchObject({ kind: "answer", status: 200 });
  });

  test("is told nothing where nobody known signed it, or it has ended, or the authority cannot be read", async () => {
    const url = await listen(made.broker);
    expect(await send(url)).toMatchObject({ kind: "none", code: "uplink.unreachable" });
    expect(await send(url, made.stranger.cert)).toMatchObject({ kind: "none", code: "uplink.unreachable" });
    expect(await send(url, join(folder, "none"))).toMatchObject({
      kind: "none",
      detail: `server.ca: ${join(folder, "none")} cannot be read`,
    });
    server.close();
    const ended = await listen(made.expiredBroker);
    expect(await send(ended, made.ca)).toMatchObject({ kind: "none", detail: "CERT_HAS_EXPIRED" });
  });
});
