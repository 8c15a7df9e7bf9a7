/**
 * Late, shuffled, repeated and batched readings, judged anew from checkpoints and reconciled with what was recorded, without any database: the record must end as the
 * naive model has it. (server/judging/delivery.test.ts does the same on the real records.) `RUNS=...` for more.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveJudge } from "../engine-model/naive-model.ts";
import { deliveryArbitrary, type Trace, hundredthsTraceArbitrary } from "../engine-model/traces.ts";
import { compareReadings, type Reading } from "../readings/reading.ts";
import type { EpochMs } from "../time/millis.ts";
import type { ExcursionFigures } from "./excursion.ts";
import { judge, present } from "./judge.ts";
import { type ProbeState, unheardOf } from "./probe-state.ts";
import { isTouched, reconcile, type RecordedExcursion } from "./reconcile.ts";
import { type Checkpoint, rejudge } from "./rejudge.ts";

const runs = Number(process.env["RUNS"] ?? 2_000);

/** What is known of one probe: its readings, the engine's state and checkpoints, and the excursions on record. */
interface Known {
  readings: readonly Reading[];
  head: ProbeState;
  checkpoints: readonly Checkpoint[];
  recorded: readonly RecordedExcursion[];
  ids: number;
}

function deliver(known: Known, batch: readonly Reading[], { rules, now }: Trace, every: number): Known {
  const fresh = distinct(batch).filter(
    (each) => !known.readings.some((other) => compareReadings(each, other) === 0),
  );
  const [first] = fresh;
  if (first === undefined) return known;
  const readings = [...known.readings, ...fresh].sort(compareReadings);
  const headAt = known.head.last?.at ?? Number.MIN_SAFE_INTEGER;
  if (first.at > headAt) {
    const { state, ended } = judge(known.head, fresh, rules);
    const marked = fresh.length >= every && state.last !== null ? [{ at: state.last.at, state }] : [];
    const found = { before: known.head, met: null, computed: [...ended, ...present(state, rules, now)] };
    return record({ ...known, readings, head: state, checkpoints: [...known.checkpoints, ...marked] }, found);
  }
  const start = known.checkpoints.findLast((each) => each.at < first.at) ?? null;
  const from = start?.at ?? Number.MIN_SAFE_INTEGER;
  const before = start?.state ?? unheardOf();
  const isBeyond = (fresh.at(-1)?.at ?? 0) > headAt;
  const until = isBeyond ? Number.MAX_SAFE_INTEGER : (fresh.at(-1)?.at ?? 0);
  const after = readings.filter((each) => each.at > from);
  const old = known.checkpoints.filter((each) => each.at > from);
  const judged = rejudge(before, after, old, until, rules, every);
  const isMet = judged.metAt !== null;
  const head = isMet ? known.head : judged.state;
  const computed = isMet ? judged.ended : [...judged.ended, ...present(head, rules, now)];
  const checkpoints = merged(known.checkpoints, judged.checkpoints);
  return record(
    { ...known, readings, head, checkpoints },
    { before, met: isMet ? judged.state : null, computed },
  );
}

function record(
  known: Known,
  {
    before,
    met,
    computed,
  }: { before: ProbeState; met: ProbeState | null; computed: readonly ExcursionFigures[] },
): Known {
  const touched = known.recorded.filter((each) => isTouched(each.figures, { before, met }));
  let { recorded, ids } = known;
  for (const { id, change, figures } of reconcile(touched, computed, true)) {
    recorded = recorded.filter((each) => each.id !== id);
    if (change === "withdrawn" || change === "merged") continue;
    ids += 1;
    recorded = [...recorded, { id: id ?? `excursion ${ids}`, figures }];
  }
  return { ...known, recorded, ids };
}

function distinct(readings: readonly Reading[]): Reading[] {
  const sorted = readings.toSorted(compareReadings);
  return sorted.filter(
    (each, index) => index === 0 || compareReadings(sorted[index - 1] ?? each, each) !== 0,
  );
}

function merged(old: readonly Checkpoint[], fresh: readonly Checkpoint[]): Checkpoint[] {
  const byInstant = new Map<EpochMs, Checkpoint>([...old, ...fresh].map((each) => [each.at, each]));
  return [...byInstant.values()].sort((a, b) => a.at - b.at);
}

function timesOf(excursions: readonly ExcursionFigures[]): unknown[] {
  return excursions
    .map(({ degreeMinutes: _area, ...rest }) => rest)
    .toSorted((a, b) => a.start - b.start || a.side.localeCompare(b.side));
}

const cases = hundredthsTraceArbitrary.chain((trace) =>
  fc.record({
    trace: fc.constant(trace),
    batches: deliveryArbitrary(trace.readings),
    every: fc.integer({ min: 1, max: 12 }),
  }),
);

test("any order, batching and repetition ends in the naive model's excursions", () => {
  fc.assert(
    fc.property(cases, ({ trace, batches, every }) => {
      let known: Known = { readings: [], head: unheardOf(), checkpoints: [], recorded: [], ids: 0 };
      for (const batch of batches) known = deliver(known, batch, trace, every);
      const naive = naiveJudge(trace.readings, trace.rules, trace.now).excursions;
      expect(timesOf(known.recorded.map((each) => each.figures))).toEqual(timesOf(naive));
    }),
    { numRuns: runs },
  );
});
