import { personRoles } from "@coldkeep/core/people/roles.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { People } from "../people/people.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { codeOf } from "../testing/test-people.ts";
import { type TestServer, testServer } from "../testing/test-server.ts";

let served: TestServer;
let people: People;
let admin: SignedIn;
beforeEach(async () => {
  served = await testServer();
  ({ people } = served.server.services);
  admin = await firstAdministrator(people, served.clock);
});
afterEach(() => served.stop());

async function get(
  url: string,
  who: SignedIn = admin,
): Promise<{ status: number; body: string; to?: unknown }> {
  const answer = await served.server.web.inject({ url, headers: who.headers });
  return { status: answer.statusCode, body: answer.body, to: answer.headers.location };
}

async function send(url: string, form: Readonly<Record<string, string>>, who: SignedIn = admin) {
  const answer = await served.server.web.inject({
    method: "POST",
    url,
    headers: { ...who.headers, "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams(form).toString(),
  });
  return { status: answer.statusCode, body: answer.body, to: answer.headers.location };
}

const eva = {
  login: "eva",
  name: "Eva Claes",
  email: "eva@example.org",
  role: "auditor",
  why: "yearly audit",
};
const pages = [
  "/people",
  "/people/new",
  "/people/sessions",
  "/people/tokens",
  "/people/review",
  "/people/accounts/admin",
];

describe("the pages about people", () => {
  it("are an administrator's alone", async () => {
    for (const role of personRoles.filter((each) => each !== "administrator")) {
      const who = await inviteAndSignIn(people, served.clock, admin, `some-${role}`, role);
      for (const page of pages)
        expect([role, page, (await get(page, who)).status]).toEqual([role, page, 403]);
      expect((await send("/people/new", eva, who)).status).toBe(403);
      expect((await get("/", who)).body).not.toContain('href="/people"');
    }
    expect(people.accounts.list().some(({ login }) => login === "eva")).toBe(false);
    for (const page of pages) expect([page, (await get(page)).status]).toEqual([page, 200]);
  });

  it("invite: the link is shown once, and what is wrong is said beside its field", async () => {
    const made = await send("/people/new", eva);
    const link = /<code>http:\/\/cold(\/invitation\/[\w-]+)<\/code>/.exec(made.body)?.[1];
    expect(people.links.look(link?.split("/").at(-1) ?? "")?.account.login).toBe("eva");
    expect((await get("/people/accounts/eva")).body).not.toContain("/invitation/");
    const cases = [
      [{ ...eva }, 409, "field-login-error"],
      [{ ...eva, login: "eva2", why: "" }, 422, "field-why-error"],
      [{ ...eva, login: "eva2", role: "king" }, 422, "field-role-error"],
      [{ ...eva, login: "Eva Claes!" }, 422, "error-summary"],
      [{}, 422, "error-summary"],
    ] as const;
    for (const [form, status, where] of cases) {
      const answer = await send("/people/new", form);
      expect([answer.status, answer.body.includes(where)]).toEqual([status, true]);
    }
    expect(people.accounts.list()).toHaveLength(2);
  });

  it("mail the link where mail and the public address are set up, and say so", async () => {
    expect((await send("/people/new", eva)).body).toContain("Give this link to Eva Claes");
    expect(served.mails).toEqual([]);
    await served.stop();
    served = await testServer({ publicUrl: "http://cold.example" });
    ({ people } = served.server.services);
    admin = await firstAdministrator(people, served.clock);
    const made = await send("/people/new", eva);
    expect(made.body).toContain("It is on its way to eva@example.org");
    expect(served.mails).toMatchObject([{ to: "eva@example.org", subject: "Your account at mechelen" }]);
    const path = /http:\/\/cold\.example(\/invitation\/\S+)/.exec(served.mails[0]?.text ?? "")?.[1] ?? "";
    expect(people.links.look(path.split("/").at(-1) ?? "")?.account.login).toBe("eva");
  });

  it("change a role with its reason, which ends the sessions", async () => {
    const who = await inviteAndSignIn(people, served.clock, admin, "storage1", "storage");
    const without = await send("/people/accounts/storage1/role", { role: "on-call", why: " " });
    expect([without.status, without.body.includes('id="field-role-why-error"')]).toEqual([422, true]);
    expect((await send("/people/accounts/storage1/role", { role: "on-call", why: "night shift" })).to).toBe(
      "/people/accounts/storage1?done=role",
    );
    expect(people.accounts.of("storage1").role).toBe("on-call");
    expect((await get("/account", who)).status).toBe(303);
    expect((await get("/people/accounts/storage1?done=role")).body).toContain("The role was changed.");
    const entries = served.server.services.database
      .prepare("SELECT detail FROM audit WHERE action = ?")
      .all("account.role-changed");
    expect(entries).toHaveLength(1);
    expect(JSON.parse(String(entries[0]?.["detail"]))).toMatchObject({
      why: "night shift",
      role: "administrator",
    });
  });

  it("refuse what the rules refuse, and say why", async () => {
    const own = await send("/people/accounts/admin/role", { role: "quality", why: "x" });
    expect([own.status, own.body.includes("Nobody gives themself another role")]).toEqual([409, true]);
    expect((await send("/people/accounts/admin/disable", { why: "x" })).status).toBe(409);
    expect((await send("/people/accounts/nobody/disable", { why: "x" })).status).toBe(404);
    expect((await send("/people/accounts/admin/promote", { why: "x" })).status).toBe(404);
    expect((await send("/people/accounts/admin/constructor", { why: "x" })).status).toBe(404);
    expect((await get("/people/accounts/nobody")).status).toBe(404);
    expect((await get("/people/accounts/admin?done=constructor")).status).toBe(200);
  });

  it("disable, enable by a new link, and reset", async () => {
    await inviteAndSignIn(people, served.clock, admin, "storage1", "storage");
    const act = (name: string) => send(`/people/accounts/storage1/${name}`, { why: "left us" });
    expect((await act("disable")).status).toBe(303);
    expect((await get("/people")).body).toContain("Disabled");
    expect((await act("disable")).status).toBe(409);
    expect((await act("enable")).body).toMatch(/<code>http:\/\/cold\/invitation\//);
    expect((await act("password")).body).toMatch(/<code>http:\/\/cold\/invitation\//);
    expect(people.accounts.of("storage1")).toMatchObject({ state: "invited", hasPassword: false });
  });

  it("list all sessions and end one with a reason", async () => {
    const who = await inviteAndSignIn(people, served.clock, admin, "storage1", "storage");
    const page = await get("/people/sessions");
    expect(page.body).toContain("Name of storage1");
    const path = `/people/sessions/${who.person.session}/end`;
    expect((await send(path, {})).status).toBe(422);
    expect((await send(path, { why: "phone lost" })).to).toBe("/people/sessions");
    expect((await get("/account", who)).status).toBe(303);
    expect((await send(path, { why: "again" })).status).toBe(303);
  });

  it("make a token that is shown once and works until it is revoked", async () => {
    const form = { name: "gateway-9", role: "gateway", gateways: "g9, g10", why: "new cold room" };
    const made = await send("/people/tokens", form);
    const token = /<code>(\S+)<\/code>/.exec(made.body)?.[1] ?? "";
    expect(people.tokens.machine(`Bearer ${token}`)).toMatchObject({
      name: "gateway-9",
      gateways: ["g9", "g10"],
    });
    const list = await get("/people/tokens");
    expect(list.body).toContain("for g9, g10");
    expect(list.body).not.toContain(token);
    expect((await send("/people/tokens", form)).body).toContain("field-name-error");
    expect((await send("/people/tokens", { ...form, name: "x", why: "" })).body).toContain("field-why-error");
    expect((await send("/people/tokens", { ...form, role: "all" })).status).toBe(422);
    expect((await send("/people/tokens/gateway-9/revoke", { why: "" })).status).toBe(422);
    expect((await send("/people/tokens/gateway-9/revoke", { why: "sold" })).status).toBe(303);
    expect(() => people.tokens.machine(`Bearer ${token}`)).toThrow(/not known/);
    expect((await get("/people/tokens")).body).toContain("Revoked");
  });
});

describe("one's own account", () => {
  let who: SignedIn;
  beforeEach(async () => {
    who = await inviteAndSignIn(people, served.clock, admin, "storage1", "storage");
  });

  it("changes the password with the old one, which ends the other sessions", async () => {
    const fresh = "another-horse-quietly-eats-7";
    const form = { old: "correct-horse-battery-9-staple", fresh, again: fresh };
    expect((await send("/account/password", { ...form, old: "wrong" }, who)).body).toContain(
      "field-password-old-error",
    );
    expect((await send("/account/password", { ...form, again: "x" }, who)).body).toContain(
      "field-password-again-error",
    );
    const other = await people.signIn("storage1", form.old, {
      address: "192.0.2.9",
      agent: "Firefox/1 Linux",
    });
    expect((await send("/account/password", form, who)).to).toBe("/account?done=password");
    expect(people.sessions.ofPerson("storage1").map(({ id }) => id)).not.toContain(other.session.id);
  });

  it("sets up a second factor and takes it away again, with its codes", async () => {
    const begun = await send("/account/second-factor", {}, who);
    expect(begun.body).toContain("<svg");
    const secret = /name="secret" value="([A-Z2-7]+)"/.exec(begun.body)?.[1] ?? "";
    expect((await send("/account/second-factor/confirm", { secret, code: "1" }, who)).status).toBe(422);
    expect((await send("/account/second-factor/confirm", { code: "1" }, who)).status).toBe(422);
    const code = codeOf(secret, served.clock.epochMs());
    const done = await send("/account/second-factor/confirm", { secret, code }, who);
    expect(done.body.match(/<li><code>/g)).toHaveLength(10);
    expect(people.accounts.of("storage1").hasSecondFactor).toBe(true);
  });

  it("replaces the second factor only with a code of the one that is there", async () => {
    expect((await send("/account/second-factor", {})).body).toContain("field-factor-present-error");
    expect((await send("/account/recovery-codes", { present: "1" })).body).toContain(
      "field-codes-present-error",
    );
    expect((await send("/account/second-factor/remove", { present: "1" })).status).toBe(409);
    served.clock.advance(60_000);
    const present = codeOf(admin.secret ?? "", served.clock.epochMs());
    expect((await send("/account/second-factor", { present })).body).toContain("<svg");
  });

  it("ends own sessions and nobody else's", async () => {
    const other = await people.signIn("storage1", "correct-horse-battery-9-staple", {
      address: "192.0.2.9",
      agent: "",
    });
    expect((await get("/account", who)).body).toContain("192.0.2.9");
    await send(`/account/sessions/${admin.person.session}/end`, {}, who);
    expect(people.sessions.ofPerson("admin")).toHaveLength(1);
    await send(`/account/sessions/${other.session.id}/end`, {}, who);
    expect(people.sessions.ofPerson("storage1").map(({ id }) => id)).toEqual([who.person.session]);
    await people.signIn("storage1", "correct-horse-battery-9-staple", { address: "192.0.2.9", agent: "" });
    await send("/account/sessions/end-others", {}, who);
    expect(people.sessions.ofPerson("storage1").map(({ id }) => id)).toEqual([who.person.session]);
  });
});
