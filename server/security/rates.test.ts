import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import Fastify from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import { access } from "../access/access.ts";
import { registerGuard } from "../access/guard.ts";
import { limited } from "../access/rate.ts";
import { sendProblem } from "../http/problems.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { makeRateCounts, rateKeysMax } from "./rate-store.ts";
import { registerRates } from "./rates.ts";

const limits = { signIn: 3, signing: 2, person: 4, machine: 6 };

async function small(keysMax = rateKeysMax) {
  const clock = virtualClock(testStart);
  const counts = makeRateCounts(clock, keysMax);
  const refused: string[] = [];
  const app = Fastify({ trustProxy: "10.0.0.1" });
  app.setErrorHandler((error, request, reply) =>
    sendProblem(request, reply, error, (code) => refused.push(code)),
  );
  registerGuard(app, {
    machine: (header) => {
      if (header.startsWith("Bearer ")) return { kind: "machine", name: header.slice(7), role: "api" };
      throw new CodedError("auth.unknown", "not known");
    },
    person: ({ headers: { cookie } }): Person | null =>
      cookie === undefined
        ? null
        : { kind: "person", login: cookie, name: cookie, role: "quality", session: "s" },
  });
  await registerRates(app, limits, counts);
  const answer = async () => ({});
  app.get("/sign-in", { config: { ...access("public"), ...limited("sign-in") } }, answer);
  app.get("/second-factor", { config: { ...access("public"), ...limited("sign-in") } }, answer);
  app.get("/sign", { config: { ...access("public"), ...limited("signing") } }, answer);
  app.get("/board", { config: access("public") }, answer);
  app.get("/free", { config: { ...access("public"), ...limited("free") } }, answer);
  const calls = async (
    times: number,
    url: string,
    headers: Record<string, string> = {},
    from = "192.0.2.1",
  ) => {
    const statuses: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const { statusCode } = await app.inject({ url, headers, remoteAddress: from });
      statuses.push(statusCode);
    }
    return { taken: statuses.filter((status) => status === 200).length, last: statuses.at(-1) };
  };
  return { app, calls, clock, counts, refused };
}

describe("limits on how often something is called", () => {
  test("sign-in counts all its routes together by address, until the minute is over", async () => {
    const { app, calls, clock, refused } = await small();
    expect(await calls(2, "/sign-in")).toEqual({ taken: 2, last: 200 });
    expect(await calls(2, "/second-factor")).toEqual({ taken: 1, last: 429 });
    expect(await calls(1, "/sign-in", {}, "192.0.2.2")).toEqual({ taken: 1, last: 200 });
    clock.advance(minuteMs - 1_500);
    const answer = await app.inject({ url: "/sign-in", remoteAddress: "192.0.2.1" });
    expect(answer.json()).toMatchObject({ code: "request.too-many", status: 429 });
    expect(answer.headers["content-type"]).toMatch("application/problem+json");
    expect(answer.headers["retry-after"]).toBe("2");
    expect(refused).toEqual(["request.too-many", "request.too-many"]);
    clock.advance(1_500);
    expect(await calls(4, "/sign-in")).toEqual({ taken: 3, last: 429 });
  });

  test("an address cannot pass for another by what it says of itself; behind a trusted proxy it is believed", async () => {
    const { calls } = await small();
    for (let index = 0; index < 3; index += 1)
      await calls(1, "/sign-in", { "x-forwarded-for": `198.51.100.${index}` });
    expect(await calls(1, "/sign-in", { "x-forwarded-for": "198.51.100.99" })).toMatchObject({ last: 429 });
    const proxied = (address: string) =>
      calls(1, "/sign-in", { "x-forwarded-for": `203.0.113.5, ${address}` }, "10.0.0.1");
    for (let index = 0; index < 4; index += 1)
      expect(await proxied(`198.51.100.${index}`)).toMatchObject({ last: 200 });
    for (let index = 0; index < 2; index += 1) await proxied("198.51.100.1");
    expect(await proxied("198.51.100.1")).toMatchObject({ last: 429 });
  });

  test("one customer's IPv6 network is one caller, and an IPv4 address in IPv6 is itself", async () => {
    const { calls } = await small();
    for (const end of ["1", "2", "ffff:1"]) await calls(1, "/sign-in", {}, `2001:db8:1:2::${end}`);
    expect(await calls(1, "/sign-in", {}, "2001:db8:1:2::9")).toMatchObject({ last: 429 });
    expect(await calls(1, "/sign-in", {}, "2001:db8:1:3::9")).toMatchObject({ last: 200 });
    await calls(3, "/sign-in", {}, "192.0.2.9");
    expect(await calls(1, "/sign-in", {}, "::ffff:192.0.2.9")).toMatchObject({ last: 429 });
  });

  test("people, tokens and nobody are counted apart, and signing by itself", async () => {
    const { calls } = await small();
    const anna = { cookie: "anna" };
    expect(await calls(5, "/board", anna)).toEqual({ taken: 4, last: 429 });
    expect(await calls(5, "/board", { cookie: "bert" })).toMatchObject({ taken: 4 });
    expect(await calls(7, "/board", { authorization: "Bearer feed" })).toMatchObject({ taken: 6 });
    expect(await calls(5, "/board")).toMatchObject({ taken: 4 });
    expect(await calls(3, "/sign", anna)).toMatchObject({ taken: 2 });
    expect(await calls(100, "/free")).toMatchObject({ taken: 100 });
  });

  test("the count of callers stays bounded, and the one that began first may begin anew", async () => {
    const { calls, counts } = await small(50);
    await calls(3, "/sign-in", {}, "192.0.2.1");
    for (let index = 0; index < 200; index += 1) await calls(1, "/sign-in", {}, `198.51.100.${index}`);
    expect(counts.size()).toBe(50);
    expect(await calls(1, "/sign-in", {}, "192.0.2.1")).toMatchObject({ last: 200 });
    expect(await calls(3, "/sign-in", {}, "198.51.100.199")).toMatchObject({ last: 429 });
  });
});

describe("on the server", () => {
  let server: TestServer;
  afterEach(() => server.stop());

  test("a token's calls are limited and counted, its batches are not", async () => {
    server = await testServer({ rateLimits: { machine: 5, person: 5 } });
    for (let index = 0; index < 5; index += 1)
      expect(await server.call("GET", "/v1/alarms")).toMatchObject({ status: 200 });
    expect(await server.call("GET", "/v1/units")).toMatchObject({
      status: 429,
      json: { code: "request.too-many" },
    });
    for (let index = 0; index < 20; index += 1)
      expect(await server.post("p1", [{ at: testStart, celsius: 4 }])).toMatchObject({ status: 200 });
    const metrics = await server.server.web.inject({ url: "/metrics" });
    expect(metrics.payload).toContain('coldkeep_refused_requests_total{code="request.too-many"} 1');
    expect(metrics.payload).toMatch(/^coldkeep_rate_limited_callers \d/m);
    for (let index = 0; index < 20; index += 1)
      expect((await server.server.web.inject({ url: "/health/ready" })).statusCode).toBe(200);
  });
});
