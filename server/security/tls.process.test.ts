import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectPlain } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { makeServer, type Server } from "../app.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { isOpensslMissing, makeAuthority, makePair, type TestPair } from "../testing/certificates.ts";
import { lookEveryMs } from "./key-keeper.ts";
import { isSecure } from "./security-settings.ts";

let folder: string;
let authority: TestPair;
let pairs: Record<"first" | "second" | "ended", TestPair>;
let used: TestPair;
let server: Server;
let clock: VirtualClock;
let said: string[];

describe.skipIf(isOpensslMissing())("TLS at the server", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "coldkeep-tls-"));
    authority = makeAuthority(folder);
    pairs = {
      first: makePair(folder, authority, "first"),
      second: makePair(folder, authority, "second"),
      ended: makePair(folder, authority, "ended", -1),
    };
    used = { cert: join(folder, "used.crt"), key: join(folder, "used.key") };
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  afterEach(() => server.stop());

  const put = ({ cert, key }: TestPair): void => {
    copyFileSync(cert, used.cert);
    copyFileSync(key, used.key);
  };

  const start = async (changes: object = {}): Promise<URL> => {
    said = [];
    clock = virtualClock(Date.now());
    const content = {
      data: mkdtempSync(join(folder, "data-")),
      listen: "127.0.0.1:0",
      tls: { ...used, ...changes },
    };
    const logger = pino({ level: "info" }, { write: (line: string) => void said.push(line) });
    server = await makeServer(readServerSettings(content, "test", {}), { clock, logger });
    return new URL(await server.start());
  };

  const meet = async ({ port }: URL, options: ConnectionOptions = {}): Promise<TLSSocket> => {
    const ca = readFileSync(authority.cert);
    const socket = connect({ host: "127.0.0.1", port: Number(port), ca, ...options });
    await once(socket, "secureConnect");
    return socket;
  };

  const nameMet = async (url: URL): Promise<unknown> => {
    const socket = await meet(url);
    const name = socket.getPeerCertificate().subject.CN;
    socket.destroy();
    return name;
  };

  const ask = async (socket: TLSSocket): Promise<string> => {
    socket.write("GET /health/live HTTP/1.1\r\nhost: cold\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString();
  };

  test("speaks HTTPS with the certificate of the settings, and says to browsers to keep to it", async () => {
    put(pairs.first);
    const url = await start();
    expect(url.protocol).toBe("https:");
    const call = request(new URL("/sign-in", url), { ca: readFileSync(authority.cert) }).end();
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["strict-transport-security"]).toMatch(/^max-age=31536000/);
    expect(answer.headers["content-security-policy"]).toMatch("upgrade-insecure-requests");
  });

  test("TLS 1.1 is refused, 1.2 is taken, and 1.3 alone where the settings say so", async () => {
    put(pairs.first);
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const url = await start();
    await expect(meet(url, old)).rejects.toThrow();
    (await meet(url, { maxVersion: "TLSv1.2" })).destroy();
    await server.stop();
    const strict = await start({ minVersion: "TLSv1.3" });
    await expect(meet(strict, { maxVersion: "TLSv1.2" })).rejects.toThrow();
    expect((await meet(strict)).getProtocol()).toBe("TLSv1.3");
  });

  test("who has met the server and says nothing does not hold up its end", async () => {
    put(pairs.first);
    const url = await start();
    const silent = await meet(url);
    const plain = connectPlain(Number(url.port), "127.0.0.1");
    await once(plain, "connect");
    for (const socket of [silent, plain]) socket.on("error", () => undefined);
    const ended = Promise.all([once(silent, "close"), once(plain, "close")]);
    await server.stop();
    await ended;
    await start();
  });

  test("plain HTTP gets no answer there", async () => {
    put(pairs.first);
    const { port } = await start();
    const socket = connectPlain(Number(port), "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: cold\r\n\r\n");
    let heard = "";
    socket.on("data", (data: Buffer) => (heard += data.toString("latin1")));
    socket.on("error", () => undefined);
    await once(socket, "close");
    expect(heard).not.toMatch("200 OK");
  });

  test("a changed pair is taken for new connections, and open ones go on", async () => {
    put(pairs.first);
    const url = await start();
    const open = await meet(url);
    expect(await ask(open)).toMatch("200 OK");
    put(pairs.second);
    clock.advance(lookEveryMs);
    expect(await nameMet(url)).toBe("second");
    expect(await ask(open)).toMatch("200 OK");
    open.destroy();
    put(pairs.first);
    server.reload();
    expect(await nameMet(url)).toBe("first");
  });

  test("a bad new pair leaves the one before in use, says so, and never tells what is in the files", async () => {
    put(pairs.first);
    const url = await start();
    const secret = "PLANTED-8c1f";
    const bad: (() => void)[] = [
      () => copyFileSync(pairs.second.key, used.key),
      () => writeFileSync(used.key, secret),
      () => rmSync(used.cert),
      () => put(pairs.ended),
    ];
    for (const [index, make] of bad.entries()) {
      put(pairs.first);
      make();
      server.reload();
      expect(await nameMet(url)).toBe("first");
      expect(said.filter((line) => /the one before stays in use/.test(line))).toHaveLength(index + 1);
    }
    expect(said.join("")).not.toContain(secret);
    expect(said.join("")).not.toContain("PRIVATE KEY");
    const metrics = await server.web.inject({ url: "/metrics" });
    expect(metrics.payload).toMatch(/^coldkeep_tls_certificate_seconds 1\d{5}/m);
  });

  test("a pair that does not belong together, or is not there, stops the start", async () => {
    put(pairs.first);
    await start();
    const content = (tls: object) => ({ data: mkdtempSync(join(folder, "data-")), tls });
    const make = (tls: object) =>
      makeServer(readServerSettings(content(tls), "test", {}), { clock, logger: pino({ level: "silent" }) });
    await expect(make({ cert: pairs.first.cert, key: pairs.second.key })).rejects.toThrow(/cannot be used/);
    await expect(make({ cert: join(folder, "none"), key: pairs.second.key })).rejects.toThrow(/ENOENT/);
  });

  test("a certificate that ends soon is warned of at the start", async () => {
    put(pairs.first);
    await start();
    expect(said.join("")).toMatch("ends soon");
  });
});

describe("without TLS", () => {
  test("only a server that others reach is warned of, unless a proxy is in front", async () => {
    const warns = async (more: object): Promise<boolean> => {
      const lines: string[] = [];
      const place = mkdtempSync(join(tmpdir(), "coldkeep-tls-"));
      const logger = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
      const settings = readServerSettings({ data: place, ...more }, "test", {});
      const made = await makeServer(settings, { clock: virtualClock(0), logger });
      await made.start();
      await made.stop();
      rmSync(place, { recursive: true });
      return /travel in the clear/.test(lines.join(""));
    };
    expect(await warns({ listen: "127.0.0.1:0" })).toBe(false);
    expect(await warns({ listen: "0.0.0.0:0" })).toBe(true);
    expect(await warns({ listen: "0.0.0.0:0", behindProxy: { trust: ["10.0.0.0/8"] } })).toBe(false);
  });

  test("cookies are for TLS alone where browsers speak it, here or at a proxy", () => {
    expect(isSecure(readServerSettings({}, "test", {}))).toBe(false);
    expect(isSecure(readServerSettings({ behindProxy: { trust: ["::1"] } }, "test", {}))).toBe(true);
    for (const trust of [[], ["everybody"], ["0.0.0.0/0"], ["::/0"], ["10.0.0.0/33"]])
      expect(() => readServerSettings({ behindProxy: { trust } }, "test", {})).toThrow(/behindProxy.trust/);
  });
});
