import { createServer } from "node:net";
import { expect, test } from "vitest";
import { closeServer, formatListen, freePort, listen, parseListen } from "./listening.ts";

test.each([
  ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
  ["localhost:0", { host: "localhost", port: 0 }],
  ["[::1]:9090", { host: "::1", port: 9090 }],
])("%s is an address, and is written the same", (text, expected) => {
  const parsed = parseListen(text);
  expect(parsed).toEqual(expected);
  expect(parsed && formatListen(parsed)).toBe(text);
});

test.each(["8080", "127.0.0.1", "a:b", "127.0.0.1:70000", ":80", ""])("%s is no address", (text) => {
  expect(parseListen(text)).toBeNull();
});

test("a taken port is told with the variable that moves it", async () => {
  const server = createServer();
  const port = await listen(server, { host: "127.0.0.1", port: 0 }, null);
  await expect(freePort({ host: "127.0.0.1", port }, "COLDKEEP_LISTEN")).rejects.toMatchObject({
    code: "demo.port-taken",
    message: expect.stringMatching(`^Port ${port} is taken .*COLDKEEP_LISTEN=127\\.0\\.0\\.1:`),
  });
  await closeServer(server);
  expect(await freePort({ host: "127.0.0.1", port }, "COLDKEEP_LISTEN")).toBe(port);
});
