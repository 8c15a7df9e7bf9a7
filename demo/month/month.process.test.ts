/**
 * A hospital's month under Coldkeep, all faults on, folded again and compared with everything that must agree with it: the journal, the engine over the readings in
 * order, the naive model, the coverage and the blood bank's own books. `SEED=... DAYS=...` replays one.
 */
import { expect, test } from "vitest";
import { monthFigures } from "./figures.ts";
import { type Month, liveMonth } from "./month.ts";
import { proveMonth } from "./proof.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 0x7fff_ffff));
const days = Number(process.env["DAYS"] ?? 30);

/** For a machine that has other things to do; by itself a month takes well under a minute. */
const timeoutMs = 900_000;

test(
  `the record of ${days} days is what the readings say (SEED=${seed} npx vitest run --project process demo/month)`,
  async () => {
    const startedMs = performance.now();
    const month = liveMonth({ seed, days });
    const proof = await proveMonth(month);
    const figures = monthFigures(month, proof);
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    console.log(`seed ${seed}, ${days} days in ${seconds} s: ${JSON.stringify(figures)}`);
    expect(proof.findings).toEqual([]);
    // Not every seed has a probe too cold or a clock far ahead, and not every few days a restart.
    const mustHappen = { ...figures, low: 1, refused: 1, ...(days < 30 ? { restarts: 1 } : {}) };
    expect(Object.entries(mustHappen).filter(([, count]) => count === 0)).toEqual([]);
    expect(figures.revisions).toMatchObject({ opened: expect.any(Number), closed: expect.any(Number) });
    month.database.close();
  },
  timeoutMs,
);

const tamperings: readonly (readonly [string, (month: Month) => void, RegExp])[] = [
  [
    "a reading that is gone",
    ({ database }) =>
      database.prepare("DELETE FROM readings WHERE at = (SELECT at FROM readings LIMIT 1 OFFSET 99)").run(),
    /readings: missing/,
  ],
  [
    "an excursion withdrawn by hand",
    ({ database }) =>
      database
        .prepare(
          "UPDATE excursions SET status = 'withdrawn' WHERE id = (SELECT min(id) FROM excursions WHERE status = 'closed')",
        )
        .run(),
    /excursions by the naive model: missing/,
  ],
  [
    "a hold that is gone",
    ({ database }) => database.prepare("UPDATE holds SET exposed = 0 WHERE exposed = 1").run(),
    /holds: missing/,
  ],
];

test(
  "a record that was tampered with is found out",
  async () => {
    for (const [what, tamper, finding] of tamperings) {
      const month = liveMonth({ seed: 1, days: 3 });
      tamper(month);
      const { findings } = await proveMonth(month);
      expect(
        findings.filter((each) => finding.test(each)),
        what,
      ).not.toEqual([]);
      expect(
        findings.filter((each) => each.startsWith("replaying the journal")),
        what,
      ).not.toEqual([]);
      month.database.close();
    }
  },
  timeoutMs,
);
