import type { EventKind } from "@coldkeep/core/contract/events.ts";
import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { SignalState, SubjectEvent } from "../buffer/buffer.ts";

/** Which values of a channel call for a person: a contact that reads `equals`, a battery `below` or something `above` a number. */
export type ActiveWhen =
  | { readonly equals: number }
  | { readonly below: number }
  | { readonly above: number };

/** What a channel that measures no temperature tells, and of what. */
export interface SignalRule {
  /** The appliance, probe or device that it is about. */
  readonly subject: string;
  readonly kind: Exclude<EventKind, "clock">;
  readonly active: ActiveWhen;
}

/** True where a value calls for a person; null where the channel could not tell, so that nothing changes. */
export function isActive(when: ActiveWhen, value: ChannelValue): boolean | null {
  if (typeof value !== "number") return null;
  if ("equals" in when) return value === when.equals;
  return "below" in when ? value < when.below : value > when.above;
}

/** How the past of a signal stands, told by samples that come late; in memory only. */
export type LateSignals = ReadonlyMap<string, boolean>;

/** What a value of a signal leads to. */
export interface SignalStep {
  /** Null where nothing changed. */
  readonly event: SubjectEvent | null;
  /** Null where the known state stays. */
  readonly state: SignalState | null;
  /** What the latest late value said; null where this one was not late. */
  readonly late: boolean | null;
}

/** One value of a signal. */
export interface SignalValue {
  /** `device/channel`. */
  readonly channel: string;
  readonly value: ChannelValue;
  readonly at: EpochMs;
}

const unchanged: SignalStep = { event: null, state: null, late: null };

/**
 * Takes one value of a signal. Pure. Only changes become events; the first value ever is one too, so that the server knows how things
 * stand. A value from before the known state tells of the past: it becomes an event where it differs from the late value before it.
 */
export function stepSignal(
  rule: SignalRule,
  known: SignalState | undefined,
  lateBefore: boolean | undefined,
  sample: SignalValue,
): SignalStep {
  const active = isActive(rule.active, sample.value);
  if (active === null) return unchanged;
  const { channel, at } = sample;
  const event: SubjectEvent = { subject: rule.subject, kind: rule.kind, active, at };
  if (known !== undefined && at < known.at)
    return { event: active === lateBefore ? null : event, state: null, late: active };
  if (known?.active === active) return unchanged;
  return { event, state: { channel, active, at }, late: null };
}
