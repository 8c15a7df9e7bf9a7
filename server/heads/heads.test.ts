import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dayMs, hourMs } from "@coldkeep/core/time/millis.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replay } from "../replay/replay.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { verifyCommand } from "../verify/verify-command.ts";

let folder = "";
let server: TestServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-heads-"));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const lines = (): string[] => readFileSync(join(folder, "heads.jsonl"), "utf8").split("\n");
const start = (): Promise<TestServer> =>
  testServer({ heads: { mailTo: ["archive@example.org"], file: join(folder, "heads.jsonl") } });
const days = (): string[] => server.server.services.heads.before(null, 100).map(({ day }) => day);
const owed = () =>
  server.server.services.database
    .prepare("SELECT id, address, body FROM notifications WHERE id LIKE 'head-%'")
    .all();

async function verify(...args: string[]): Promise<{ code: number; text: string }> {
  const said: string[] = [];
  const path = String(server.server.services.database.prepare("PRAGMA database_list").get()?.["file"]);
  const readFile = (name: string): string => readFileSync(name, "utf8");
  const code = await verifyCommand([path, ...args], {
    print: (line) => void said.push(line),
    readFile,
    environment: {},
  });
  return { code, text: said.join("\n") };
}

test("each day of the site has one head: on record, owed by mail, in the file; the next start makes up what was slept through", async () => {
  server = await start();
  const { headKeeper } = server.server;
  // 01:00 in Brussels; the day ends at 23:00 of UTC.
  headKeeper.look();
  expect(days()).toEqual([]);
  server.clock.advance(23 * hourMs - 1);
  headKeeper.look();
  expect(days()).toEqual([]);
  server.clock.advance(1);
  headKeeper.look();
  headKeeper.look();
  expect(days()).toEqual(["2026-11-22"]);
  expect(owed()).toMatchObject([
    { id: "head-2026-11-22.0.archive@example.org", address: "archive@example.org" },
  ]);
  expect(String(owed()[0]?.["body"])).toContain(lines()[0]);
  server.clock.advance(4 * dayMs);
  server = await server.restart();
  server.server.headKeeper.look();
  expect(days()).toEqual(["2026-11-26", "2026-11-22"]);
  expect(lines().map((line) => line.slice(0, 20))).toEqual([
    '{"day":"2026-11-22",',
    '{"day":"2026-11-26",',
    "",
  ]);
  const answer = await server.call("GET", "/v1/heads?limit=1");
  const { journal, audit } = JSON.parse(lines()[1] ?? "") as { journal: unknown; audit: unknown };
  expect(answer.json).toMatchObject({ heads: [{ day: "2026-11-26", journal, audit }] });
  expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
});

test("a running server's records are held against the heads file and against a typed head; a forged one is found", async () => {
  server = await start();
  server.clock.advance(2 * dayMs);
  await server.post("p1", [{ at: testStart + dayMs, celsius: 5 }]);
  server.server.headKeeper.look();
  const file = join(folder, "heads.jsonl");
  expect(await verify("--heads", file)).toMatchObject({ code: 0 });
  const { sequence, hash } = server.server.services.journal.head();
  expect(await verify("--head", `journal:${sequence}:${hash.slice(0, 16).toUpperCase()}`)).toMatchObject({
    code: 0,
  });
  const wrong = hash.startsWith("0") ? "1" : "0";
  const forged = await verify("--head", `journal:${sequence}:${wrong}${hash.slice(1)}`);
  expect(forged).toMatchObject({ code: 1 });
  expect(forged.text).toContain("verify.head-differs");
  const cut = await verify("--head", `audit:9999:${hash}`);
  expect(cut.text).toContain("the end was cut off");
  await expect(verify("--head", "journal:1:abc")).rejects.toThrow("at least 16 hex digits");
});

test("a file that is away is made up later, a line that a crash cut is ended, and a changed one is never continued", async () => {
  server = await start();
  rmSync(folder, { recursive: true });
  server.clock.advance(dayMs);
  server.server.headKeeper.look();
  expect(server.server.headKeeper.unwritten()).toBe(1);
  folder = mkdtempSync(join(tmpdir(), "coldkeep-heads-"));
  server = await server.restart();
  expect(server.server.headKeeper.unwritten()).toBe(1);
  await server.stop();
  server = await testServer({ heads: { mailTo: [], file: join(folder, "heads.jsonl") } });
  server.clock.advance(dayMs);
  server.server.headKeeper.look();
  appendFileSync(join(folder, "heads.jsonl"), '{"day":"2026-11-2');
  server.clock.advance(dayMs);
  server.server.headKeeper.look();
  expect(lines()).toHaveLength(4);
  expect(lines()[2]).toContain('"day":"2026-11-23"');
  writeFileSync(
    join(folder, "heads.jsonl"),
    `${(lines()[2] ?? "").replace(/"sequence":\d+/, '"sequence":7')}\n`,
  );
  server.clock.advance(dayMs);
  server.server.headKeeper.look();
  expect(server.server.headKeeper.unwritten()).toBe(1);
  expect(lines()).toHaveLength(2);
});
