import type { AlarmKind } from "./alarm.ts";

/** What several alarms of some kind are in a few words, those that explain others first. */
const phrases: readonly (readonly [AlarmKind, string])[] = [
  ["power", "power lost"],
  ["gateway-silent", "gateway silent"],
  ["probe-silent", "nothing heard"],
  ["temperature-high", "too warm"],
  ["temperature-low", "too cold"],
  ["late-excursion", "late excursions"],
  ["probe-fault", "probe faults"],
  ["probe-disagreement", "probes disagree"],
  ["door", "doors open"],
  ["agitator", "agitators stopped"],
  ["temperature-warning-high", "getting warm"],
  ["temperature-warning-low", "getting cold"],
  ["battery", "batteries low"],
  ["clock", "clocks off"],
  ["buffer", "gateway buffers nearly full"],
];

/** What alarms of these kinds are together, in a few words. */
export function phraseOf(kinds: ReadonlySet<AlarmKind>): string {
  const [first, second] = phrases.filter(([kind]) => kinds.has(kind)).map(([, phrase]) => phrase);
  if (first === undefined) return "several alarms";
  const isExplaining = kinds.has("power") || kinds.has("gateway-silent");
  return second === undefined || isExplaining ? first : `${first}, ${second}`;
}
