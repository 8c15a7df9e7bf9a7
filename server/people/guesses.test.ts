import { lockoutFailures, lockoutFirstMs } from "@coldkeep/core/people/lockout.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import type { Begun } from "./people.ts";
import { expect, test } from "vitest";
import { codeOf, testFrom, testPassword, testPeople } from "../testing/test-people.ts";

const refused = { code: "sign.refused" };

test("guesses sent at once are counted like guesses in turn: the right one behind five wrong ones comes too late", async () => {
  const world = testPeople();
  await world.first();
  const wrong = Array.from({ length: lockoutFailures }, (_, at) => `wrong-guess-number-${at}`);
  const tries = [...wrong, testPassword].map((guess) => world.people.signIn("admin", guess, testFrom));
  const outcomes = await Promise.allSettled(tries);
  expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => "rejected"));
  await expect(world.people.signIn("admin", testPassword, testFrom)).rejects.toMatchObject(refused);
  expect(world.people.accounts.of("admin").lockedUntil).toBe(world.clock.epochMs() + lockoutFirstMs);
  world.clock.advance(lockoutFirstMs);
  expect((await world.people.signIn("admin", testPassword, testFrom)).session.stage).toBe("enrol");
  world.stop();
});

test("a recovery code is good once, and never for a signature", async () => {
  const world = testPeople();
  const { people, clock } = world;
  await world.first();
  const half = await people.signIn("admin", testPassword, testFrom);
  const { secret } = people.factors.begin(half.session);
  const { recoveryCodes } = people.factors.confirm(half.session, codeOf(secret, clock.epochMs()));
  const [code = "", other = ""] = recoveryCodes;
  const again = await people.signIn("admin", testPassword, testFrom);
  const { session } = people.enterCode(again.session, code.toUpperCase().replaceAll("-", " "));
  expect(people.accounts.of("admin").recoveryCodesLeft).toBe(9);
  const third = await people.signIn("admin", testPassword, testFrom);
  expect(() => people.enterCode(third.session, code)).toThrow(expect.objectContaining(refused));
  const person = {
    kind: "person" as const,
    login: "admin",
    name: session.name,
    role: session.role,
    session: session.id,
  };
  await expect(people.reauthenticate(person, { password: testPassword, code: other })).rejects.toMatchObject(
    refused,
  );
  world.stop();
});

test("the password alone does not set the count of wrong codes back", async () => {
  const world = testPeople();
  const { people, clock } = world;
  await world.first();
  const half = await people.signIn("admin", testPassword, testFrom);
  const { secret } = people.factors.begin(half.session);
  people.factors.confirm(half.session, codeOf(secret, clock.epochMs()));
  for (let attempt = 0; attempt < lockoutFailures; attempt += 1) {
    const next = await people.signIn("admin", testPassword, testFrom);
    expect(() => people.enterCode(next.session, "000000")).toThrow(expect.objectContaining(refused));
  }
  clock.advance(minuteMs / 2);
  await expect(people.signIn("admin", testPassword, testFrom)).rejects.toMatchObject(refused);
  world.stop();
});

function personOf({ session }: Begun): Person {
  const { login, name, role, id } = session;
  return { kind: "person", login, name, role, session: id };
}

test("a grant of the single sign-on is good once, in its own session, for five minutes", async () => {
  const world = testPeople({
    secondFactor: { required: [] },
    idleEnd: 15 * minuteMs,
    sessionMax: 720 * minuteMs,
    passwordMaxAge: null,
  });
  const { people, clock } = world;
  await world.first();
  const identity = { issuer: "https://idp.example", subject: "a-1", login: "nora", secondFactor: true };
  const admin = await people.signIn("admin", testPassword, testFrom);
  const nora = { login: "nora", name: "Nora Novak", email: "nora@example.org", role: "quality" as const };
  people.accounts.invite(personOf(admin), nora, "new here");
  const one = people.signInVouched(identity, testFrom);
  const two = people.signInVouched(identity, testFrom);
  const taken = { ...identity, subject: "c-3", login: "admin" };
  expect(() => people.signInVouched(taken, testFrom)).toThrow(expect.objectContaining(refused));
  const other = { ...identity, subject: "b-2" };
  expect(() => people.signInVouched(other, testFrom)).toThrow(expect.objectContaining(refused));
  expect(() => people.grantFor(personOf(one), other)).toThrow(expect.objectContaining(refused));
  const grant = people.grantFor(personOf(one), identity);
  await expect(people.reauthenticate(personOf(two), { grant })).rejects.toMatchObject(refused);
  expect(await people.reauthenticate(personOf(one), { grant })).toMatchObject({ method: "oidc" });
  await expect(people.reauthenticate(personOf(one), { grant })).rejects.toMatchObject(refused);
  const late = people.grantFor(personOf(one), identity);
  clock.advance(5 * minuteMs);
  await expect(people.reauthenticate(personOf(one), { grant: late })).rejects.toMatchObject(refused);
  world.stop();
});
