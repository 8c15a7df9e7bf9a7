import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "./folder-lock.ts";

const variable = "COLDKEEP_DEMO_DATA";
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a folder is held by one at a time, and free again once it is given back", async () => {
  const release = await lockFolder(folder, variable);
  await expect(lockFolder(folder, variable)).rejects.toMatchObject({
    code: "demo.folder-taken",
    message: expect.stringContaining(`${variable}=`),
  });
  await release();
  await (
    await lockFolder(folder, variable)
  )();
});

test("what a killed demo left behind does not hold the folder", async () => {
  const script = fileURLToPath(new URL("testing/lock-holder.ts", import.meta.url));
  const holder = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  await expect(lockFolder(folder, variable)).rejects.toMatchObject({ code: "demo.folder-taken" });
  holder.kill("SIGKILL");
  await once(holder, "close");
  await (
    await lockFolder(folder, variable)
  )();
});
