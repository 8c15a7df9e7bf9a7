import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { busyServer } from "../testing/busy-server.ts";

/** The program in docs/records.md that checks the chains without any of ours: it comes to the same heads, and finds what was changed. */

const folder = mkdtempSync(join(tmpdir(), "coldkeep-inspector-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = /```python\n([\s\S]*?)```/.exec(readFileSync("docs/records.md", "utf8"))?.[1] ?? "";
const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!hasPython)(
  "an inspector's own program comes to the same heads, and to the changed entry",
  async () => {
    const server = await busyServer();
    const { database, heads } = server.server.services;
    const path = String(database.prepare("PRAGMA database_list").get()?.["file"]);
    const { journal, audit } = heads.current();
    await server.server.stop();
    const copy = join(folder, "records.sqlite");
    copyFileSync(path, copy);
    rmSync(join(path, "..", ".."), { recursive: true });
    const said = execFileSync("python3", ["-c", program, copy], { encoding: "utf8" });
    expect(said.trim().split("\n")).toEqual([
      `journal:${journal.sequence}:${journal.hash}`,
      `audit:${audit.sequence}:${audit.hash}`,
    ]);
    const sqlite = new DatabaseSync(copy);
    sqlite.exec(
      "PRAGMA journal_mode = DELETE; DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE seq = 7",
    );
    sqlite.close();
    expect(spawnSync("python3", ["-c", program, copy], { encoding: "utf8" }).stderr).toContain(
      "audit: entry 7 is wrong",
    );
  },
);
