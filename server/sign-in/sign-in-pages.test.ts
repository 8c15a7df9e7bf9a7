import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { type TestBrowser, testBrowser } from "../testing/test-browser.ts";
import { codeOf, testPassword } from "../testing/test-people.ts";
import { type TestServer, testServer } from "../testing/test-server.ts";
import type { People } from "../people/people.ts";

let served: TestServer;
let people: People;
let browser: TestBrowser;
beforeEach(async () => {
  served = await testServer();
  ({ people } = served.server.services);
  browser = testBrowser(served.server.web);
});
afterEach(() => served.stop());

const later = (ms: number): void => served.clock.advance(ms);

/** The secret on a page that enrols a second factor. */
function secretOn(page: string): string {
  return /name="secret" value="([A-Z2-7]+)"/.exec(page)?.[1] ?? "";
}

describe("the first start", () => {
  it("leads by its link to an administrator with a second factor, and the link is good once", async () => {
    const path = people.firstAdministrator.issue()?.path ?? "";
    expect((await browser.get("/sign-in")).body).toContain("The server printed a link");
    expect((await browser.get(path)).body).toContain("At least 12 characters");
    const given = { name: "Ada Admin", email: "ada@example.org", login: "Ada" };
    const weak = await browser.send(path, { ...given, fresh: "short", again: "short" });
    expect(weak.statusCode).toBe(422);
    expect(weak.body).toMatch(/class="error-summary" role="alert" tabindex="-1"\s+autofocus/);
    expect(weak.body).toContain(`value="Ada Admin"`);
    expect(weak.body).not.toContain("short");
    const twice = await browser.send(path, { ...given, fresh: testPassword, again: "other" });
    expect(twice.body).toContain("The two typings are not the same.");
    const made = await browser.send(path, { ...given, fresh: testPassword, again: testPassword });
    expect([made.statusCode, made.headers.location]).toEqual([303, "/sign-in/second-factor"]);
    const enrol = await browser.get("/sign-in/second-factor");
    expect(enrol.body).toContain("<svg");
    expect(enrol.body).not.toMatch(/\sstyle="/);
    const secret = secretOn(enrol.body);
    const wrong = await browser.send("/sign-in/second-factor", { secret, code: "000000" });
    expect([wrong.statusCode, secretOn(wrong.body)]).toEqual([422, secret]);
    const done = await browser.send("/sign-in/second-factor", {
      secret,
      code: codeOf(secret, served.clock.epochMs()),
    });
    expect(done.body.match(/<li><code>/g)).toHaveLength(10);
    expect((await browser.get("/people")).body).toContain("Ada Admin");
    expect((await browser.get(path)).statusCode).toBe(404);
    expect((await browser.send(path, given)).statusCode).toBe(404);
  });

  it("answers a made-up link like a used one", async () => {
    for (const path of ["/first-administrator/none", "/invitation/none"]) {
      const answer = await browser.get(path);
      expect([answer.statusCode, answer.body.includes("This link is not good")]).toEqual([404, true]);
    }
  });
});

describe("signing in", () => {
  let admin: SignedIn;
  beforeEach(async () => {
    admin = await firstAdministrator(people, served.clock);
    await inviteAndSignIn(people, served.clock, admin, "storage1", "storage");
  });
  const signIn = (login: string, password: string, to = "/") =>
    browser.send("/sign-in", { login, password, to });

  it("sends nobody to sign in and back to what they asked for", async () => {
    const asked = await browser.get("/account");
    expect([asked.statusCode, asked.headers.location]).toEqual([303, "/sign-in?to=%2Faccount"]);
    expect((await browser.get("/sign-in?to=%2Faccount")).body).toContain(`name="to" value="/account"`);
    const answer = await signIn("STORAGE1", testPassword, "/account");
    expect([answer.statusCode, answer.headers.location]).toEqual([303, "/account"]);
    const page = await browser.get("/account");
    expect(page.body).toContain("Name of storage1");
    expect((await browser.get("/sign-in?to=%2Faccount")).headers.location).toBe("/account");
  });

  it("keeps its cookie from scripts and other sites", async () => {
    const answer = await signIn("storage1", testPassword);
    expect(answer.cookies).toMatchObject([{ name: "coldkeep", httpOnly: true, path: "/" }]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("says the same for a wrong password, an unknown login and a locked account", async () => {
    const texts = new Set<string>();
    const text = async (login: string, password: string): Promise<void> => {
      const { body, statusCode } = await signIn(login, password);
      expect(statusCode).toBe(401);
      texts.add(body.replaceAll(login, "LOGIN"));
    };
    await text("nobody-here", testPassword);
    for (let time = 0; time < 5; time += 1) await text("storage1", "wrong");
    await text("storage1", testPassword);
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain("locked, for 1 minute at first and at most 15 minutes");
  });

  it("asks for what is missing, beside the field", async () => {
    const answer = await browser.send("/sign-in", { login: " " });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(`<a href="#field-login">Type your login.</a>`);
    expect(answer.body).toContain(`<a href="#field-password">Type your password.</a>`);
  });

  it("asks for the second factor, takes a code once, and is no sign-in before", async () => {
    const secret = admin.secret ?? "";
    expect((await signIn("admin", testPassword, "/people")).headers.location).toBe(
      "/sign-in/code?to=%2Fpeople",
    );
    expect((await browser.get("/people")).headers.location).toBe("/sign-in?to=%2Fpeople");
    expect((await browser.get("/sign-in?to=%2Fpeople")).headers.location).toBe("/sign-in/code?to=%2Fpeople");
    expect((await browser.get("/sign-in/code")).statusCode).toBe(200);
    const wrong = await browser.send("/sign-in/code", { code: "123456", to: "/people" });
    expect(wrong.statusCode).toBe(401);
    later(60_000);
    const code = codeOf(secret, served.clock.epochMs());
    expect((await browser.send("/sign-in/code", { code, to: "/people" })).headers.location).toBe("/people");
    expect((await browser.get("/people")).statusCode).toBe(200);
    await browser.send("/sign-out");
    await signIn("admin", testPassword);
    expect((await browser.send("/sign-in/code", { code })).statusCode).toBe(401);
  });

  it("ends by signing out, and what the cookie was is worth nothing", async () => {
    await signIn("storage1", testPassword);
    const kept = new Map(browser.cookies);
    expect((await browser.send("/sign-out")).headers.location).toBe("/sign-in");
    expect(browser.cookies.size).toBe(0);
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect((await browser.get("/account")).statusCode).toBe(303);
  });

  it("ends what a live page hears with its session, and refuses it then", async () => {
    await signIn("storage1", testPassword);
    const live = { url: "/live", headers: { cookie: `coldkeep=${browser.cookies.get("coldkeep") ?? ""}` } };
    const answer = await served.server.web.inject({ ...live, payloadAsStream: true });
    const stream = answer.stream();
    stream.resume();
    const ended = new Promise((resolve) => stream.once("end", resolve));
    await browser.send("/sign-out");
    later(15_000);
    await ended;
    expect((await served.server.web.inject(live)).statusCode).toBe(401);
  });

  it("says so when the session has ended by itself, once", async () => {
    await signIn("storage1", testPassword);
    later(16 * 60_000);
    expect((await browser.get("/account")).headers.location).toBe("/sign-in?to=%2Faccount");
    expect((await browser.get("/sign-in?to=%2Faccount")).body).toContain("Your session has ended");
    expect((await browser.get("/sign-in")).body).not.toContain("Your session has ended");
  });

  it("takes nothing that another site's page sends", async () => {
    const payload = new URLSearchParams({ login: "storage1", password: testPassword }).toString();
    await signIn("storage1", testPassword);
    const cookie = `coldkeep=${browser.cookies.get("coldkeep") ?? ""}`;
    const answer = await served.server.web.inject({
      method: "POST",
      url: "/sign-out",
      headers: {
        cookie,
        "sec-fetch-site": "cross-site",
        "content-type": "application/x-www-form-urlencoded",
      },
      payload,
    });
    expect(answer.statusCode).toBe(403);
    expect((await browser.get("/account")).statusCode).toBe(200);
  });

  it("lets whoever was invited set a password by the rules and sign in", async () => {
    const account = { login: "eva", name: "Eva Claes", email: "eva@example.org", role: "auditor" as const };
    const path = people.accounts.invite(admin.person, account, "yearly audit")?.path ?? "";
    expect((await browser.get(path)).body).toContain("Eva Claes");
    const own = await browser.send(path, { fresh: "eva-claes-eva-claes", again: "eva-claes-eva-claes" });
    expect([own.statusCode, own.body.includes("field-fresh-error")]).toEqual([422, true]);
    const done = await browser.send(path, { fresh: testPassword, again: testPassword });
    expect(done.headers.location).toBe("/");
    expect((await browser.get("/account")).body).toContain("Eva Claes");
    expect((await browser.get(path)).statusCode).toBe(404);
  });

  it("survives forms that no page sends", async () => {
    for (const url of [
      "/sign-in",
      "/sign-in/code",
      "/sign-in/second-factor",
      "/sign-in/password",
      "/account/password",
    ]) {
      const answer = await served.server.web.inject({
        method: "POST",
        url,
        headers: { accept: "text/html", "content-type": "application/json" },
        payload: "{",
      });
      expect([url, answer.statusCode >= 300 && answer.statusCode < 500]).toEqual([url, true]);
    }
  });
});

describe("a password that is too old", () => {
  it("is changed before anything else", async () => {
    await served.stop();
    served = await testServer({ people: { passwordMaxAge: "1d", secondFactor: { required: [] } } });
    ({ people } = served.server.services);
    browser = testBrowser(served.server.web);
    await firstAdministrator(people, served.clock);
    later(25 * 3_600_000);
    const login = { login: "admin", password: testPassword };
    expect((await browser.send("/sign-in", login)).headers.location).toBe("/sign-in/password");
    expect((await browser.get("/account")).statusCode).toBe(303);
    expect((await browser.get("/sign-in/password")).body).toContain("older than this server allows");
    const again = { old: testPassword, fresh: testPassword, again: testPassword };
    const same = await browser.send("/sign-in/password", again);
    expect([same.statusCode, same.body.includes("field-fresh-error")]).toEqual([422, true]);
    const fresh = "another-horse-quietly-eats-7";
    expect(
      (await browser.send("/sign-in/password", { ...again, old: "wrong", fresh, again: fresh })).statusCode,
    ).toBe(401);
    expect(
      (await browser.send("/sign-in/password", { ...again, fresh, again: fresh })).headers.location,
    ).toBe("/");
    expect((await browser.get("/account")).statusCode).toBe(200);
  });
});
