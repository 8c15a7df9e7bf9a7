import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { expect, test } from "vitest";
import { replay } from "../replay/replay.ts";
import { codeOf, testFrom, testPassword, testPeople } from "../testing/test-people.ts";
import { personIn } from "./make-people.ts";
import { spendProof } from "./people.ts";
import { zxcvbnStrength } from "./password-strength.ts";
import { makePasswords } from "./passwords.ts";

test("from the first start to a signature: first administrator, second factor, invitation, proof", async () => {
  const world = testPeople();
  const { people, clock, inside } = world;
  await world.first();
  expect(people.firstAdministrator.isOpen()).toBe(false);

  const half = await people.signIn("admin", testPassword, testFrom);
  expect(half.session.stage).toBe("enrol");
  const { secret, uri } = people.factors.begin(half.session);
  expect(uri).toContain("otpauth://totp/Coldkeep:admin");
  const { begun, recoveryCodes } = people.factors.confirm(half.session, codeOf(secret, clock.epochMs()));
  expect(recoveryCodes).toHaveLength(10);
  expect(begun.session.stage).toBe("full");
  const admin = personIn(begun.session);

  const eva = { login: "eva", name: "Eva Maes", email: "eva@example.org", role: "storage" as const };
  const link = people.accounts.invite(admin, eva, "new colleague");
  await people.links.accept(link?.token ?? "", "another-Long-passphrase-17");
  await expect(people.links.accept(link?.token ?? "", "another-Long-passphrase-18")).rejects.toMatchObject({
    code: "sign.link-invalid",
  });
  const evaIn = await people.signIn("eva", "another-Long-passphrase-17", testFrom);
  expect(evaIn.session.stage).toBe("full");

  await expect(people.reauthenticate(admin, { password: testPassword })).rejects.toMatchObject({
    code: "sign.refused",
  });
  const again = { password: testPassword, code: codeOf(secret, clock.epochMs()) };
  await expect(people.reauthenticate(admin, again)).rejects.toMatchObject({ code: "sign.refused" });
  clock.advance(minuteMs);
  const given = { password: testPassword, code: codeOf(secret, clock.epochMs()) };
  const proof = await people.reauthenticate(admin, given);
  expect(proof).toMatchObject({ login: "admin", name: "Ada Admin", method: "password+totp" });
  spendProof(proof);
  expect(() => spendProof(proof)).toThrow(/sign-in of its own/);
  expect(() => spendProof({ ...proof })).toThrow(/sign-in of its own/);
  expect(replay(inside.database, () => undefined).differing).toEqual([]);
  world.stop();
});

test("argon2id as it stands in the records: right, wrong, and of another cost", async () => {
  const passwords = makePasswords();
  const hash = await passwords.hash("correct horse battery");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await passwords.verify(hash, "correct horse battery")).toBe(true);
  expect(await passwords.verify(hash, "correct horse batterx")).toBe(false);
  expect(await passwords.verify(null, "correct horse battery")).toBe(false);
  expect(makePasswords({ memoryKiB: 32_768, passes: 3, lanes: 1 }).isOutdated(hash)).toBe(true);
  expect(passwords.isOutdated(hash)).toBe(false);
});

test("zxcvbn tells strong from weak", () => {
  expect(zxcvbnStrength("passwordpassword", [])).toBeLessThan(3);
  expect(zxcvbnStrength("coldkeepcoldkeep", [])).toBeLessThan(3);
  expect(zxcvbnStrength("orbit-lantern-9-thistle", [])).toBeGreaterThan(3);
});
