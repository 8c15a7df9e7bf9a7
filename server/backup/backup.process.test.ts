/**
 * Goal: backups made while a real server takes readings as fast as it can are each the records of one moment: restored, they pass every check, a server starts on them and answers,
 * replaying agrees, and their journal is a beginning of the server's. Method: a server under load, killed once in the middle of a backup; every backup restored into a folder of its own
 * by the command as people start it. And: a backup for which the disk has no room leaves nothing; one that is killed leaves nothing that passes for a backup.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { afterAll, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../testing/server-process.ts";

const backupsUnderLoad = 5;
const probes = 200;
const coldkeep = fileURLToPath(new URL("../coldkeep.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "coldkeep-backup-load-"));
const data = join(folder, "data");

const site = JSON.stringify({
  site: "mechelen",
  timeZone: "Europe/Brussels",
  profiles: {
    cells: {
      low: 2,
      high: 6,
      deadband: 0.3,
      maxGap: "5m",
      excursionAfter: "10m",
      recoverAfter: "5m",
      unmonitoredAfter: "30m",
      alarmDelay: "5m",
    },
  },
  appliances: Array.from({ length: probes }, (_, index) => ({
    id: `fridge-${index}`,
    name: `Red cells ${index}`,
    kind: "refrigerator",
    profile: "cells",
    probes: [{ id: `p${index}` }],
  })),
});

writeFileSync(join(folder, "site.yaml"), site);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | string | null;
  readonly out: string;
}

function command(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [coldkeep, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), out: `${stdout}${stderr}` }),
    );
  });
}

const environment = (records: string): Record<string, string> => ({
  COLDKEEP_DATA: records,
  COLDKEEP_SITE: join(folder, "site.yaml"),
  COLDKEEP_API_TOKEN: "token",
  COLDKEEP_LOG_LEVEL: "info",
});

/** Posts batches one after the other as fast as they are taken, until told to stop; a server that is gone is asked again. */
function load(url: () => string): { stop: () => Promise<number> } {
  const ended = new AbortController();
  const start = systemClock.epochMs() - 30 * 24 * 60 * minuteMs;
  const work = (async () => {
    let sequence = 0;
    while (!ended.signal.aborted) {
      const readings = Array.from({ length: 1_000 }, (_, index) => {
        const at = start + Math.floor((sequence * 1_000 + index) / probes) * minuteMs;
        return {
          probe: `p${index % probes}`,
          at: formatInstant(at),
          celsius: 4 + ((sequence + index) % 60) / 10,
        };
      });
      const response = await fetch(`${url()}/v1/batches`, {
        method: "POST",
        headers: { authorization: "Bearer token", "content-type": "application/json" },
        body: JSON.stringify({ gateway: "g", sequence: sequence + 1, readings }),
      }).catch(() => null);
      await response?.text();
      if (response?.status === 200) sequence += 1;
    }
    return sequence;
  })();
  return {
    stop: () => {
      ended.abort();
      return work;
    },
  };
}

function journalOf(records: string): { seq: number; hash: string }[] {
  const sqlite = new DatabaseSync(join(records, "records.sqlite"), { readOnly: true });
  const rows = sqlite.prepare("SELECT seq, hash FROM journal ORDER BY seq").all();
  sqlite.close();
  return rows as unknown as { seq: number; hash: string }[];
}

test("backups under full load, also across a kill, are each the records of one moment", async () => {
  const to = join(folder, "backups");
  mkdirSync(to);
  let server: ServerProcess = await startServerProcess(environment(data));
  const { stop } = load(() => server.url);
  for (let made = 0; made < backupsUnderLoad; made += 1) {
    const begun = new Promise<void>((resolve) => {
      const watcher = watch(to, () => {
        watcher.close();
        resolve();
      });
    });
    const running = command("backup", "--data", data, "--to", to);
    if (made === Math.floor(backupsUnderLoad / 2)) {
      await begun;
      await server.kill();
      server = await startServerProcess(environment(data));
    }
    expect(await running).toMatchObject({ code: 0 });
  }
  expect(await stop()).toBeGreaterThan(backupsUnderLoad);
  expect(await server.stop()).toBe(0);

  const live = journalOf(data);
  const lengths: number[] = [];
  const backups = readdirSync(to);
  expect(backups).toHaveLength(backupsUnderLoad);
  for (const [index, name] of backups.entries()) {
    const records = join(folder, `restored-${index}`);
    const restored = await command("restore", "--from", join(to, name), "--data", records);
    expect(restored).toMatchObject({ code: 0 });
    expect(readdirSync(records)).toEqual(["records.sqlite"]);
    const journal = journalOf(records);
    expect(journal).toEqual(live.slice(0, journal.length));
    expect(restored.out).toContain(`journal ${journal.length} ${journal.at(-1)?.hash ?? ""}`);
    lengths.push(journal.length);
    const replayed = await command("replay", "--data", records);
    expect(replayed).toMatchObject({ code: 0 });
    const again = await startServerProcess(environment(records));
    const headers = { authorization: "Bearer token" };
    const answer = await fetch(`${again.url}/v1/alarms`, { headers });
    expect(answer.status).toBe(200);
    await answer.text();
    expect(await again.stop()).toBe(0);
    rmSync(records, { recursive: true });
  }
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(lengths.at(-1)).toBeGreaterThan(lengths[0] ?? 0);
});

test("a backup that is killed leaves nothing that passes for one; one that is asked to stop leaves nothing", async () => {
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    const to = mkdtempSync(join(folder, "stopped-"));
    const child = spawn(process.execPath, [coldkeep, "backup", "--data", data, "--to", to], {
      stdio: "ignore",
    });
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    // Once only: who asks a second time wants it to end at once.
    const watcher = watch(to, () => {
      watcher.close();
      child.kill(signal);
    });
    const code = await exited;
    const left = readdirSync(to);
    // A backup that was done before the signal came is a backup.
    expect(left).toHaveLength(signal === "SIGKILL" || code === 0 ? 1 : 0);
    for (const name of left) {
      const restored = await command("restore", "--from", join(to, name), "--verify-only");
      const isHalf = name.endsWith(".partial");
      expect(restored.out).toContain(isHalf ? "[restore.incomplete]" : "Nothing was put anywhere");
    }
  }
});

test("a server makes backups by itself, says when, and calls where it cannot", async () => {
  const records = join(folder, "by-itself");
  const to = join(folder, "by-itself-backups");
  mkdirSync(to);
  const settings = { ...environment(records), COLDKEEP_BACKUP_EVERY: "1h", COLDKEEP_BACKUP_KEEP: "2" };
  const named = new Promise<string>((resolve) => {
    const watcher = watch(to, (_, name) => {
      if (name?.startsWith("coldkeep-") !== true) return;
      watcher.close();
      resolve(name);
    });
  });
  const server = await startServerProcess({ ...settings, COLDKEEP_BACKUP_TO: to });
  const restored = await command("restore", "--from", join(to, await named), "--verify-only");
  expect(restored).toMatchObject({ code: 0 });
  await expect.poll(() => metric(server.url, "coldkeep_backups"), { timeout: 60_000 }).toBe(1);
  expect(await metric(server.url, "coldkeep_backup_last_good_seconds")).toBeGreaterThan(1_700_000_000);
  expect(await server.stop()).toBe(0);

  const missing = await startServerProcess({ ...settings, COLDKEEP_BACKUP_TO: join(folder, "no", "such") });
  await expect.poll(() => metric(missing.url, "coldkeep_backup_failures"), { timeout: 60_000 }).toBe(1);
  const response = await fetch(`${missing.url}/v1/alarms`, { headers: { authorization: "Bearer token" } });
  const text = await response.text();
  expect(text).toContain("backup-overdue");
  expect(text).toContain("There is no good backup");
  expect(await missing.stop()).toBe(0);
  expect(await command("replay", "--data", records)).toMatchObject({ code: 0 });
});

async function metric(url: string, name: string): Promise<number | null> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

function smallDisk(): string | null {
  const disk = mkdtempSync(join(tmpdir(), "coldkeep-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], { stdio: "ignore" });
    return disk;
  } catch {
    rmSync(disk, { recursive: true });
    return null;
  }
}

const disk = smallDisk();

afterAll(() => {
  if (disk === null) return;
  execFileSync("umount", ["-l", disk]);
  rmSync(disk, { recursive: true });
});

test.skipIf(disk === null)("a disk without room: nothing is left, and what to do is said", async () => {
  const made = await command("backup", "--data", data, "--to", disk ?? "");
  expect(made.code).toBe(1);
  expect(made.out).toContain("[backup.no-space]");
  expect(made.out).toContain("Make room there, keep fewer (--keep), or name another place with --to.");
  expect(readdirSync(disk ?? "")).toEqual([]);

  const whole = join(folder, "whole.sqlite.zst");
  expect(await command("backup", "--data", data, "--to", whole)).toMatchObject({ code: 0 });
  const target = join(disk ?? "", "data");
  const restored = await command("restore", "--from", whole, "--data", target);
  expect(restored.code).toBe(1);
  expect(restored.out).toContain("[restore.no-space]");
  expect(existsSync(target)).toBe(false);
});
