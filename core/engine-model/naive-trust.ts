import { isGood, type Fault, type Reading } from "../readings/reading.ts";
import { ruleAt, type ProbeRules, type Profile } from "../site/profile.ts";
import { jumpOverAtLeastMs, type TrustRule } from "../trust/trust.ts";
import { minuteMs } from "../time/millis.ts";

/** A value as docs/sensor-trust.md calls it, beside what applied to it and what became of it. */
interface Value {
  readonly at: number;
  readonly celsius: number;
  readonly profile: Profile;
  readonly section: TrustRule;
}

interface JudgedValue extends Value {
  readonly word: Fault | null;
}

/**
 * docs/sensor-trust.md written down once more, with lists: for each reading, in order and without repeats, the word for why it is distrusted, or
 * null. Each is judged by going through all that came before it.
 */
export function naiveDistrust(readings: readonly Reading[], rules: ProbeRules): (Fault | null)[] {
  const words: (Fault | null)[] = [];
  let values: JudgedValue[] = [];
  for (const reading of readings) {
    const profile = ruleAt(rules.profiles, reading.at);
    const section = profile.trust ?? null;
    // "A reading judged where no section applies is trusted, and everything before it is forgotten."
    if (section === null) values = [];
    if (section === null || !isGood(reading)) {
      words.push(null);
      continue;
    }
    const code = codeWord(reading.celsius, section);
    const value: Value = { at: reading.at, celsius: reading.celsius, profile, section };
    const word = code ?? allZero(value, values) ?? stuck(value, values) ?? jump(value, values);
    // "The rules below pass over readings distrusted by this one."
    if (code === null) values.push({ ...value, word });
    words.push(word);
  }
  return words;
}

/** Rule 1. */
function codeWord(celsius: number, section: TrustRule): Fault | null {
  if (section.powerOn && celsius === 85) return "power-on";
  if (section.disconnected && (celsius === -127 || (celsius > 127.937 && celsius < 127.941)))
    return "disconnected";
  if (celsius < (section.min ?? -Infinity) || celsius > (section.max ?? Infinity)) return "range";
  return null;
}

/** Rule 2: "where the latest trusted value before it, however old, was further than `allZeroBeyond` from 0". */
function allZero(value: Value, before: readonly JudgedValue[]): Fault | null {
  const trusted = before.findLast(({ word }) => word === null);
  if (value.celsius !== 0 || trusted === undefined) return null;
  const isFar = Math.abs(trusted.celsius) > (value.section.allZeroBeyond ?? Infinity);
  return isFar ? "bus" : null;
}

/** Rule 3: "the values before it back to the last change, as long as no two neighbours in it are more than `maxGap` apart". */
function stuck(value: Value, before: readonly JudgedValue[]): Fault | null {
  let begin: Value = value;
  for (const earlier of before.toReversed()) {
    if (earlier.celsius !== value.celsius || begin.at - earlier.at > begin.profile.maxGap) break;
    begin = earlier;
  }
  return value.at - begin.at >= (value.section.stuckAfter ?? Infinity) ? "stuck" : null;
}

/** Rule 4. */
function jump(value: Value, before: readonly JudgedValue[]): Fault | null {
  const seen = before.filter(({ word }) => word === null || word === "jump");
  const last = seen.at(-1);
  const trusted = seen.findLast(({ word }) => word === null);
  // "Where a section lacks a rule, the rule lets everything pass."
  if (value.section.maxJumpPerMinute === null) return null;
  if (last === undefined || value.at - last.at > value.profile.maxGap) return null;
  if (trusted !== undefined && agree(trusted, value)) return null;
  const doubted = seen.slice(seen.findLastIndex(({ word }) => word === null) + 1);
  const series: Value[] = [value];
  for (const earlier of doubted.toReversed()) {
    if (!agree(earlier, series[0] ?? value)) break;
    series.unshift(earlier);
  }
  return series.length >= value.section.believeAfter ? null : "jump";
}

/** "At most the later one's `maxGap` apart and differ by no more than its `maxJumpPerMinute` times the minutes between them." */
function agree(earlier: Value, later: Value): boolean {
  const apartMs = later.at - earlier.at;
  const most = (later.section.maxJumpPerMinute ?? Infinity) * Math.max(apartMs, jumpOverAtLeastMs);
  return apartMs <= later.profile.maxGap && Math.abs(later.celsius - earlier.celsius) * minuteMs <= most;
}
