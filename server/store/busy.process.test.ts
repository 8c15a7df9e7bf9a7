import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "./database.ts";

/** Holds the file for itself, says so, and lets go after a while. */
const holder = `
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(process.argv[1]);
  database.exec("CREATE TABLE other (x); BEGIN EXCLUSIVE; INSERT INTO other VALUES (1)");
  console.log("held");
  setTimeout(() => { database.exec("COMMIT"); database.close(); }, 700);
`;

test("records that another process holds for a moment are waited for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-busy-"));
  const path = join(folder, "records.sqlite");
  const child = spawn(process.execPath, ["-e", holder, path], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  const database = openDatabase(path);
  expect(database.prepare("SELECT count(*) AS n FROM journal").get()).toEqual({ n: 0 });
  database.close();
  await ended;
  rmSync(folder, { recursive: true });
});
