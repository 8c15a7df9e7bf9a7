import { afterEach, expect, test } from "vitest";
import { declaredRoutes } from "../access/guard.ts";
import { testServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
let isClosed = false;

afterEach(async () => {
  if (!isClosed) await server.stop();
});

type Headers = Readonly<Record<string, unknown>>;

/** Which of the headers of every answer are not as they must be. */
function missing(headers: Headers, url: string): string[] {
  const policy = String(headers["content-security-policy"]);
  const demanded: Record<string, boolean> = {
    "nothing but its own": policy.startsWith("default-src 'none'"),
    "no script in the page": policy.includes("script-src 'self';") && !policy.includes("unsafe"),
    "no plugin": policy.includes("object-src 'none'"),
    "no frame": policy.includes("frame-ancestors 'none'") && headers["x-frame-options"] === "DENY",
    "forms to itself": policy.includes("form-action 'self'"),
    "no other base": policy.includes("base-uri 'none'"),
    "no upgrade without TLS":
      !policy.includes("upgrade-insecure") && !("strict-transport-security" in headers),
    sniffing: headers["x-content-type-options"] === "nosniff",
    referrer: headers["referrer-policy"] === "same-origin",
    permissions: String(headers["permissions-policy"]).includes("camera=()"),
    opener: headers["cross-origin-opener-policy"] === "same-origin",
    resource: headers["cross-origin-resource-policy"] === "same-origin",
    "not kept": /no-store|no-cache|immutable/.test(String(headers["cache-control"])),
    "kept only as a file":
      url.startsWith("/assets/") || !String(headers["cache-control"]).includes("max-age"),
    "no maker": !("x-powered-by" in headers) && !("server" in headers),
  };
  return Object.entries(demanded).flatMap(([name, holds]) => (holds ? [] : [name]));
}

/** Statuses that were met, after looking at the headers of each route's answers to nobody and to a token of all roles. */
async function walk(): Promise<Set<number>> {
  const met = new Set<number>();
  const routes = declaredRoutes(server.server.web).filter(({ path }) => path !== "/live");
  expect(routes.length).toBeGreaterThan(30);
  const extra = ["/nothing/at/all", "/v1/nothing", "/assets/none.js", "/%ff%fe", `/${"x".repeat(3_000)}`];
  const calls = [
    ...routes.map(({ method, path }) => ({ method, url: path.replace(/:\w+/g, "p1").replace("*", "x") })),
    ...extra.map((url) => ({ method: "GET", url })),
  ];
  for (const { method, url } of calls)
    for (const headers of [
      { accept: "text/html" },
      { authorization: "Bearer test-token" },
      { authorization: "Bearer x" },
    ]) {
      const answer = await server.server.web.inject({ method: method as "GET", url, headers });
      met.add(answer.statusCode);
      expect(missing(answer.headers, url), `${method} ${url} ${answer.statusCode}`).toEqual([]);
    }
  return met;
}

test("every answer of every route has the security headers, whether it is well, refused or failed", async () => {
  server = await testServer();
  const well = await walk();
  for (const status of [200, 401, 404]) expect([...well]).toContain(status);
  server.server.services.database.close();
  isClosed = true;
  const failed = await walk();
  expect([...failed].some((status) => status >= 500)).toBe(true);
});
