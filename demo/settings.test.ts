import { expect, test } from "vitest";
import { demoSettings } from "./settings.ts";

test("without variables the demo stands in ./data and on its usual ports", () => {
  expect(demoSettings({}, "/home/an/coldkeep")).toEqual({
    dataFolder: "/home/an/coldkeep/data",
    listen: { host: "127.0.0.1", port: 8080 },
    mailboxListen: { host: "127.0.0.1", port: 8081 },
  });
});

test("each can be moved", () => {
  const env = {
    COLDKEEP_DEMO_DATA: "/tmp/x",
    COLDKEEP_LISTEN: "[::1]:9",
    COLDKEEP_MAILBOX_LISTEN: "localhost:10",
  };
  expect(demoSettings(env, "/")).toEqual({
    dataFolder: "/tmp/x",
    listen: { host: "::1", port: 9 },
    mailboxListen: { host: "localhost", port: 10 },
  });
});

test("an address that is none is refused with the variable's name", () => {
  expect(() => demoSettings({ COLDKEEP_LISTEN: "8080" }, "/")).toThrow(/COLDKEEP_LISTEN is "8080"/);
});
