import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { isAlive } from "../testing/process-tree.ts";
import { crashReport, startChild, type Child } from "./child.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-child-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(script: string, graceMs?: number): Child {
  const url = new URL(`testing/${script}.ts`, import.meta.url);
  const logPath = join(folder, `${script}.log`);
  return startChild(
    { name: "the server", script: url, args: [], env: process.env, logPath },
    systemClock,
    graceMs,
  );
}

const ready = (child: Child): Promise<void> =>
  vi.waitFor(() => expect(child.log.tail()).toContain("ready"), 20_000);

test("a process that is asked to stop stops by itself", async () => {
  const child = start("obedient");
  await ready(child);
  await child.stop();
  expect(await child.ended).toBe("exit code 0");
  expect(child.log.tail()).toContain("stopping");
  expect(isAlive(child.pid ?? 0)).toBe(false);
  await child.stop();
});

test("a process that does not stop is killed when its time is up, and its log says so", async () => {
  const child = start("stubborn", 200);
  await ready(child);
  await child.stop();
  expect(await child.ended).toBe("signal SIGKILL");
  expect(child.log.tail().join("\n")).toContain("no\nNot stopped after 200 ms: killed.");
});

test("a crash is told with its exit code, its last words and where the rest is", async () => {
  const child = start("crashing");
  const report = crashReport(child, await child.ended);
  expect(report).toContain("the server ended unexpectedly (exit code 7)");
  expect(report).toContain("The journal is broken - disk full");
  expect(report).toContain(join(folder, "crashing.log"));
});

test("a process ends itself when the demo was killed", async () => {
  const script = fileURLToPath(new URL("testing/parent.ts", import.meta.url));
  const parent = spawn(process.execPath, [script, join(folder, "orphan.log")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(String(said).trim());
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 20_000);
});
