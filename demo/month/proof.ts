import { backtestProbe } from "@coldkeep/core/backtest/backtest.ts";
import type { Coverage, ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import { judge, present } from "@coldkeep/core/engine/judge.ts";
import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { dayMs } from "@coldkeep/core/time/millis.ts";
import type { StandingExcursion } from "@coldkeep/server/excursions/excursion-reads.ts";
import type { ProbeMemory } from "@coldkeep/server/judging/probe-memory.ts";
import { replay } from "@coldkeep/server/replay/replay.ts";
import { heldUnits, unitsThatMustBeHeld } from "./held-proof.ts";
import type { Month } from "./month.ts";
import { naiveHistory } from "./naive-windows.ts";

/** What the proof of a month found. */
export interface Proof {
  /** What is wrong, each in a sentence; none where the month is proven. */
  readonly findings: readonly string[];
  readonly journalEntries: number;
  readonly probes: number;
  /** Windows that the naive model judged, and the readings of the largest. */
  readonly naiveWindows: number;
  readonly naiveLargest: number;
  /** Calls that the probes would have caused if every reading had come at its instant. */
  readonly wouldCall: number;
  readonly exposures: number;
  /** Good readings that the naive model did not believe. */
  readonly distrusted: number;
}

const excursionsMax = 1_000_000;

/** Judges a month that is over: the journal, the engine over the readings in order, the naive model, the coverage and the holds must all say what is on record. */
export async function proveMonth(month: Month): Promise<Proof> {
  const { inside, now } = month;
  const replayed = replay(month.database, () => undefined);
  const findings = replayed.differing.map((part) => `replaying the journal gives other ${part}`);
  const recorded = inside.excursions.list({ limit: excursionsMax }, now);
  const probes = [...(inside.site()?.probes.keys() ?? [])];
  const proofs: ProbeProof[] = [];
  for (const id of probes) {
    const memory = inside.engine.probe(id);
    if (memory !== undefined) proofs.push(await proveProbe(month, memory, ofProbe(recorded, id)));
  }
  const sum = (figure: (proof: ProbeProof) => number): number =>
    proofs.reduce((total, proof) => total + figure(proof), 0);
  const mustBeHeld = unitsThatMustBeHeld(month.told, recorded);
  findings.push(
    ...proofs.flatMap((proof) => proof.findings),
    ...differences("holds", mustBeHeld, heldUnits(month.database)),
    ...brokenRevisions(month),
  );
  return {
    findings,
    journalEntries: replayed.entries,
    probes: proofs.length,
    naiveWindows: sum((proof) => proof.windows),
    naiveLargest: Math.max(...proofs.map((proof) => proof.largest)),
    wouldCall: sum((proof) => proof.calls),
    exposures: mustBeHeld.length,
    distrusted: sum((proof) => proof.distrusted),
  };
}

interface ProbeProof {
  readonly findings: readonly string[];
  readonly windows: number;
  readonly largest: number;
  readonly calls: number;
  readonly distrusted: number;
}

async function proveProbe(
  month: Month,
  memory: ProbeMemory,
  recorded: readonly ExcursionFigures[],
): Promise<ProbeProof> {
  const { startAt, endAt, now } = month;
  const { id, rules } = memory.probe;
  const readings = month.readings.get(id) ?? [];
  const { state, ended } = judge(unheardOf(), readings, rules);
  const back = backtestProbe(readings, rules, structuredClone(rules), now);
  const naive = naiveHistory(readings, rules, startAt, endAt, now);
  const findings = [
    ...differences(`${id}: readings`, readings.map(readingLine), storedLines(month, id)),
    ...differences(`${id}: state`, [JSON.stringify(state)], [JSON.stringify(memory.state)]),
    ...differences(
      `${id}: excursions by the engine`,
      [...ended, ...present(state, rules, now)].map(line),
      recorded.map(line),
    ),
    ...differences(
      `${id}: excursions by the naive model`,
      naive.excursions.map(lineWithoutArea),
      recorded.map(lineWithoutArea),
    ),
    ...back.differences.map((difference) => `${id}: the same rules ${difference.change} an excursion`),
    ...differences(
      `${id}: excursions backtested`,
      [String(back.excursionsBefore)],
      [String(recorded.length)],
    ),
    ...(await coverageFindings(month, memory, naive.coverage)),
  ];
  const { windows, largest, distrusted } = naive;
  return { findings, windows, largest, distrusted, calls: back.callsBefore.length };
}

/** The month's coverage is whole, is the sum of its days', and is what the naive model says. */
async function coverageFindings(month: Month, memory: ProbeMemory, naive: Coverage): Promise<string[]> {
  const { inside, startAt, endAt, now } = month;
  const { id } = memory.probe;
  const of = async (from: number, to: number): Promise<Coverage> => {
    const { inMs, lowMs, highMs, unknownMs, pendingMs } = await inside.history.measure(memory, from, to, now);
    return { inMs, lowMs, highMs, unknownMs, pendingMs };
  };
  const whole = await of(startAt, endAt);
  const days = await Promise.all(
    Array.from({ length: (endAt - startAt) / dayMs }, (_, day) =>
      of(startAt + day * dayMs, startAt + (day + 1) * dayMs),
    ),
  );
  const added = days.reduce((sum, day) => ({
    inMs: sum.inMs + day.inMs,
    lowMs: sum.lowMs + day.lowMs,
    highMs: sum.highMs + day.highMs,
    unknownMs: sum.unknownMs + day.unknownMs,
    pendingMs: sum.pendingMs + day.pendingMs,
  }));
  const total = Object.values(whole).reduce((sum, part) => sum + part, 0);
  const isSound = Object.values(whole).every((part) => part >= 0) && whole.pendingMs === 0;
  return [
    ...(total === endAt - startAt && isSound ? [] : [`${id}: the coverage is ${JSON.stringify(whole)}`]),
    ...differences(`${id}: coverage by days`, [JSON.stringify(added)], [JSON.stringify(whole)]),
    ...differences(`${id}: coverage by the naive model`, [JSON.stringify(naive)], [JSON.stringify(whole)]),
  ];
}

/** Excursions whose revisions are not numbered from 1 on, go back in time of knowledge, or end in another state than the record. */
function brokenRevisions({ inside, database }: Month): string[] {
  const rows = database.prepare("SELECT id, revision, status, figures FROM excursions").all();
  return rows.flatMap((row) => {
    const revisions = inside.excursions.revisions(String(row["id"]));
    const last = revisions.at(-1);
    const isWhole =
      revisions.length === row["revision"] &&
      revisions.every(
        ({ revision, knownAt }, index) =>
          revision === index + 1 && knownAt >= (revisions[index - 1]?.knownAt ?? 0),
      ) &&
      last?.status === row["status"] &&
      JSON.stringify(last?.figures) === row["figures"];
    return isWhole ? [] : [`${String(row["id"])}: its revisions are not its history`];
  });
}

function ofProbe(recorded: readonly StandingExcursion[], probe: string): ExcursionFigures[] {
  return recorded.filter((each) => each.probe === probe).map((each) => each.figures);
}

/** The readings on record as they came, before any trust or calibration. */
function storedLines({ database }: Month, probe: string): string[] {
  const rows = database.prepare(
    "SELECT at, value, fault FROM readings JOIN probes ON probes.number = readings.probe WHERE id = ? ORDER BY at, value",
  );
  return rows
    .all(probe)
    .map(({ at, value, fault }) => `${String(at)} ${fault === null ? String(value) : "fault"}`);
}

function readingLine(reading: Reading): string {
  return `${reading.at} ${"celsius" in reading ? reading.celsius : "fault"}`;
}

function line(figures: ExcursionFigures): string {
  const { side, start, end, provenGoodBefore, provenGoodAfter, outMs, unknownMs, extremeCelsius } = figures;
  return JSON.stringify({
    side,
    start,
    end,
    provenGoodBefore,
    provenGoodAfter,
    outMs,
    unknownMs,
    extremeCelsius,
    critical: figures.critical,
    degreeMinutes: figures.degreeMinutes,
  });
}

/** The two add up areas in another order; to a millionth they agree. */
function lineWithoutArea(figures: ExcursionFigures): string {
  return line({ ...figures, degreeMinutes: Number(figures.degreeMinutes.toFixed(6)) });
}

/** What only one of two lists has, at most a few of each. */
function differences(what: string, expected: readonly string[], found: readonly string[]): string[] {
  const missing = without(expected, found);
  const extra = without(found, expected);
  return [
    ...missing.slice(0, 5).map((each) => `${what}: missing ${each}`),
    ...extra.slice(0, 5).map((each) => `${what}: not expected ${each}`),
    ...(expected.length === found.length ? [] : [`${what}: ${found.length} instead of ${expected.length}`]),
  ];
}

function without(list: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return list.filter((each) => !known.has(each));
}
