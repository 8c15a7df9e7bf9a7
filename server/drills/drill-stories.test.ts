/**
 * Goal: a drill can neither hold a unit nor hide an alarm. Method: the stories of units, with people who are called, answer and plan drills, happen to two worlds, one of which ignores everything
 * about drills; all that is real must be the same in both, to the millisecond and the word. The seed of a failure is printed; `SEED=...` replays it, `RUNS=...` plays more.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { storyArbitrary, storyMinutes, storyStart } from "../unit-model/unit-story.ts";
import { type PersonAct, quietMinutes, StoryWorld } from "./story-world.ts";

const runs = Number(process.env["RUNS"] ?? 6);
const seed = process.env["SEED"] === undefined ? {} : { seed: Number(process.env["SEED"]) };
const timeoutMs = process.env["RUNS"] === undefined ? 300_000 : 24 * 60 * 60_000;

const personActs = fc.array(
  fc.record({
    minute: fc.integer({ min: 2 - quietMinutes, max: 2.4 * storyMinutes }),
    act: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant("acknowledge" as const),
          nth: fc.constantFrom<number | "all">(0, 1, 2, 3, "all", "all", "all"),
          minutes: fc.integer({ min: 5, max: 60 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant("plan" as const),
          probe: fc.nat({ max: 3 }),
          scenario: fc.nat({ max: 4 }),
          aheadMinutes: fc.constantFrom(0, 0, 0, 20),
          goalMinutes: fc.constantFrom(5, 15, 30),
          isAnnounced: fc.boolean(),
          repeats: fc.boolean(),
        }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("answer-drill" as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel-drill" as const) }) },
    ) satisfies fc.Arbitrary<PersonAct>,
  }),
  { minLength: 40, maxLength: 120 },
);

test(
  "with drills and without, everything real is the same; and the drills follow from the journal",
  async () => {
    const outcomes = new Map<string, number>();
    let called = 0;
    await fc.assert(
      fc.asyncProperty(storyArbitrary, personActs, async (story, people) => {
        const [plain, drilled] = [new StoryWorld(false), new StoryWorld(true)];
        const acts = [
          ...story.map(({ when, act }) => ({ when, to: (world: StoryWorld) => world.do(act) })),
          ...people.map(({ minute, act }) => ({
            when: storyStart + minute * minuteMs,
            to: (world: StoryWorld) => world.act(act),
          })),
        ].toSorted((one, other) => one.when - other.when);
        for (const world of [plain, drilled]) {
          for (const { when, to } of acts) {
            world.passTo(when);
            to(world);
          }
          world.passTo(storyStart + 2.5 * storyMinutes * minuteMs);
        }
        const [expected, found] = [await plain.real(), await drilled.real()];
        for (const [name, rows] of Object.entries(expected)) expect(found[name], name).toEqual(rows);
        for (const row of drilled.database
          .prepare("SELECT coalesce(outcome, phase) AS outcome, record FROM drills")
          .all()) {
          const outcome = String(row["outcome"]);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
        called += Number(
          drilled.database
            .prepare("SELECT count(*) AS n FROM deliveries WHERE drill IS NOT NULL AND summons IS NOT NULL")
            .get()?.["n"],
        );
        const { differing } = replay(drilled.database, () => undefined);
        expect(differing.filter((part) => part.startsWith("drill"))).toEqual([]);
        plain.close();
        drilled.close();
      }),
      { numRuns: runs, endOnFailure: true, ...seed },
    );
    expect(called).toBeGreaterThan(runs);
    for (const outcome of ["broken-off", "not-held"])
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
  },
  timeoutMs,
);
