/**
 * Goal: whatever happens to units, and in whatever order it comes to be known, who is held, who is to be recalled and what each went through is what a naive reading of design.md section 5 and
 * docs/units.md says. Method: random stories on the real records beside the model of `naive-units.ts`, which knows all that was told and judges it from scratch. The seed of a failure is printed; `SEED=...`
 * replays it, `SHRINK=1` makes it smaller, `RUNS=...` plays more.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExposureLedger } from "@coldkeep/core/exposure/ledger.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { unitApplianceSql, unitStatusSql } from "../store/unit-tables.ts";
import { causeOf, exposuresOf, holdsOf, judgeProbe, placeFrom, staysOf } from "./naive-units.ts";
import { StandingModel } from "./standing-model.ts";
import { settledMs, StoryRecords } from "./story-records.ts";
import { storyArbitrary, storyMinutes, storyStart, storyUnits, type TimedAct } from "./unit-story.ts";

const runs = Number(process.env["RUNS"] ?? 60);
const seed = process.env["SEED"] === undefined ? {} : { seed: Number(process.env["SEED"]) };
/** Making a story smaller takes many minutes: only where SHRINK is set. */
const endOnFailure = process.env["SHRINK"] === undefined;
const timeoutMs = process.env["RUNS"] === undefined && endOnFailure ? 300_000 : 24 * 60 * 60_000;
/** After all that a story tells. */
const storyEnd = storyStart + 3 * storyMinutes * 60_000;

/** The end of a story that is the same whatever the order: who is exposed to what, where units are, and their ledgers. */
async function endingOf(records: StoryRecords): Promise<unknown> {
  const units = storyUnits.map(async (unit) => {
    const ledger = await records.ledger(unit);
    const exposures = ledger.exposures.map((each) => ({ ...each, causes: records.causesOf(each) }));
    return { exposedTo: records.exposedTo(unit), at: records.standing(unit).appliance, exposures };
  });
  return Promise.all(units);
}

/** Compares what is on record, once all silence is judged, with what the model says of it. */
async function compare(records: StoryRecords): Promise<number> {
  const { facts, now } = records;
  let exposed = 0;
  const judged = new Map(
    (["pa", "pb1", "pb2", "pc"] as const).map((probe) => [probe, judgeProbe(facts, probe, now)]),
  );
  for (const unit of storyUnits) {
    const holds = holdsOf(facts.moves, unit, (probe) => judged.get(probe) ?? []);
    expect(records.exposedTo(unit)).toEqual(
      holds.map(({ probe, figures }) => causeOf(probe, figures)).toSorted(),
    );
    exposed += holds.length;
    expect(records.standing(unit).appliance).toBe(placeFrom(facts.moves, unit, now));
    const ledger = await records.ledger(unit);
    const found = ledger.exposures.map((each) => ({
      kind: each.kind,
      place: each.place,
      start: each.start,
      end: each.end,
      outMs: each.outMs,
      longestOutMs: each.longestOutMs,
      unknownMs: each.unknownMs,
      minCelsius: each.minCelsius,
      maxCelsius: each.maxCelsius,
      causes: records.causesOf(each),
    }));
    const expected = exposuresOf(facts, unit, now);
    expect(found).toEqual(expected.map(({ degreeMinutes: _area, ...each }) => each));
    // The same areas, added up in another order.
    for (const [index, { degreeMinutes }] of expected.entries())
      expect(ledger.exposures[index]?.degreeMinutes).toBeCloseTo(degreeMinutes, 6);
    conserved(ledger, staysOf(facts.moves, unit), now);
  }
  return exposed;
}

/** A unit's time is the sum over where it was, and the ledger's figures are the sums over its exposures, to the millisecond. */
function conserved(
  ledger: ExposureLedger,
  stays: readonly { readonly from: EpochMs; readonly to: EpochMs }[],
  now: EpochMs,
): void {
  const first = stays[0]?.from;
  const total = [...ledger.timeByPlace.values()].reduce((sum, ms) => sum + ms, 0);
  expect(total).toBe(first === undefined || first >= now ? 0 : now - first);
  for (const figure of ["outMs", "unknownMs", "lengthMs"] as const) {
    const { equipment, transport } = ledger.byKind;
    const parts = equipment[figure] + transport[figure] + ledger.byKind["out-of-storage"][figure];
    expect(ledger[figure]).toBe(parts);
  }
  for (const { outMs, unknownMs, start, end } of ledger.exposures)
    expect(outMs + unknownMs).toBeLessThanOrEqual(end - start);
}

test(
  "holds, recall list and ledgers are those of the naive model, whatever happens to units",
  async () => {
    let exposed = 0;
    let heldAgain = 0;
    await fc.assert(
      fc.asyncProperty(storyArbitrary, async (story) => {
        const records = new StoryRecords();
        const standing = new StandingModel(records);
        for (const { when, act } of story) {
          records.passTo(when);
          if (act.kind === "decide") {
            records.passTo(records.now + settledMs);
            standing.check("settled");
          } else standing.look();
          const isDone = records.do(act);
          if (act.kind === "decide" && isDone) standing.decided(act.unit, act.decision);
          standing.check("anytime");
        }
        records.passTo(Math.max(storyEnd, records.now + settledMs));
        standing.check("settled");
        exposed += await compare(records);
        heldAgain += standing.heldAgain;
        const derived = records.database
          .prepare(
            `SELECT number AS unit, ${unitStatusSql} AS status, ${unitApplianceSql} AS appliance FROM units`,
          )
          .all();
        expect(
          records.database.prepare("SELECT unit, status, appliance FROM unit_standing ORDER BY unit").all(),
        ).toEqual(derived);
        records.close();
      }),
      { numRuns: runs, endOnFailure, ...seed },
    );
    expect(exposed).toBeGreaterThan(runs);
    expect(heldAgain).toBeGreaterThan(0);
  },
  timeoutMs,
);

/** The order in which one unit's movements of one instant are told is a fact of its own: which of them corrects which. */
function reordered(story: readonly TimedAct[], ranks: readonly number[]): TimedAct[] {
  const facts = story.filter(({ act }) => act.kind === "readings" || act.kind === "move");
  const shuffled = facts
    .map((each, index) => ({ each, rank: ranks[index % ranks.length] ?? 0 }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ each }) => each);
  const instantOf = ({ act }: TimedAct): string | null =>
    act.kind === "move" ? `${act.unit} ${act.at}` : null;
  const waiting = new Map<string, TimedAct[]>();
  for (const each of facts) {
    const key = instantOf(each);
    if (key !== null) waiting.set(key, [...(waiting.get(key) ?? []), each]);
  }
  return shuffled.map((each) => waiting.get(instantOf(each) ?? "")?.shift() ?? each);
}

test(
  "the same facts end in the same exposures and ledgers, in whatever order they come",
  async () => {
    const ranks = fc.array(fc.nat({ max: 999 }), { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(storyArbitrary, ranks, async (story, order) => {
        const endings = [];
        const facts = story.filter(({ act }) => act.kind === "readings" || act.kind === "move");
        for (const told of [facts, reordered(story, order)]) {
          const records = new StoryRecords();
          if (told !== facts) records.passTo(storyEnd);
          for (const { when, act } of told) {
            records.passTo(when);
            records.do(act);
          }
          records.passTo(storyEnd + 60 * 60_000);
          endings.push(await endingOf(records));
          records.close();
        }
        expect(endings[1]).toEqual(endings[0]);
      }),
      { numRuns: Math.ceil(runs / 2), endOnFailure, ...seed },
    );
  },
  timeoutMs,
);
