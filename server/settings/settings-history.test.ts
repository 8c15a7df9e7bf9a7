import { expect, test } from "vitest";
import { replay } from "../replay/replay.ts";
import { testServer } from "../testing/test-server.ts";
import { readServerSettings } from "./server-settings.ts";
import { recordSettings } from "./settings-history.ts";
import { shownSettings } from "./shown-settings.ts";

const content = {
  mail: { host: "relay.example.org", from: "coldkeep@example.org", user: "u", password: "leak-1" },
  influx: {
    url: "http://someone:leak-2@influx.example.org:8086",
    token: "leak-3",
    username: "i",
    password: "leak-4",
  },
  holdFeed: { url: "https://feed.example.org/holds", token: "leak-5-leak-5-leak-5" },
  channels: [
    { id: "t", kind: "telegram", token: "123456:leak-7-leak-7-leak-7-leak-7" },
    { id: "w", kind: "webhook", secret: "leak-8-leak-8-leak-8" },
    {
      id: "g",
      kind: "sms-gateway",
      url: "https://gateway.example.org/send?key=leak-9",
      headers: { "x-any": "leak-10" },
      form: { any: "leak-11" },
      reference: "/id",
      status: { url: "https://h/s?k=leak-12", pointer: "/s", delivered: [1], failed: [2] },
    },
  ],
  tokens: [{ name: "feed", role: "api", sha256: "ab".repeat(32) }],
};

test("settings are shown without any secret, and a replaced token is seen", () => {
  const environment = { COLDKEEP_API_TOKEN: "leak-6" };
  const shown = shownSettings(readServerSettings(content, "test", environment));
  expect(JSON.stringify(shown)).not.toMatch(/leak-|abab/);
  expect(shown).toMatchObject({
    "mail.host": "relay.example.org",
    "mail.password": "(secret)",
    "influx.token": "(secret)",
    "influx.url": "http://(secret)@influx.example.org:8086",
    "tokens.environment-api": "all, (secret)",
    "channels.g": 3,
    "channels.g.url": "https://gateway.example.org/send?(secret)",
    "channels.g.headers.x-any": "(secret)",
    "channels.t.token": "(secret)",
  });
  const replaced = { ...content, tokens: [{ name: "feed", role: "api", sha256: "cd".repeat(32) }] };
  const then = shownSettings(readServerSettings(replaced, "test", environment));
  expect(then["tokens.feed"]).toMatch(/^api, fingerprint [0-9a-f]{8}$/);
  expect(then["tokens.feed"]).not.toBe(shown["tokens.feed"]);
});

test("a change of settings is in the trail from what to what, the same again is not, and all of it replays", async () => {
  let server = await testServer();
  const entries = () =>
    server.server.services.database
      .prepare("SELECT actor, detail FROM audit WHERE action = 'settings.changed' ORDER BY seq")
      .all()
      .map(({ actor, detail }) => ({ actor, ...(JSON.parse(String(detail)) as object) }));
  expect(entries()).toMatchObject([{ actor: "settings", from: null, to: { listen: "127.0.0.1:0" } }]);
  server = await server.restart();
  expect(entries()).toHaveLength(1);
  const { "mail.host": _absent, ...now } = shownSettings(
    readServerSettings({ data: "d", logLevel: "warn" }, "t", {}),
  );
  recordSettings(server.server.services, now);
  expect(entries()[1]).toMatchObject({ from: { logLevel: "silent" }, to: { logLevel: "warn", site: null } });
  expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
  await server.stop();
});
