import type { WarningMemory } from "../alarms/warning.ts";
import type { Fault } from "../readings/reading.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import type { TrustMemory } from "../trust/trust.ts";
import type { Episode } from "./out-of-range.ts";

/**
 * All that the past of a probe means for its future: what the engine knows after the readings up to `last`. Plain data, equal when its JSON is
 * equal; a late reading's effect ends where the state after it equals the state that was known before.
 */
export interface ProbeState {
  /** The latest reading, calibrated; `celsius` is null for a fault or a distrusted reading, and `fault` then says which. Null before the first reading. */
  last: LastReading | null;
  /** True while all readings at the latest instant are in range on both sides. */
  instantGood: boolean;
  /** The latest proven-good instant, the present one included as long as no reading at it says otherwise. */
  provenGood: EpochMs | null;
  /** The proven-good instant before the latest instant, to fall back on. */
  provenGoodEarlier: EpochMs | null;
  /** Unknown time since `provenGood`. */
  unknownSinceGoodMs: DurationMs;
  /** Unknown time between `provenGoodEarlier` and the latest instant. */
  unknownSinceEarlierMs: DurationMs;
  /** Beginning of the unknown time that reaches up to the latest reading without measured time after it; null if there is none. */
  unknownFrom: EpochMs | null;
  /** Episodes that are not over, and those recovered whose proof is not final yet; at most one of each side is not recovered. */
  episodes: Episode[];
  /** What the trust in the next reading depends on; null while no trust rule applies. */
  trust: TrustMemory | null;
  /** Since when it has been beyond its warning limits; null while it is not. No excursion depends on it. */
  warning: WarningMemory | null;
}

/** A reading as it was judged. */
export interface LastReading {
  readonly at: EpochMs;
  readonly celsius: number | null;
  readonly fault?: Fault;
}

/** Most recovered episodes that wait for a proven-good instant at one time; beyond it the oldest are closed without one. */
export const episodesMax = 64;

/** The state of a probe that has never been heard of. */
export function unheardOf(): ProbeState {
  return {
    last: null,
    instantGood: false,
    provenGood: null,
    provenGoodEarlier: null,
    unknownSinceGoodMs: 0,
    unknownSinceEarlierMs: 0,
    unknownFrom: null,
    episodes: [],
    trust: null,
    warning: null,
  };
}

/** A copy that can be changed without touching the original. */
export function copyState(state: ProbeState): ProbeState {
  return {
    ...state,
    episodes: state.episodes.length === 0 ? [] : state.episodes.map((episode) => ({ ...episode })),
  };
}

/** The episode on a side that has not recovered yet. */
export function activeEpisode(state: ProbeState, side: Episode["side"]): Episode | undefined {
  return state.episodes.find((episode) => episode.side === side && !episode.recovered);
}
