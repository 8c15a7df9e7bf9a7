import { readFileSync } from "node:fs";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { expect, test } from "vitest";
import { readYaml } from "../settings/read-yaml.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { advice } from "./failures.ts";
import { openChannels } from "./open-channel.ts";

const page = readFileSync("docs/channels.md", "utf8");

test("every example of docs/channels.md can be used, and every kind has one", async () => {
  const environment = new Proxy(
    {},
    {
      get: (_all, name) =>
        String(name).startsWith("COLDKEEP_") ? undefined : "123456:a-secret-of-some-length",
    },
  );
  const kinds = new Set<string>();
  for (const [, example = ""] of page.matchAll(/```yaml\n([\s\S]*?)```/g)) {
    const settings = readServerSettings(readYaml(example, "example"), "example", environment);
    for (const { kind } of settings.channels) kinds.add(kind);
    const channels = openChannels(settings, { clock: virtualClock(0) });
    expect(channels.map(({ id }) => id)).toEqual([
      ...(settings.mail === undefined ? [] : ["mail"]),
      ...settings.channels.map(({ id }) => id),
    ]);
    for (const channel of channels) await channel.stop();
  }
  const table = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind = ""]) => kind);
  expect(kinds).toEqual(new Set(table));
});

test("every failure of a channel is explained in docs/errors.md", () => {
  const errors = readFileSync("docs/errors.md", "utf8");
  for (const code of Object.keys(advice)) expect(errors).toContain(`| \`${code}\` |`);
});
