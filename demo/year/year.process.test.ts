/**
 * A year of one gateway: noise, pulled cables, device resets, a week without the line, a week without the server, jumps of the machine's
 * and of the devices' clocks, a full disk, a gateway that is killed, restarted and loses its power. In the end each sample that its device
 * kept until it could be fetched is at the server once, with its value, at its time within what was said of it. `SEED=... DAYS=...` replays one.
 */
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { expect, test } from "vitest";
import { makeYearFolder } from "./folder.ts";
import { proveYear } from "./proof.ts";
import { liveYear } from "./year.ts";

/** The same year each time, so that a change is judged by itself; `npm run year -- --runs 10` lives others. */
const seed = Number(process.env["SEED"] ?? 531_617_910);
const days = Number(process.env["DAYS"] ?? 365);

/** For a machine that has other things to do. */
const timeoutMs = 900_000;

/** Samples are less frequent than on real devices, so that a year takes about a minute; `npm run year -- --every 60` has one a minute. */
const media = [
  {
    over: "line",
    everyMs: 10 * minuteMs,
    mustHappen: ["sample.duplicate", "sample.lost", "serial.crc-wrong"],
  },
  { over: "radio", everyMs: 20 * minuteMs, mustHappen: ["sample.clock-off", "sample.clock-right"] },
] as const;

test.each(media)(
  `${days} days over a $over lose and double nothing, and no time is off by more than was said (SEED=${seed} npx vitest run demo/year)`,
  async ({ over, everyMs, mustHappen }) => {
    const folder = makeYearFolder();
    const year = await liveYear({ seed, days, over, everyMs, folder: folder.path });
    const { findings, figures } = proveYear(year);
    console.log(`seed ${seed}, ${days} days over a ${over}: ${JSON.stringify(figures)}`);
    year.box.kill();
    folder.remove();
    expect(findings).toEqual([]);
    const { delivered, dropped, repeatedBatches, clockJumps } = figures;
    const happened = { delivered, dropped, repeatedBatches, clockJumps };
    const counted = ["clock.jumped", "clock.moved", "buffer.write-failed", ...mustHappen];
    for (const [what, count] of [
      ...Object.entries(happened),
      ...counted.map((code) => [code, year.box.count(code)] as const),
    ])
      expect(count, what).toBeGreaterThan(0);
  },
  timeoutMs,
);
