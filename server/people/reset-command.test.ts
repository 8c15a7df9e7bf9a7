import { afterEach, expect, test } from "vitest";
import { replay } from "../replay/replay.ts";
import { testFrom, testPassword, testPeople, testPolicy } from "../testing/test-people.ts";
import { peopleCommand } from "./reset-command.ts";

const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0).reverse()) end();
});

test("the command lets a sole administrator in again on the records of a stopped server, audited, and nobody else", async () => {
  const before = testPeople();
  await before.first();
  const { folder, clock } = before;
  const lines: string[] = [];
  const io = {
    print: (line: string) => void lines.push(line),
    readFile: String,
    environment: { COLDKEEP_DATA: folder, COLDKEEP_PUBLIC_URL: "https://coldkeep.example/" },
  };
  const reset = (...args: readonly string[]) => peopleCommand(["reset", ...args], io, clock);
  const code = (wanted: string) => expect.objectContaining({ code: wanted });
  const { id } = (await before.people.signIn("admin", testPassword, testFrom)).session;
  expect(() => reset("admin", "--why", "forgotten")).toThrow(code("records.in-use"));
  before.inside.database.close();
  expect(() => reset("admin")).toThrow(code("account.why-missing"));
  expect(() => reset("nobody", "--why", "forgotten")).toThrow(code("account.unknown"));
  expect(() => peopleCommand(["admin"], io, clock)).toThrow(code("arguments.invalid"));
  expect(reset("admin", "--why", "forgotten")).toBe(0);

  const after = testPeople(testPolicy, folder, clock);
  ending.push(after.stop);
  const [, token = ""] = /^https:\/\/coldkeep\.example\/invitation\/(.+)$/.exec(lines.at(-1) ?? "") ?? [];
  await expect(after.people.signIn("admin", testPassword, testFrom)).rejects.toThrow(code("sign.refused"));
  expect(after.people.sessions.all().map((session) => session.id)).not.toContain(id);
  await after.people.links.accept(token, "another-horse-battery-9-staple");
  await after.people.signIn("admin", "another-horse-battery-9-staple", testFrom);
  const { database } = after.inside;
  const rows = database.prepare("SELECT * FROM audit").all();
  const entry = rows.find(({ action }) => action === "account.reset-by-command");
  expect(entry).toMatchObject({ actor: "command", subject: "person:admin" });
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(replay(database, () => undefined).differing).toEqual([]);
});
