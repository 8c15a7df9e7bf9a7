import type { EventKind } from "@coldkeep/core/contract/events.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { SignalState, SubjectEvent } from "../buffer/buffer.ts";
import { isActive, type SignalRule, type SignalValue } from "./signals.ts";

/** One value of a signal that was heard. */
export interface HeardValue {
  readonly at: EpochMs;
  readonly active: boolean;
}

/** Most values of one signal that are remembered, the latest by time: among them those that come late find their place. */
export const heardValuesMax = 1_000;

/** What a value of a signal whose times are added up leads to. */
export interface RecordStep {
  readonly events: readonly SubjectEvent[];
  /** Null where the known state stays. */
  readonly state: SignalState | null;
  /** What was heard, in order of time; null where nothing is new. */
  readonly heard: readonly HeardValue[] | null;
}

const unchanged: RecordStep = { events: [], state: null, heard: null };

/** True for what the server adds up over time (a unit's time without agitation): there the past must be told as exactly as the present. */
export function isAddedUp(kind: EventKind): boolean {
  return kind === "agitator" || kind === "power";
}

/**
 * Takes one value of a signal whose times are added up. Pure. Whatever comes late and in whatever order, the events say of every value that was heard what it was: one is told
 * where it differs from the one before it, and the one behind it is told too where only the new one makes it a change. What is older than all that is remembered is always told.
 */
export function stepRecord(
  rule: SignalRule,
  known: SignalState | undefined,
  before: readonly HeardValue[] | undefined,
  { channel, value, at }: SignalValue,
): RecordStep {
  const active = isActive(rule.active, value);
  if (active === null) return unchanged;
  const heard = before ?? (known === undefined ? [] : [{ at: known.at, active: known.active }]);
  const place = heard.findLastIndex((each) => each.at <= at) + 1;
  const previous = heard[place - 1];
  const isAgain = previous?.at === at;
  if (isAgain && previous.active === active) return unchanged;
  const next = heard[place];
  const isChange = previous?.active !== active;
  const told = (each: HeardValue): SubjectEvent => ({ subject: rule.subject, kind: rule.kind, ...each });
  return {
    events: [
      ...(isChange ? [told({ at, active })] : []),
      ...(isChange && next !== undefined && next.active !== active ? [told(next)] : []),
    ],
    state: isChange && next === undefined ? { channel, active: active || isAgain, at } : null,
    heard: [
      ...heard.slice(0, isAgain ? place - 1 : place),
      // Of two values at one instant the one that calls for a person stands, as at the server.
      { at, active: active || isAgain },
      ...heard.slice(place),
    ].slice(-heardValuesMax),
  };
}
