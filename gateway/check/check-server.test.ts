import { expect, test } from "vitest";
import { rulesOnWire } from "@coldkeep/core/contract/watch-on-wire.ts";
import { exampleProfile } from "@coldkeep/core/site/example-profile.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { parseSettings } from "../settings/settings.ts";
import type { SendOutcome } from "../uplink/verdict.ts";
import { checkServer } from "./check-server.ts";

const settings = parseSettings(
  JSON.stringify({
    gateway: "g",
    server: { url: "http://server" },
    data: "data",
    sources: [{ kind: "serial", id: "line", path: "/dev/null" }],
    probes: { "d/a": "fridge-1-product", "d/b": "elsewhere" },
  }),
  "test",
);

const clock = virtualClock(1_795_000_000_000);

const answer = (status: number, body: unknown): SendOutcome => ({
  kind: "answer",
  status,
  body: JSON.stringify(body),
  retryAfterMs: null,
});

/** Checks against a server that answers so and whose clock is ahead by so much. */
async function checked(outcome: SendOutcome, aheadMs = 0): Promise<Record<string, string>> {
  const findings = await checkServer(settings, { clock, stop: new AbortController().signal }, (heard) => ({
    watch: async () => {
      if (outcome.kind === "answer")
        heard(clock.epochMs() + aheadMs - 500, clock.monotonicMs(), clock.monotonicMs());
      return { outcome, tag: null };
    },
    report: async () => outcome,
  }));
  return Object.fromEntries(findings.map(({ grade, what, says }) => [what, `${grade}: ${says}`]));
}

const watch = {
  version: "v",
  site: "s",
  timeZone: "UTC",
  appliances: [],
  probes: [
    {
      id: "fridge-1-product",
      kind: "buffered",
      appliance: "fridge-1",
      ...rulesOnWire({
        rules: {
          profiles: [{ from: always.from, rule: exampleProfile }],
          offsets: [{ from: always.from, rule: 0 }],
        },
        stretches: [],
      }),
    },
  ],
  alarms: [],
};

test("a server that knows the token is asked which probes it knows", async () => {
  const findings = await checked(answer(200, watch));
  expect(findings["server"]).toMatch(/^well/);
  expect(findings["token"]).toMatch(/^well/);
  expect(findings["clock"]).toMatch(/^well/);
  expect(findings["probes"]).toMatch(/^trouble: .*has no elsewhere: /);
});

test("a token that is refused, a server without a site, and something else are told apart", async () => {
  expect((await checked(answer(401, { code: "auth.unknown" })))["token"]).toMatch(
    /^trouble: refused \(auth.unknown\).*COLDKEEP_GATEWAY_TOKEN/,
  );
  expect((await checked(answer(503, { code: "site.missing" })))["probes"]).toMatch(/^trouble: .*site file/);
  expect((await checked(answer(404, "hello")))["server"]).toMatch(/^trouble: .*status 404/);
  expect((await checked(answer(200, "hello")))["server"]).toMatch(/^trouble: .*not as a Coldkeep server/);
  const unreached: SendOutcome = { kind: "none", code: "uplink.unreachable", detail: "ECONNREFUSED" };
  expect(await checked(unreached)).toEqual({
    server: expect.stringMatching(/^trouble: http:\/\/server: ECONNREFUSED. nothing listens there/),
  });
});

test("a machine whose clock is off is told by how much and which way", async () => {
  expect((await checked(answer(200, watch), 3_600_000))["clock"]).toMatch(
    /^trouble: .* 1 h 00 min behind the server/,
  );
  expect((await checked(answer(200, watch), -90_000))["clock"]).toMatch(/^trouble: .* 1 min 30 s ahead of/);
});
