import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import { type Outcome, recorder as makeRecorder } from "../intake/recorder.ts";
import { openSqliteBuffer } from "./sqlite-buffer.ts";

const start = 1_795_000_000_000;

/** A disk of 24 MB in memory, or null where this user may not mount one. */
function smallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const disk = smallDisk();

afterAll(() => {
  if (disk === null) return;
  execFileSync("umount", ["-l", disk]);
  rmSync(disk, { recursive: true });
});

function setup(folder: string, diskFreeMin: number) {
  const clock = virtualClock(start);
  const counters = makeCounters();
  const { buffer } = openSqliteBuffer(join(folder, "data"), start);
  const recorder = makeRecorder({
    gateway: "g",
    buffer,
    clock,
    counters,
    log: silentLog,
    rules: { probes: new Map([["d/t", "p"]]), signals: new Map(), futureMaxMs: 300_000, driftMaxMs: 10_000 },
    ownTime: () => ({ errorMs: 0, isConfirmed: true }),
    commitWithinMs: 2,
    limits: { readingsMax: 1e9, bytesMax: 1e12, diskFreeMin },
    committed: () => {},
  });
  let next = 0;
  /** One group of 500 numbered samples or polled values; the outcome of each, null while it waits. */
  const group = (keeps: boolean): (Outcome | null)[] => {
    const outcomes: (Outcome | null)[] = [];
    clock.advance(500_000);
    for (let n = 0; n < 500; n += 1) {
      const at = clock.epochMs() - (500 - n) * 1_000;
      outcomes.push(null);
      const channels = { t: (next++ % 3_000) / 100 };
      const stamp = { at, time: { source: "poll", uncertaintyMs: 0 } as const };
      const raw = Buffer.from("raw");
      recorder.observe(
        { source: "s", device: "d", stamp, arrivedAt: at, channels, raw, keeps },
        (outcome) => {
          outcomes[n] = outcome;
        },
      );
    }
    recorder.flush();
    return outcomes;
  };
  const drain = (): number => {
    let delivered = 0;
    for (let idle = 0; idle < 2;)
      for (const lane of ["live", "backlog"] as const) {
        const batch = buffer.nextBatch(lane, 5_000);
        idle = batch === null ? idle + 1 : 0;
        if (batch === null) continue;
        delivered += batch.entries.filter((one) => "probe" in one).length;
        buffer.complete(batch.sequence, []);
      }
    return delivered;
  };
  return { clock, counters, buffer, recorder, group, drain };
}

const fill = (folder: string, leave: number): string => {
  const { bavail, bsize } = statfsSync(folder);
  const path = join(folder, "ballast");
  writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
  return path;
};

test.skipIf(disk === null)(
  "a disk that others fill up costs nothing that was acknowledged, and all goes on once it was cleared",
  () => {
    const { counters, buffer, recorder, group, drain } = setup(disk ?? "", 0);
    for (let n = 0; n < 20; n += 1) expect(new Set(group(true))).toEqual(new Set(["kept"]));
    const ballast = fill(disk ?? "", 0);
    const outcomes = group(true);
    for (let n = 0; n < 20 && outcomes.includes("kept"); n += 1) outcomes.splice(0, 500, ...group(true));
    expect(outcomes).not.toContain("kept");
    let kept = 20 * 500;
    const evidence = Array.from({ length: 1_000 }, (_, at) => {
      return { at, source: "s", code: "c", excerpt: Buffer.alloc(200, at) };
    });
    const tooMuch = (): void => {
      for (let n = 0; n < 100; n += 1) {
        buffer.append({
          entries: Array.from({ length: 100_000 }, (_, at) => ({ probe: "p", at, celsius: 4 })),
          setAside: [],
          signals: [],
          ledgers: [],
          forgotten: [],
          evidence,
        });
        kept += 100_000;
      }
    };
    expect(tooMuch).toThrow(expect.objectContaining({ code: "buffer.write-failed" }));
    unlinkSync(ballast);
    expect(drain()).toBe(kept);
    expect(buffer.heldReadings()).toBe(0);
    expect(new Set(group(true))).toEqual(new Set(["kept"]));
    expect(recorder.stage()).toBe("open");
    expect(counters.of("sample.lost-full")).toBe(0);
    expect(drain()).toBe(500);
    buffer.close();
    rmSync(join(disk ?? "", "data"), { recursive: true });
  },
);

test.skipIf(disk === null)(
  "with a reserve of free disk it is refused before the disk is full, and what waits can still be drained and thinned out",
  () => {
    const { counters, buffer, recorder, group, drain } = setup(disk ?? "", 8_000_000);
    let outcomes: (Outcome | null)[] = [];
    while (!outcomes.includes("full")) outcomes = group(true);
    expect(recorder.stage()).toBe("reserve");
    const { bavail, bsize } = statfsSync(disk ?? "");
    expect(bavail * bsize).toBeGreaterThan(4_000_000);
    while (counters.of("buffer.thinned") === 0) expect(group(false)).not.toContain("full");
    expect(counters.of("buffer.write-failed")).toBe(0);
    const held = buffer.heldReadings();
    const ballast = fill(disk ?? "", 0);
    expect(drain()).toBeGreaterThan(held - 10);
    unlinkSync(ballast);
    buffer.close();
  },
);
