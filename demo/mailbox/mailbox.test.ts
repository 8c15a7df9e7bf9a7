import { createServer } from "node:http";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Mail } from "./mail.ts";
import { mailBytesMax } from "./mail.ts";
import { openMailStore } from "./mail-store.ts";
import { openMailboxServer } from "./mailbox-server.ts";
import { answerCanary, canaryAddress } from "./answer-canary.ts";
import { openSmtpSink } from "./smtp-sink.ts";

// A real mail client on a real socket at one side, a browser's requests at the other.

const loopback = { host: "127.0.0.1", port: 0 };
const clock = virtualClock(Temporal.Instant.from("2026-11-22T02:10:00Z").epochMilliseconds);
let folder = "";
let stack = new AsyncDisposableStack();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-mailbox-"));
  stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
});
afterEach(() => stack.disposeAsync());

interface Opened {
  readonly send: (mail: { subject: string; text: string }) => Promise<unknown>;
  readonly get: (path: string) => Promise<Response>;
}

async function open(max?: number): Promise<Opened> {
  const store = await openMailStore(folder, clock, max);
  const sink = await openSmtpSink(store);
  stack.defer(sink.close);
  const pages = await openMailboxServer(store, "Europe/Brussels", loopback, null);
  stack.defer(pages.close);
  const transport = createTransport({ host: "127.0.0.1", port: sink.port });
  stack.defer(() => transport.close());
  return {
    send: (mail) => transport.sendMail({ from: "coldkeep@example.org", to: "An <an@example.org>", ...mail }),
    get: (path) => fetch(`http://127.0.0.1:${pages.port}${path}`),
  };
}

test("a mail that a client sent stands in the list and has a page, at the site's time", async () => {
  const { send, get } = await open();
  await send({ subject: "Fridge 1: 7.2 °C", text: "Look: http://127.0.0.1:8080/excursions/1\nNow." });
  const [mail] = (await (await get("/mails.json")).json()) as Mail[];
  expect(mail).toMatchObject({
    from: "coldkeep@example.org",
    to: ["An <an@example.org>"],
    subject: "Fridge 1: 7.2 °C",
  });
  const list = await (await get("/")).text();
  expect(list).toContain("Fridge 1: 7.2 °C");
  expect(list).toContain("03:10:00");
  expect(list).toContain('http-equiv="refresh"');
  const page = await (await get(`/mails/${mail?.id}`)).text();
  expect(page).toContain('<a href="http://127.0.0.1:8080/excursions/1" rel="noreferrer">');
});

test("what a mail says is shown as text, never run", async () => {
  const { send, get } = await open();
  const evil = "<script>alert(1)</script>";
  await send({ subject: evil, text: `${evil} http://x/"onclick="alert(1)` });
  const [mail] = (await (await get("/mails.json")).json()) as Mail[];
  for (const path of ["/", `/mails/${mail?.id}`]) {
    const response = await get(path);
    const page = await response.text();
    expect(page).not.toContain("<script");
    expect(page).not.toContain('"onclick');
    expect(page).toContain("&#60;script&#62;");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  }
});

test("newest first, the oldest leave beyond the limit, and a second start shows them again", async () => {
  const first = await open(2);
  for (const subject of ["one", "two", "three"]) {
    await first.send({ subject, text: "x" });
    clock.advance(1_000);
  }
  const subjects = async (opened: Opened): Promise<string[]> =>
    ((await (await opened.get("/mails.json")).json()) as Mail[]).map((mail) => mail.subject);
  expect(await subjects(first)).toEqual(["three", "two"]);
  expect(readdirSync(folder)).toHaveLength(2);
  expect(await subjects(await open(2))).toEqual(["three", "two"]);
});

test("a mail that is too large is refused and not kept", async () => {
  const { send, get } = await open();
  await expect(send({ subject: "large", text: "x".repeat(mailBytesMax + 1) })).rejects.toMatchObject({
    responseCode: 552,
  });
  expect(await (await get("/mails.json")).json()).toEqual([]);
});

test("what is not there is said so", async () => {
  const { get } = await open();
  expect((await get("/mails/1-000000")).status).toBe(404);
  expect((await get("/mails/../../etc")).status).toBe(404);
});

test("a test alarm's mail is answered by its link, and no other mail is", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      asked.push(`${request.method} ${request.url} ${body}`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const path = "/a/1z.AAAAAAAAAA_BBBBBBBB-";
  const mail = {
    id: "1",
    at: 0,
    from: "cold@example.org",
    subject: "DRILL",
    text: `Answer here: ${url}${path}\n`,
  };
  expect(await answerCanary({ ...mail, to: ["on-call@bloodbank.example"] }, url)).toBe(false);
  expect(await answerCanary({ ...mail, to: [canaryAddress], text: "no link" }, url)).toBe(false);
  expect(await answerCanary({ ...mail, to: [canaryAddress] }, url)).toBe(true);
  expect(asked).toEqual([`POST ${path} what=The+test+alarm+arrived&minutes=10`]);
});
