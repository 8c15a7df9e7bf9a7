import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { expect, test } from "vitest";
import { replay } from "../replay/replay.ts";
import { codeOf, testFrom, testPassword, type TestPeople, testPeople } from "../testing/test-people.ts";
import { peopleKeyName } from "./people-key.ts";

async function enrolled(): Promise<{ world: TestPeople; secret: string; token: string }> {
  const world = testPeople();
  await world.first();
  const half = await world.people.signIn("admin", testPassword, testFrom);
  const { secret } = world.people.factors.begin(half.session);
  const { begun } = world.people.factors.confirm(half.session, codeOf(secret, world.clock.epochMs()));
  return { world, secret, token: begun.token };
}

test("the key is its owner's alone, and the records and it together are needed for a code", async () => {
  const { world, secret } = await enrolled();
  const path = join(world.folder, peopleKeyName);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const key = readFileSync(path, "utf8");
  const again = world.reopen();
  expect(readFileSync(path, "utf8")).toBe(key);
  again.clock.advance(minuteMs);
  const half = await again.people.signIn("admin", testPassword, testFrom);
  expect(half.session.stage).toBe("factor");
  expect(again.people.enterCode(half.session, codeOf(secret, again.clock.epochMs())).session.stage).toBe(
    "full",
  );
  again.stop();
});

test("without the key the second factor ends, audited, and is enrolled anew", async () => {
  const { world, token } = await enrolled();
  rmSync(join(world.folder, peopleKeyName));
  const again = world.reopen();
  const lost = again.inside.database
    .prepare("SELECT actor, subject, detail FROM audit WHERE action = 'account.second-factor-lost'")
    .all();
  expect(lost).toHaveLength(1);
  expect(lost[0]).toMatchObject({ actor: "system", subject: "person:admin" });
  const request = { cookies: { coldkeep: token }, headers: {}, method: "GET", url: "/" };
  expect(again.people.personOf(request as never)).toBeNull();
  const half = await again.people.signIn("admin", testPassword, testFrom);
  expect(half.session.stage).toBe("enrol");
  expect(replay(again.inside.database, () => undefined).differing).toEqual([]);
  again.stop();
});

test("a key of other records stops the start", async () => {
  const { world } = await enrolled();
  writeFileSync(join(world.folder, peopleKeyName), Buffer.alloc(32, 1).toString("base64"));
  expect(() => world.reopen()).toThrow(/not the key of these records/);
  writeFileSync(join(world.folder, peopleKeyName), "short");
  expect(() => testPeople(undefined, world.folder, world.clock)).toThrow(/not 32 bytes/);
  rmSync(world.folder, { recursive: true });
});
