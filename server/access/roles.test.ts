import { readFileSync, writeFileSync } from "node:fs";
import type { InjectOptions } from "light-my-request";
import type { Readable } from "node:stream";
import { machineRoles, type PersonRole, personRoles } from "@coldkeep/core/people/roles.ts";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callers, type Caller, mayCall, roleTables, tableIn, withTables } from "../testing/role-tables.ts";
import { testServer, type TestServer } from "../testing/test-server.ts";
import { type DeclaredRoute, declaredRoutes } from "./guard.ts";

const pageFile = new URL("../../docs/roles.md", import.meta.url);
const howTo = "`npm run roles` writes the tables; read what it changed: it is who may do what";

let served: TestServer;
let web: FastifyInstance;
let routes: readonly DeclaredRoute[] = [];

beforeAll(async () => {
  served = await testServer();
  ({ web } = served.server);
  await web.ready();
  routes = declaredRoutes(web);
  letInByHeader(served);
  if (process.env["WRITE_ROLES"] === "true")
    writeFileSync(pageFile, withTables(readFileSync(pageFile, "utf8"), roleTables(routes)));
});
afterAll(() => served.stop());

/** Roles in a header of the test alone, so that thousands of calls need no thousand sign-ins. */
function letInByHeader({ server }: TestServer): void {
  const roleIn = (text: unknown): string | undefined => /^(?:Bearer )?role:(.+)$/.exec(String(text))?.[1];
  Object.assign(server.services.identities, {
    machine: (header: string) => ({ kind: "machine", name: "machine", role: roleIn(header) }),
    person: ({ headers }: { headers: Record<string, unknown> }) => {
      const role = roleIn(headers["x-test"]);
      return role === undefined ? null : { kind: "person", login: role, name: role, role, session: "s" };
    },
  });
}

function headersOf(caller: Caller): Record<string, string> {
  const own = { accept: "application/json", "sec-fetch-site": "same-origin", host: "localhost" };
  if ((machineRoles as readonly string[]).includes(caller))
    return { ...own, authorization: `Bearer role:${caller}` };
  return (personRoles as readonly string[]).includes(caller) ? { ...own, "x-test": `role:${caller}` } : own;
}

let calls = 0;

/** Calls a route with nothing that it could act on; each call comes from an address of its own, so that no limit of calls answers in the guard's stead. */
async function call({ method, path }: DeclaredRoute, headers: Record<string, string>) {
  calls += 1;
  const remoteAddress = `10.${(calls >> 16) & 255}.${(calls >> 8) & 255}.${calls & 255}`;
  const url = path.replace(/:\w+/g, "none").replace("*", "none");
  const options: InjectOptions = {
    method,
    url,
    headers,
    remoteAddress,
    payloadAsStream: true,
  };
  const response = await web.inject(options);
  const stream: Readable = response.stream();
  const isEndless = String(response.headers["content-type"]).startsWith("text/event-stream");
  let body = "";
  if (!isEndless) for await (const chunk of stream) body += String(chunk);
  stream.destroy();
  return { status: response.statusCode, location: response.headers.location ?? "", body };
}

type Answer = Awaited<ReturnType<typeof call>>;

/** Refusals of handlers that let somebody past the guard and want more of them. */
const laterRefusals = ["auth.person-needed", "sign.refused"];

function isRefused({ status, location, body }: Answer): boolean {
  if (status === 303 || status === 302) return location.startsWith("/sign-in?to=");
  return (status === 401 || status === 403) && !laterRefusals.some((code) => body.includes(`"${code}"`));
}

test.each(["permissions", "routes"])("docs/roles.md shows the table of %s as the server has it", (name) => {
  const wanted = roleTables(routes)[name] ?? [];
  const shown = tableIn(readFileSync(pageFile, "utf8"), name);
  const missing = wanted.filter((row) => !shown.includes(row));
  const extra = shown.filter((row) => !wanted.includes(row));
  expect(wanted.length).toBeGreaterThan(5);
  const message = `\nTo be added to the table of ${name} in docs/roles.md (${howTo}):\n${missing.join("\n")}\nTo be taken out:\n${extra.join("\n")}\n`;
  expect({ missing, extra }, message).toEqual({ missing: [], extra: [] });
  expect(shown).toEqual(wanted);
});

test.each(callers)("%s gets past the guard of exactly the routes that the table says", async (caller) => {
  const wrong: string[] = [];
  for (const route of routes) {
    const answer = await call(route, headersOf(caller));
    if (isRefused(answer) === mayCall(caller, route.access))
      wrong.push(
        `${route.method} ${route.path}: ${answer.status} ${answer.location || answer.body.slice(0, 200)}`,
      );
    if (answer.status >= 500 && answer.status !== 503)
      wrong.push(`${route.method} ${route.path} broke: ${answer.status} ${answer.body.slice(0, 200)}`);
    if (answer.status === 429) wrong.push(`${route.method} ${route.path} was not asked: ${answer.status}`);
  }
  expect(wrong).toEqual([]);
});

test("every address that changes something refuses what another site's page sends in a person's name", async () => {
  const changing = routes.filter(({ method }) => !["GET", "HEAD", "OPTIONS"].includes(method));
  const wrong: string[] = [];
  for (const route of changing) {
    const role = personRoles.find((each: PersonRole) => mayCall(each, route.access));
    if (role === undefined) continue;
    const answer = await call(route, { ...headersOf(role), "sec-fetch-site": "cross-site" });
    if (answer.status !== 403) wrong.push(`${route.method} ${route.path}: ${answer.status}`);
  }
  expect(changing.length).toBeGreaterThan(5);
  expect(wrong).toEqual([]);
});
