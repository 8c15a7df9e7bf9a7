import { expect, test } from "vitest";
import { testServer } from "../testing/test-server.ts";
import { testFrom, testPassword, codeOf } from "../testing/test-people.ts";
import { personIn } from "../people/make-people.ts";

test("a token that is bound to gateways speaks for no other one", async () => {
  const world = await testServer();
  const { people } = world.server.services;
  const link = people.firstAdministrator.issue();
  const facts = { login: "admin", name: "Ada Admin", email: "ada@example.org", password: testPassword };
  await people.firstAdministrator.create(link?.token ?? "", facts);
  const half = await people.signIn("admin", testPassword, testFrom);
  const { secret } = people.factors.begin(half.session);
  const { begun } = people.factors.confirm(half.session, codeOf(secret, world.clock.epochMs()));
  const admin = personIn(begun.session);
  const token = people.tokens.create(
    admin,
    { name: "ward-3", role: "gateway", gateways: ["g3"] },
    "new gateway",
  );

  const send = async (method: "GET" | "POST", url: string, payload?: object) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await world.server.web.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    return answer.statusCode === 200 ? 200 : answer.json<{ code: string }>().code;
  };
  const batch = (gateway: string) => ({ gateway, sequence: 1, readings: [] });
  const report = { alarms: [] };
  const sequence = () => world.server.services.journal.head().sequence;
  const before = sequence();
  expect(await send("POST", "/v1/batches", batch("g1"))).toBe("auth.gateway");
  expect(await send("GET", "/v1/gateways/g1/watch")).toBe("auth.gateway");
  expect(await send("POST", "/v1/gateways/g1/edge-alarms", report)).toBe("auth.gateway");
  expect(sequence()).toBe(before);
  expect(await send("POST", "/v1/batches", batch("g3"))).toBe(200);
  expect(await send("GET", "/v1/gateways/g3/watch")).toBe(200);
  expect(await send("POST", "/v1/gateways/g3/edge-alarms", report)).not.toBe("auth.gateway");
  people.tokens.revoke(admin, "ward-3", "gateway is gone");
  expect(await send("POST", "/v1/batches", batch("g3"))).toBe("auth.unknown");
  expect(people.tokens.list().map(({ name, lastUsedAt }) => [name, lastUsedAt !== null])).toEqual([
    ["environment-api", false],
    ["ward-3", true],
  ]);
  await world.stop();
});
