import { seededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import { hourMs } from "@coldkeep/core/time/millis.ts";
import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { drawOutages, isOut, type Outage } from "./faults.ts";
import type { ProbeReading } from "./gateway.ts";

/** Makes of what a sensor shows what a lying one says: a value that stands still for hours, now and then a code that looks like a temperature. The same reading is always told alike. */
export type Lies = (told: ProbeReading) => ProbeReading;

/** What sensors say that have no temperature to tell (docs/sensor-trust.md). */
const codes: readonly number[] = [85, 0, -127, 127.94];
/** One reading of so many is a code. */
const codeEvery = 4_001;

/** Makes the lies of a month that begins at `startAt`. */
export function makeLies(seed: number, startAt: number, days: number): Lies {
  const frozen = new Map<string, { readonly spans: readonly Outage[]; readonly held: Map<number, number> }>();
  const frozenOf = (probe: string) => {
    const known = frozen.get(probe);
    if (known !== undefined) return known;
    const spans = drawOutages(seededRandom(seed, `${probe}/frozen`), days, 1, 3 * hourMs, 10 * hourMs);
    const made = { spans, held: new Map<number, number>() };
    frozen.set(probe, made);
    return made;
  };
  return ({ probe, reading }) => {
    if (!isGood(reading)) return { probe, reading };
    const { spans, held } = frozenOf(probe);
    const offset = reading.at - startAt;
    const span = spans.find((each) => isOut([each], offset));
    const celsius = span === undefined ? codeOr(reading) : (held.get(span.from) ?? reading.celsius);
    if (span !== undefined) held.set(span.from, celsius);
    return { probe, reading: { at: reading.at, celsius } };
  };
}

function codeOr({ at, celsius }: Reading & { readonly celsius: number }): number {
  const draw = Math.imul(at % 0x7fff_ffff, 0x9e37_79b1) >>> 0;
  return draw % codeEvery === 0 ? (codes[Math.floor(draw / codeEvery) % codes.length] ?? celsius) : celsius;
}
