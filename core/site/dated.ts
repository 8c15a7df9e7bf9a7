import type { EpochMs } from "../time/millis.ts";
import { type Dated, ruleAt } from "./profile.ts";

/** A version of some master data: the first of a list applies to all earlier time too, each later one from its instant on. */
export interface Version {
  readonly from?: EpochMs | undefined;
}

/** A span of event time, `from` included, `to` not; a side without an end is ±`Number.MAX_SAFE_INTEGER`. */
export interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** All of time. */
export const always: Span = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

/** A list of versions as dated rules, in order of time, each rule beside the one before it only where the two differ. */
export function datedRules<Entry extends Version, Rule>(
  versions: readonly Entry[],
  ruleOf: (version: Entry) => Rule,
): Dated<Rule>[] {
  const dated = versions.map((version) => ({ from: version.from ?? 0, rule: ruleOf(version) }));
  return withoutRepeats(dated.toSorted((a, b) => a.from - b.from));
}

/** The same rules with an entry only where the rule changes. */
export function withoutRepeats<Rule>(dated: readonly Dated<Rule>[]): Dated<Rule>[] {
  return dated.filter((each, index) => {
    const before = dated[index - 1];
    return before === undefined || !isSame(before.rule, each.rule);
  });
}

/**
 * The versions that result when a file is applied over those in force at `at`: one undated version whose content is new applies from then on, and what was
 * in force keeps its time before; a list that dates its versions is taken at its word.
 */
export function mergeVersions<Entry extends Version>(
  known: readonly Entry[] | undefined,
  incoming: readonly Entry[],
  at: EpochMs,
): Entry[] {
  const [only] = incoming;
  const isUndated = incoming.length === 1 && only !== undefined && only.from === undefined;
  if (known === undefined || known.length === 0 || !isUndated) return [...incoming];
  const newest = known[known.length - 1];
  if (newest !== undefined && isSame({ ...newest, from: 0 }, { ...only, from: 0 })) return [...known];
  const past = known.filter((version, index) => index === 0 || (version.from ?? 0) < at);
  return [...past, { ...only, from: at }];
}

/** From the first to the last instant at which two lists of dated rules say something else; null where they never do. */
export function changedSpan<Rule>(
  before: readonly Dated<Rule>[],
  after: readonly Dated<Rule>[],
): Span | null {
  const cuts = [...before.slice(1), ...after.slice(1)].map((each) => each.from);
  const starts = [always.from, ...new Set(cuts.toSorted((a, b) => a - b))];
  const differing = starts.filter((from) => !isSame(ruleAt(before, from), ruleAt(after, from)));
  const [first] = differing;
  const last = differing[differing.length - 1];
  if (first === undefined || last === undefined) return null;
  return { from: first, to: starts[starts.indexOf(last) + 1] ?? always.to };
}

/** The span that holds both; null where there is neither. */
export function joinSpans(a: Span | null, b: Span | null): Span | null {
  if (a === null || b === null) return a ?? b;
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/** True where two pieces of plain data say the same, whatever the order of their keys; a key that is undefined is none. */
export function isSame(a: unknown, b: unknown): boolean {
  return a === b || canonicalText(a) === canonicalText(b);
}

/** Plain data as text with its keys in order, so that equal content is equal text. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? "";
}

/** Plain data with its keys in order, so that equal content is equal text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
