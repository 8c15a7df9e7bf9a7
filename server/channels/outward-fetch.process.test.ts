/** Addresses that people enter lead nowhere inside, whatever name they hide behind; over real connections. */
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { makeHttpCaller } from "./http-call.ts";
import { allowTargets } from "./inside-address.ts";
import { type FindAddresses, outwardFetch } from "./outward-fetch.ts";

let port = 0;
const heard: string[] = [];
const server = createServer((request, response) => {
  heard.push(`${request.headers.host} ${request.method}`);
  if (request.url === "/moved")
    response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
  else if (request.url === "/empty") response.writeHead(204).end();
  else response.writeHead(429, { "retry-after": "7" }).end("busy");
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => void server.close());

const post = (url: string, allow: readonly string[], find?: FindAddresses) =>
  makeHttpCaller(virtualClock(0), outwardFetch(allowTargets(allow), find))(
    { method: "POST", url, headers: { "x-a": "b" }, body: "{}" },
    new AbortController().signal,
  );
/** Questions that the name service was asked. */
let asked = 0;
const named =
  (...answers: readonly string[][]): FindAddresses =>
  (_host, _options, done) =>
    done(
      null,
      (answers[asked++] ?? []).map((address) => ({ address, family: 4 })),
    );
test.each([
  "http://127.0.0.1",
  "http://localhost",
  "http://127.1",
  "http://2130706433",
  "http://0x7f.1",
  "http://0",
  "http://[::1]",
  "http://[::ffff:127.0.0.1]",
  "http://169.254.169.254",
])("nothing is sent inside, and the message is refused for good: %s", async (host) => {
  heard.length = 0;
  const answer = await post(`${host}:${port}/`, []);
  expect(answer).toMatchObject({ ok: false, isPermanent: true, code: "channel.address" });
  expect(answer).toMatchObject({ reason: expect.stringContaining('"allow"') });
  expect(heard).toEqual([]);
});

test("a name is asked for once, and what it hides inside is never called: neither at first nor by a second answer", async () => {
  heard.length = 0;
  asked = 0;
  const inside = await post(`http://hooks.example:${port}/`, [], named(["127.0.0.1"]));
  expect(inside).toMatchObject({ ok: false, isPermanent: true, code: "channel.address" });
  asked = 0;
  // Allowed by its address when it was looked at; the next answer of the name service would lead elsewhere.
  const answer = await post(
    `http://hooks.example:${port}/`,
    ["127.0.0.1"],
    named(["127.0.0.1"], ["10.0.0.1"]),
  );
  expect(answer).toMatchObject({ ok: true, status: 429, retryAfterMs: 7_000, text: "busy" });
  expect(asked).toBe(1);
  asked = 0;
  const mixed = await post(`http://hooks.example:${port}/`, ["127.0.0.1"], named(["10.0.0.1", "127.0.0.1"]));
  expect(mixed).toMatchObject({ ok: true, status: 429 });
  expect(heard).toEqual([`hooks.example:${port} POST`, `hooks.example:${port} POST`]);
});

test("what is allowed by name is called, redirects are not followed, and an answer without a body is one", async () => {
  heard.length = 0;
  expect(await post(`http://localhost:${port}/moved`, ["localhost"])).toMatchObject({
    ok: true,
    status: 302,
  });
  expect(heard).toHaveLength(1);
  expect(await post(`http://localhost:${port}/empty`, ["localhost"])).toMatchObject({
    ok: true,
    status: 204,
    text: "",
  });
});
