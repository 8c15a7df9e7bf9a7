import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { StoredSample } from "../firmware/firmware.ts";
import type { ScenarioEvent } from "../scenario/event.ts";
import { afterTurn, nextTurn, type Timeline, timeline, type Turn } from "../scenario/timeline.ts";
import type { Appliance } from "./appliance.ts";

/** Something that the hospital did at an instant. */
export type Happening =
  | {
      readonly kind: "sample";
      readonly appliance: Appliance;
      readonly sample: StoredSample;
      readonly at: EpochMs;
    }
  | { readonly kind: "turn"; readonly appliance: Appliance; readonly turn: Turn; readonly at: EpochMs };

/** How a hospital lives on from `startAt`. */
export interface HospitalOptions {
  readonly startAt: EpochMs;
  readonly speed: number;
  readonly sampleIntervalMs: DurationMs;
  readonly scenario: readonly ScenarioEvent[];
}

/** A hospital that goes on from one happening to the next: no clock, the same each time. */
export interface Hospital {
  readonly startAt: EpochMs;
  readonly appliances: readonly Appliance[];
  /** Wall time since the start at which the next thing is due. */
  readonly dueMs: () => DurationMs;
  /** Does what is due next; null where it left no trace, such as the sample of a device without power. */
  readonly next: () => Happening | null;
  /** Moves all that is to come back by `byMs`: time in which the simulator stood still and nothing happened. */
  readonly skip: (byMs: DurationMs) => void;
}

/** Makes a hospital of appliances that stand at `startAt`. Their devices sample in turn, evenly spread over the interval. */
export function hospital(appliances: readonly Appliance[], options: HospitalOptions): Hospital {
  const { startAt, speed, sampleIntervalMs } = options;
  const byId = new Map(appliances.map((one) => [one.settings.id, one]));
  let script: Timeline = timeline(options.scenario);
  let skippedMs = 0;
  let sampled = 0;
  const physicsAt = (offsetMs: DurationMs): EpochMs => startAt + Math.round(offsetMs * speed);
  const wallAt = (offsetMs: DurationMs): EpochMs => startAt + offsetMs + skippedMs;
  const sampleDueMs = (): DurationMs => Math.round(((sampled + 1) * sampleIntervalMs) / appliances.length);

  const takeTurn = (turn: Turn): Happening | null => {
    script = afterTurn(script, turn);
    const target = byId.get(turn.event.appliance);
    if (target === undefined) return null;
    target.runTo(physicsAt(turn.offsetMs));
    target.turn(turn, wallAt(turn.offsetMs));
    return { kind: "turn", appliance: target, turn, at: wallAt(turn.offsetMs) };
  };
  const takeSample = (offsetMs: DurationMs): Happening | null => {
    const target = appliances[sampled % appliances.length];
    sampled += 1;
    target?.runTo(physicsAt(offsetMs));
    const sample = target?.sample(wallAt(offsetMs)) ?? null;
    return target === undefined || sample === null
      ? null
      : { kind: "sample", appliance: target, sample, at: wallAt(offsetMs) };
  };
  return {
    startAt,
    appliances,
    dueMs: () => Math.min(sampleDueMs(), nextTurn(script)?.offsetMs ?? Infinity) + skippedMs,
    next: () => {
      const turn = nextTurn(script);
      const offsetMs = sampleDueMs();
      return turn !== null && turn.offsetMs <= offsetMs ? takeTurn(turn) : takeSample(offsetMs);
    },
    skip: (byMs) => {
      skippedMs += byMs;
    },
  };
}
