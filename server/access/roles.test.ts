import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { type PersonRole, personRoles } from "@coldkeep/core/people/roles.ts";
import type { FastifyInstance } from "fastify";
import type { InjectOptions } from "light-my-request";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeServer, type Server } from "../app.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { callers, type Caller, mayCall, roleTables, tableIn, withTables } from "../testing/role-tables.ts";
import { cheapPasswords, testFrom, testPassword } from "../testing/test-people.ts";
import { exampleSite, testStart } from "../testing/test-server.ts";
import { type DeclaredRoute, declaredRoutes } from "./guard.ts";

const pageFile = new URL("../../docs/roles.md", import.meta.url);
const howTo = "`npm run roles` writes the tables; read what it changed: it is who may do what";
const folder = mkdtempSync(join(tmpdir(), "coldkeep-roles-"));

let server: Server;
let web: FastifyInstance;
let routes: readonly DeclaredRoute[] = [];

beforeAll(async () => {
  server = await startServer();
  ({ web } = server);
  await web.ready();
  routes = declaredRoutes(web);
  await makeAccounts();
  if (process.env["WRITE_ROLES"] === "true")
    writeFileSync(pageFile, withTables(readFileSync(pageFile, "utf8"), roleTables(routes)));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const machineTokens = { gateway: "gateway-token", api: "api-token", all: "all-token" } as const;

function startServer(): Promise<Server> {
  const site = join(folder, "site.yaml");
  writeFileSync(site, exampleSite);
  const content = {
    data: join(folder, "data"),
    site,
    logLevel: "silent",
    publicUrl: "http://127.0.0.1:9",
    people: {
      secondFactor: { required: [] },
      // Nobody answers there; its routes are asked like all others.
      oidc: { issuer: "http://127.0.0.1:59999", clientId: "coldkeep" },
    },
    tokens: [{ name: "blood-bank", role: "api", sha256: sha256Hex(machineTokens.api) }],
  };
  const settings = readServerSettings(content, "test", {
    COLDKEEP_GATEWAY_TOKEN: machineTokens.gateway,
    COLDKEEP_API_TOKEN: machineTokens.all,
  });
  const logger = pino({ level: process.env["TEST_LOG"] ?? "silent" });
  return makeServer(settings, { clock: virtualClock(testStart), logger, passwords: cheapPasswords });
}

const sessions = new Map<PersonRole, string>();

/** One account of each role, called as its role. */
async function makeAccounts(): Promise<void> {
  const { people } = server.services;
  const facts = (role: string) => ({
    login: role,
    name: `Somebody of ${role}`,
    email: `${role}@example.org`,
  });
  const token = people.firstAdministrator.issue()?.token ?? "";
  await people.firstAdministrator.create(token, { ...facts("administrator"), password: testPassword });
  const { session } = await signIn("administrator");
  const { login, name, role } = session;
  const administrator: Person = { kind: "person", login, name, role, session: session.id };
  for (const each of personRoles.filter((other) => other !== "administrator")) {
    const link = people.accounts.invite(administrator, { ...facts(each), role: each }, "for the test");
    await people.links.accept(link?.token ?? "", testPassword);
    await signIn(each);
  }
}

async function signIn(role: PersonRole) {
  const begun = await server.services.people.signIn(role, testPassword, testFrom);
  sessions.set(role, begun.token);
  return begun;
}

/** The headers by which a caller is known; somebody whose session one of the calls ended signs in again. */
async function headersOf(caller: Caller): Promise<Record<string, string>> {
  const own = { accept: "application/json", "sec-fetch-site": "same-origin", host: "localhost" };
  if (caller === "gateway" || caller === "api" || caller === "all")
    return { ...own, authorization: `Bearer ${machineTokens[caller]}` };
  if (caller === "nobody") return own;
  if (server.services.people.sessions.ofPerson(caller).length === 0) await signIn(caller);
  return { ...own, cookie: `coldkeep=${sessions.get(caller) ?? ""}` };
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

/** How the guard refuses, to programs and on pages. What a handler refuses to somebody whom the guard let in, such as a wrong code, reads otherwise. */
const guardSays = /"auth\.(missing|role|unknown)"|, which may not do this \(|Sign in, or send a token as/;

/** A step of signing in, which is public, sends whoever has not come so far to the sign-in page by itself. */
function isRefused({ method, access: needed }: DeclaredRoute, { status, location, body }: Answer): boolean {
  if (status === 303 || status === 302) return needed !== "public" && location.startsWith("/sign-in?to=");
  return (status === 401 || status === 403) && (method === "HEAD" || guardSays.test(body));
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
    const answer = await call(route, await headersOf(caller));
    if (isRefused(route, answer) === mayCall(caller, route.access))
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
    const answer = await call(route, { ...(await headersOf(role)), "sec-fetch-site": "cross-site" });
    if (answer.status !== 403) wrong.push(`${route.method} ${route.path}: ${answer.status}`);
  }
  expect(changing.length).toBeGreaterThan(5);
  expect(wrong).toEqual([]);
});
