import type { Machine, Person } from "@coldkeep/core/people/principal.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { problemOf } from "../http/problems.ts";
import { access } from "./access.ts";
import { registerGuard, requestActor } from "./guard.ts";

const anna: Person = { kind: "person", login: "anna", name: "Anna Peeters", role: "quality", session: "s1" };
const feed: Machine = { kind: "machine", name: "blood-bank", role: "api" };

function guarded() {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => {
    const problem = problemOf(error);
    return reply.code(problem.status).send(problem);
  });
  registerGuard(app, {
    machine: (header) => {
      if (header === "Bearer good") return feed;
      throw new CodedError("auth.unknown", "not known");
    },
    person: (request) => (request.headers.cookie === "anna" ? anna : null),
  });
  app.post("/decide", { config: access("units.decide") }, async (request) => ({ by: requestActor(request) }));
  app.post("/feed", { config: access("units.feed") }, async (request) => ({ by: requestActor(request) }));
  app.get("/open", { config: access("public") }, async () => ({ open: true }));
  return app;
}

test("a route that does not say who may call it stops the start", () => {
  const app = guarded();
  expect(() => app.get("/forgotten", async () => ({}))).toThrow(/does not say who may call it/);
});

test("each is let in by its role, and named as the records name it", async () => {
  const app = guarded();
  const token = { authorization: "Bearer good" };
  const cookie = { cookie: "anna", "sec-fetch-site": "same-origin" };
  const answer = async (url: string, headers: Record<string, string>) =>
    (await app.inject({ method: "POST", url, headers })).json();
  expect(await answer("/feed", token)).toEqual({ by: "blood-bank" });
  expect(await answer("/decide", token)).toMatchObject({ code: "auth.role" });
  expect(await answer("/decide", cookie)).toEqual({ by: "person:anna" });
  expect(await answer("/decide", {})).toMatchObject({ code: "auth.missing" });
  expect(await answer("/decide", { authorization: "Bearer bad", cookie: "anna" })).toMatchObject({
    code: "auth.unknown",
  });
});

test("nothing is taken in a person's name that another site's page, or no page, sent", async () => {
  const app = guarded();
  const from = async (headers: Record<string, string>) =>
    (
      await app.inject({
        method: "POST",
        url: "/feed",
        headers: { cookie: "anna", host: "cold", ...headers },
      })
    ).statusCode;
  expect(await from({ "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await from({ "sec-fetch-site": "same-site" })).toBe(403);
  expect(await from({ origin: "https://evil.example" })).toBe(403);
  expect(await from({ origin: "null" })).toBe(403);
  expect(await from({})).toBe(403);
  expect(await from({ origin: "https://cold" })).toBe(200);
  expect(await from({ "sec-fetch-site": "same-origin" })).toBe(200);
});
