import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { expect, test } from "vitest";
import { peopleKeyName } from "../people/people-key.ts";
import { personIn } from "../people/make-people.ts";
import { codeOf, testFrom, testPassword, testPeople } from "../testing/test-people.ts";
import { restoreCommand } from "./restore-command.ts";
import { writeBackup } from "./write-backup.ts";

test("a backup holds no key, and a restore ends sessions and links but keeps the key that is there", async () => {
  const world = testPeople();
  await world.first();
  const half = await world.people.signIn("admin", testPassword, testFrom);
  const { secret } = world.people.factors.begin(half.session);
  const { begun } = world.people.factors.confirm(half.session, codeOf(secret, world.clock.epochMs()));
  const eva = { login: "eva", name: "Eva Maes", email: "eva@example.org", role: "storage" as const };
  const link = world.people.accounts.invite(personIn(begun.session), eva, "new colleague");

  const to = `${world.folder}.zst`;
  const records = join(world.folder, "records.sqlite");
  await writeBackup({ records, to, progress: () => undefined }, systemClock);
  world.inside.database.close();
  const key = readFileSync(join(world.folder, peopleKeyName));
  const io = { print: () => undefined, readFile: () => "", environment: {} };
  expect(await restoreCommand(["--from", to, "--data", world.folder, "--force"], io)).toBe(0);
  rmSync(to);
  expect(readFileSync(join(world.folder, peopleKeyName))).toEqual(key);
  const aside = readdirSync(world.folder).find((name) => name.startsWith("before-restore-")) ?? "";
  expect(readdirSync(join(world.folder, aside))).not.toContain(peopleKeyName);

  const again = testPeople(undefined, world.folder, world.clock);
  const request = { cookies: { coldkeep: begun.token }, headers: {}, method: "GET", url: "/" };
  expect(again.people.personOf(request as never)).toBeNull();
  expect(again.people.links.look(link?.token ?? "")).toBeNull();
  world.clock.advance(minuteMs);
  const next = await again.people.signIn("admin", testPassword, testFrom);
  expect(next.session.stage).toBe("factor");
  expect(again.people.enterCode(next.session, codeOf(secret, world.clock.epochMs())).session.stage).toBe(
    "full",
  );
  again.stop();
});
