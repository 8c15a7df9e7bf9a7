import * as fc from "fast-check";
import { expect, test } from "vitest";
import { claimedPerson } from "./claims.ts";
import { oidcSettingsSchema } from "./oidc-settings.ts";

const base = { issuer: "https://id.example.org", clientId: "coldkeep" };
const read = (claims: object, settings: object = {}) =>
  claimedPerson(
    { iss: base.issuer, sub: "s1", ...claims },
    oidcSettingsSchema.parse({ ...base, ...settings }),
  );

test("the login is the preferred name, or a verified address of the settings' domain, or a claim of their own", () => {
  expect(read({ preferred_username: "Anna.P", name: "Anna Peeters", email: "a@x.org" })).toMatchObject({
    person: { login: "anna.p", name: "Anna Peeters", email: "a@x.org", role: null, secondFactor: false },
  });
  const domain = { loginDomain: "Hospital.example" };
  expect(read({ preferred_username: "anna@hospital.example" }, domain)).toMatchObject({
    person: { login: "anna" },
  });
  expect(read({ preferred_username: "anna@other.example" }, domain)).toEqual({
    ok: false,
    refusal: "other-domain",
  });
  expect(read({ preferred_username: "anna@hospital.example" })).toEqual({
    ok: false,
    refusal: "other-domain",
  });
  expect(read({ email: "anna@hospital.example", email_verified: false }, domain)).toMatchObject({
    refusal: "no-login",
  });
  expect(read({ email: "anna@hospital.example", email_verified: true }, domain)).toMatchObject({ ok: true });
  expect(read({ badge: "ap1" }, { loginClaim: "badge" })).toMatchObject({ person: { login: "ap1" } });
});

test("roles follow the map in its order, nested claims and addresses as names too; who has none is refused", () => {
  const roleMap = { "cold-quality": "quality", "cold-storage": "storage" };
  const who = { preferred_username: "a1" };
  const groups = { roleClaim: "groups", roleMap };
  expect(read({ ...who, groups: ["cold-storage", "cold-quality"] }, groups)).toMatchObject({
    person: { role: "quality" },
  });
  expect(read({ ...who, groups: "cold-storage" }, groups)).toMatchObject({ person: { role: "storage" } });
  for (const none of [undefined, [], ["other"], 7, null, [["cold-storage"]], "toString"])
    expect(read({ ...who, groups: none }, groups)).toEqual({ ok: false, refusal: "no-role" });
  const nested = { roleClaim: "realm_access.roles", roleMap };
  expect(read({ ...who, realm_access: { roles: ["cold-storage"] } }, nested)).toMatchObject({ ok: true });
  const address = { roleClaim: "https://x.example/roles", roleMap };
  expect(read({ ...who, "https://x.example/roles": ["cold-storage"] }, address)).toMatchObject({ ok: true });
});

test("a second factor at the provider counts only where the settings say which", () => {
  const who = { preferred_username: "a1", amr: ["pwd", "mfa"] };
  expect(read(who)).toMatchObject({ person: { secondFactor: false } });
  expect(read(who, { secondFactorAmr: ["mfa"] })).toMatchObject({ person: { secondFactor: true } });
  expect(read({ ...who, amr: "pwd" }, { secondFactorAmr: ["mfa"] })).toMatchObject({
    person: { secondFactor: false },
  });
});

test("whatever claims hold, they are read or refused", () => {
  const settings = { roleClaim: "a.b", roleMap: { x: "auditor" }, secondFactorAmr: ["mfa"] };
  fc.assert(
    fc.property(fc.object(), (claims) => {
      const outcome = read({ ...claims, preferred_username: claims["preferred_username"] }, settings);
      expect(outcome.ok ? outcome.person.role : outcome.refusal).toMatch(
        /^(auditor|no-login|other-domain|no-role)$/,
      );
    }),
  );
});

test("an issuer that could be read along is refused in the settings", () => {
  const parse = (issuer: string): boolean => oidcSettingsSchema.safeParse({ ...base, issuer }).success;
  expect(["http://id.example.org", "ftp://127.0.0.1", "id.example.org"].map(parse)).toEqual([
    false,
    false,
    false,
  ]);
  expect(["https://id.example.org/realms/x", "http://127.0.0.1:9000"].map(parse)).toEqual([true, true]);
});
