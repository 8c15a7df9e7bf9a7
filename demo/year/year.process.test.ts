/**
 * A year on one serial line: noise, pulled cables, device resets, a week without the line, a week without the server, jumps of the
 * machine's clock, a full disk, a gateway that is killed, restarted and loses its power. In the end each sample that its device kept until
 * it could be fetched is at the server once, with its value, at its time within what was said of it. `SEED=... DAYS=...` replays one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { expect, test } from "vitest";
import { proveYear } from "./proof.ts";
import { liveYear } from "./year.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 0x7fff_ffff));
const days = Number(process.env["DAYS"] ?? 365);

/** With a sample each ten minutes a year takes about a minute; `npm run year -- --every 60` lives through one with a sample a minute. */
const everyMs = 10 * minuteMs;

/** For a machine that has other things to do. */
const timeoutMs = 900_000;

test(
  `${days} days on one line lose and double nothing, and no time is off by more than was said (SEED=${seed} npx vitest run demo/year)`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "coldkeep-year-"));
    const year = await liveYear({ seed, days, everyMs, folder });
    const { findings, figures } = proveYear(year);
    console.log(`seed ${seed}, ${days} days: ${JSON.stringify(figures)}`);
    year.box.kill();
    rmSync(folder, { recursive: true });
    expect(findings).toEqual([]);
    const { delivered, knownLost, clockJumps, counts } = figures;
    for (const happened of [delivered, knownLost, clockJumps, ...Object.values(counts)])
      expect(happened).toBeGreaterThan(0);
  },
  timeoutMs,
);
