import type { EventKind } from "../contract/events.ts";
import type { Fault } from "../readings/reading.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import type { AlarmKind } from "./alarm.ts";

/**
 * What an alarm says as data, kept beside its English text, so that it can be said in any language. Temperatures in degrees Celsius; null is what was not known.
 * `excursionAt` and `unmonitoredAt`: when it becomes an excursion if it goes on, from which units are held; null where it is one already or none can be foretold.
 */
export type AlarmFigures =
  | {
      readonly of: "temperature";
      readonly side: "high" | "low";
      readonly celsius: number | null;
      readonly limit: number | null;
      readonly critical: number | null;
      readonly since: EpochMs | null;
      readonly excursionAt: EpochMs | null;
    }
  | {
      readonly of: "temperature-warning";
      readonly side: "high" | "low";
      readonly celsius: number | null;
      readonly warnAt: number | null;
      readonly limit: number | null;
    }
  | {
      readonly of: "fault";
      readonly fault: Fault;
      readonly since: EpochMs;
      readonly unmonitoredAt: EpochMs | null;
    }
  | { readonly of: "silence"; readonly since: EpochMs; readonly unmonitoredAt: EpochMs | null }
  | { readonly of: "disagreement"; readonly since: EpochMs | null; readonly said: readonly ProbeSaid[] }
  | {
      readonly of: "late-excursion";
      readonly side: "high" | "low" | "unmonitored";
      readonly since: EpochMs;
      readonly lengthMs: DurationMs;
      readonly unitsHeld: number;
    }
  /** Mains, doors and the like. `isGateway` says what the subject is where no appliance is known. */
  | {
      readonly of: "event";
      readonly event: EventKind;
      readonly since: EpochMs;
      readonly isGateway: boolean;
    }
  /** Seen by a gateway that was alone. */
  | {
      readonly of: "edge";
      readonly gateway: string;
      readonly since: EpochMs;
      readonly until: EpochMs | null;
      /** Of a temperature: what was measured and what it is beyond. */
      readonly celsius: number | null;
      readonly beyond: number | null;
      /** The gateway's own words, English. */
      readonly words: string | null;
    }
  /** Of the platform itself: `name` is the channel, person or policy that it is about; `reason` as it was given, in whatever language. */
  | {
      readonly of: "platform";
      readonly name: string | null;
      readonly lastsMs: DurationMs | null;
      readonly count: number | null;
      readonly reason: string | null;
    }
  /** A gap ahead, or one that has begun: `name` is the policy or the rota that reaches nobody from `from` up to `to`. */
  | {
      readonly of: "gap";
      readonly name: string;
      readonly from: EpochMs;
      readonly to: EpochMs;
    }
  /** Nobody answers: the first of the alarms that were called about, and how many others. */
  | { readonly of: "unanswered"; readonly first: AlarmKind | null; readonly others: number };

/** What one of several probes says. */
export interface ProbeSaid {
  readonly probe: string;
  readonly celsius: number;
}
