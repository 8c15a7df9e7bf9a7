import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { givenFor, signingAnew } from "./signing.ts";
import type { People } from "../people/people.ts";
import { followTo, type IdentityProvider, startIdentityProvider } from "../testing/identity-provider.ts";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { browserHeaders, firstAdministrator, type SignedIn } from "../testing/signed-in.ts";
import { type TestBrowser, testBrowser } from "../testing/test-browser.ts";
import { type TestServer, testServer } from "../testing/test-server.ts";
import { callbackPath } from "./single-sign-on.ts";

const publicUrl = "http://127.0.0.1:9";
const callback = publicUrl + callbackPath;

let provider: IdentityProvider;
let served: TestServer;
let people: People;
let admin: SignedIn;
let logged: string[];

async function serve(oidc: object = {}): Promise<void> {
  const { issuer, clientId, clientSecret } = provider;
  logged = [];
  served = await testServer({
    publicUrl,
    people: {
      secondFactor: { required: ["administrator"] },
      oidc: { issuer, clientId, clientSecret, name: "Hospital", ...oidc },
    },
    log: (line) => void logged.push(line),
  });
  ({ people } = served.server.services);
  addSigning();
  admin = await firstAdministrator(people, served.clock);
}

/** A route that takes a signature as those of the pages do. */
function addSigning(): void {
  const { web, services } = served.server;
  web.post<{ Params: { act: string } }>("/test/:act", { config: access("self") }, async (request) => {
    const person = personOf(request);
    const { act } = request.params;
    const isReady = signingAnew(services, request, person, { to: "/", act })?.isReady;
    const { method, login } = await people.reauthenticate(person, givenFor(services, person, request, act));
    return { isReady, method, login };
  });
}

async function taken(browser: TestBrowser, act: string): Promise<unknown> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = { ...browserHeaders, cookie };
  return (await served.server.web.inject({ method: "POST", url: `/test/${act}`, headers })).json();
}

beforeEach(async () => {
  provider = await startIdentityProvider(callback);
});
afterEach(async () => {
  await served.stop();
  await provider.stop();
});

/** Where this server sends a browser, where the provider sends it back to, and what this server says then. */
async function signOn(
  browser: TestBrowser,
  from = "/sign-in/single-sign-on?to=%2Faccount",
  change = (url: string) => url,
) {
  const away = await browser.get(from);
  expect(away.statusCode).toBe(303);
  const back = await followTo(String(away.headers.location), callback, new Map());
  return browser.get(change(back).slice(publicUrl.length));
}

const invite = (login: string): void => {
  const account = {
    login,
    name: `Name of ${login}`,
    email: `${login}@example.org`,
    role: "storage" as const,
    link: false,
  };
  people.accounts.invite(admin.person, account, "new here");
};

describe("single sign-on against a real provider", () => {
  it("signs in whom an administrator made an account for, binds it, and knows them by it from then on", async () => {
    await serve();
    invite("anna");
    provider.next = { subject: "sub-anna", claims: { preferred_username: "anna" } };
    const browser = testBrowser(served.server.web);
    expect((await browser.get("/sign-in")).body).toContain("Hospital");
    const answer = await signOn(browser);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, "/account"]);
    expect((await browser.get("/account")).body).toContain("single sign-on");
    expect(people.accounts.of("anna")).toMatchObject({ state: "active", hasIdentity: true });
    provider.next = { subject: "sub-anna", claims: { preferred_username: "anna-renamed" } };
    expect((await signOn(testBrowser(served.server.web))).headers.location).toBe("/account");
    provider.next = { subject: "sub-other", claims: { preferred_username: "anna" } };
    expect((await signOn(testBrowser(served.server.web))).statusCode).toBe(401);
  });

  it("refuses whom nobody made an account for, and the disabled", async () => {
    await serve();
    provider.next = { subject: "sub-eve", claims: { preferred_username: "eve" } };
    const answer = await signOn(testBrowser(served.server.web));
    expect([answer.statusCode, answer.body.includes("you have no account here")]).toEqual([401, true]);
    expect(people.accounts.list()).toHaveLength(1);
    invite("anna");
    provider.next = { subject: "sub-anna", claims: { preferred_username: "anna" } };
    await signOn(testBrowser(served.server.web));
    people.accounts.disable(admin.person, "anna", "left us");
    expect((await signOn(testBrowser(served.server.web))).statusCode).toBe(401);
  });

  it("makes accounts and follows roles where the settings say so, in the trail's sight", async () => {
    const roleMap = { "cold-quality": "quality", "cold-storage": "storage" };
    await serve({ roleClaim: "groups", roleMap, createAccounts: true });
    const claims = {
      preferred_username: "anna",
      name: "Anna Peeters",
      email: "anna@example.org",
      groups: ["cold-storage"],
    };
    provider.next = { subject: "sub-anna", claims };
    expect((await signOn(testBrowser(served.server.web))).headers.location).toBe("/account");
    expect(people.accounts.of("anna")).toMatchObject({ name: "Anna Peeters", role: "storage" });
    provider.next = { subject: "sub-anna", claims: { ...claims, groups: ["cold-quality"] } };
    await signOn(testBrowser(served.server.web));
    expect(people.accounts.of("anna").role).toBe("quality");
    provider.next = { subject: "sub-anna", claims: { ...claims, groups: ["something-else"] } };
    const refused = await signOn(testBrowser(served.server.web));
    expect([refused.statusCode, refused.body.includes("gives you no role here")]).toEqual([403, true]);
    provider.next = { subject: "sub-eve", claims: { ...claims, preferred_username: "eve", groups: [] } };
    expect((await signOn(testBrowser(served.server.web))).statusCode).toBe(403);
    expect(people.accounts.list().map(({ login }) => login)).toEqual(["admin", "anna"]);
    const rows = served.server.services.database
      .prepare(
        "SELECT action, actor, detail FROM audit WHERE subject = 'person:anna' AND action LIKE 'account.%' ORDER BY seq",
      )
      .all();
    expect(rows.map(({ action, actor }) => [action, actor])).toEqual([
      ["account.created", "system"],
      ["account.identity-bound", "person:anna"],
      ["account.role-changed", "system"],
    ]);
    expect(JSON.parse(String(rows[2]?.["detail"]))).toMatchObject({
      from: { role: "storage" },
      to: { role: "quality" },
    });
  });

  it("asks for the second factor here where the provider did not, and the role needs one", async () => {
    await serve({ roleClaim: "groups", roleMap: { boss: "administrator" }, createAccounts: true });
    const claims = { preferred_username: "bea", name: "Bea", email: "bea@example.org", groups: ["boss"] };
    provider.next = { subject: "sub-bea", claims };
    expect((await signOn(testBrowser(served.server.web))).headers.location).toBe(
      "/sign-in/second-factor?to=%2Faccount",
    );
  });

  it("takes nothing back that was not begun in this browser, was changed, came twice or too late", async () => {
    await serve();
    invite("anna");
    provider.next = { subject: "sub-anna", claims: { preferred_username: "anna" } };
    const browser = testBrowser(served.server.web);
    const changed = await signOn(browser, undefined, (url) => url.replace(/state=[^&]+/, "state=other"));
    expect(changed.statusCode).toBe(401);
    const code = await signOn(browser, undefined, (url) => url.replace(/code=[^&]+/, "code=made-up"));
    expect(code.statusCode).toBe(401);
    let back = "";
    const first = await signOn(browser, undefined, (url) => (back = url));
    expect(first.statusCode).toBe(303);
    expect((await browser.get(back.slice(publicUrl.length))).statusCode).toBe(400);
    const stranger = testBrowser(served.server.web);
    expect(
      (await signOn(browser, undefined, (url) => ((back = url), `${callback}?error=access_denied`)))
        .statusCode,
    ).toBe(401);
    expect((await stranger.get(back.slice(publicUrl.length))).statusCode).toBe(400);
    const slow = await signOn(browser, undefined, (url) => {
      served.clock.advance(11 * 60_000);
      return url;
    });
    expect([slow.statusCode, slow.body.includes("took too long")]).toEqual([400, true]);
    expect((await browser.get(callbackPath)).statusCode).toBe(400);
    expect(people.sessions.ofPerson("anna")).toHaveLength(1);
  });

  it("refuses a token that was made for another sign-in", async () => {
    await serve();
    invite("anna");
    provider.next = { subject: "sub-anna", claims: { preferred_username: "anna" } };
    const answer = await signOn(testBrowser(served.server.web));
    expect(answer.statusCode).toBe(303);
    const browser = testBrowser(served.server.web);
    const away = await browser.get("/sign-in/single-sign-on");
    const other = new URL(String(away.headers.location));
    other.searchParams.set("nonce", "of-somebody-else");
    const back = await followTo(other.href, callback, new Map());
    expect((await browser.get(back.slice(publicUrl.length))).statusCode).toBe(401);
    expect(logged.join("\n")).toContain("OAUTH_JWT_CLAIM_COMPARISON_FAILED");
  });

  it("says in one line that the provider is away, and no secret in any", async () => {
    await serve();
    await provider.stop();
    const answer = await testBrowser(served.server.web).get("/sign-in/single-sign-on");
    expect([answer.statusCode, answer.body.includes("does not answer at the moment")]).toEqual([503, true]);
    const lines = logged.filter((line) => line.includes("provider does not answer as it should"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("ECONNREFUSED");
    expect(logged.join("\n")).not.toContain(provider.clientSecret);
    expect(answer.body).not.toContain(provider.issuer);
  });

  it("lets a person sign one act by signing in there anew, and no other act, person or time", async () => {
    await serve();
    invite("anna");
    provider.next = { subject: "sub-anna", claims: { preferred_username: "anna" } };
    const browser = testBrowser(served.server.web);
    const away = new Map<string, string>();
    const through = async (from: string): Promise<number | string | undefined> => {
      const start = await browser.get(from);
      if (start.statusCode !== 303) return start.statusCode;
      const back = await followTo(String(start.headers.location), callback, away);
      const answer = await browser.get(back.slice(publicUrl.length));
      return answer.statusCode === 303 ? String(answer.headers.location) : answer.statusCode;
    };
    await through("/sign-in/single-sign-on");
    expect(provider.logins()).toBe(1);
    await through("/sign-in/single-sign-on");
    expect(provider.logins()).toBe(1);
    const anew = served.server.services.singleSignOn?.anewPath("/site/proposals/5", "hash-5") ?? "";
    expect(await through(anew)).toBe("/site/proposals/5");
    expect(provider.logins()).toBe(2);
    expect(await taken(browser, "hash-6")).toMatchObject({ code: "sign.refused" });
    expect(await through(anew)).toBe("/site/proposals/5");
    expect(await taken(browser, "hash-5")).toEqual({ isReady: true, method: "oidc", login: "anna" });
    expect(await taken(browser, "hash-5")).toMatchObject({ code: "sign.refused" });
    await through(anew);
    served.clock.advance(121_000);
    expect(await taken(browser, "hash-5")).toMatchObject({ code: "sign.refused" });
    provider.next = { subject: "sub-eve", claims: { preferred_username: "eve" } };
    away.clear();
    expect(await through(anew)).toBe(401);
  });

  it("leads only to own pages afterwards", async () => {
    await serve();
    invite("anna");
    provider.next = { subject: "sub-anna", claims: { preferred_username: "anna" } };
    const answer = await signOn(
      testBrowser(served.server.web),
      "/sign-in/single-sign-on?to=%2F%2Fevil.example",
    );
    expect(answer.headers.location).toBe("/");
  });
});
