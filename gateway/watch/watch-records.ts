import { completeState } from "@coldkeep/core/alarms/alarm-state.ts";
import type { GatherState } from "@coldkeep/core/alarms/gathering.ts";
import { type WireWatch, watchSchema } from "@coldkeep/core/contract/edge.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmSet, AlarmSetStep, EdgeAlarm, OwedCall } from "./alarm-set.ts";
import type { HeardBefore } from "./hearing.ts";
import type { ItemChange, WatchStore } from "./watch-store.ts";

/**
 * Who keeps watch. `alone`: the gateway, since the server has been out of reach for long. `handed`: the server again; the gateway still remembers what it told it.
 */
export interface KeptMode {
  readonly phase: "alone" | "handed";
  readonly since: EpochMs;
}

/** One recipient of a call at one output. Plain data. */
export interface CallLeg {
  readonly output: string;
  readonly way: "siren" | "sms";
  /** A number, or "" for a siren. */
  readonly to: string;
  /** How often it was given to the output. */
  readonly given: number;
  readonly outcome: LegOutcome | null;
}

/** What became of a call at one recipient. `isFinal`: nothing more follows. */
export interface LegOutcome {
  readonly at: EpochMs;
  readonly result: "delivered" | "sent" | "sounded" | "failed";
  readonly code: string | null;
  readonly isFinal: boolean;
}

/** A call that is owed or was made, with what became of it. Plain data. */
export interface KeptCall extends OwedCall {
  readonly legs: readonly CallLeg[];
}

/** All that was on disk at the start. */
export interface KeptWatch {
  readonly plan: WireWatch | null;
  readonly mode: KeptMode | null;
  readonly set: AlarmSet;
  readonly calls: readonly KeptCall[];
  readonly heard: HeardBefore | null;
  /** Items that could not be read; they are passed over and counted. */
  readonly unreadable: readonly string[];
}

/** Reads what is on disk. Never throws for what stands there. */
export function readWatch(store: WatchStore): KeptWatch {
  const alarms = new Map<string, EdgeAlarm>();
  const calls: KeptCall[] = [];
  const unreadable: string[] = [];
  const single = new Map<string, unknown>();
  for (const [name, text] of store.load()) {
    try {
      const value: unknown = JSON.parse(text);
      if (name.startsWith("alarm ")) {
        const alarm = value as EdgeAlarm;
        alarms.set(alarm.id, { ...alarm, state: completeState(alarm.state) });
      } else if (name.startsWith("call ")) calls.push(value as KeptCall);
      else single.set(name, value);
    } catch {
      unreadable.push(name);
    }
  }
  const plan = single.has("plan") ? watchSchema.safeParse(single.get("plan")) : null;
  if (plan?.success === false) unreadable.push("plan");
  return {
    plan: plan?.success === true ? plan.data : null,
    mode: (single.get("mode") as KeptMode | undefined) ?? null,
    set: { alarms, gathering: (single.get("gathering") as GatherState | undefined) ?? [] },
    calls: calls.toSorted((a, b) => a.at - b.at),
    heard: (single.get("heard") as HeardBefore | undefined) ?? null,
    unreadable,
  };
}

/** The plan, for the time without a server. */
export const planItem = (watch: WireWatch): ItemChange => ["plan", JSON.stringify(watch)];

/** Who keeps watch; null: the server, and nothing is left to tell it. */
export const modeItem = (mode: KeptMode | null): ItemChange => [
  "mode",
  mode === null ? null : JSON.stringify(mode),
];

/** What was heard of the probes. */
export const heardItem = (heard: HeardBefore | null): ItemChange => [
  "heard",
  heard === null ? null : JSON.stringify(heard),
];

/** A call with what became of it. */
export const callItem = (call: KeptCall): ItemChange => [`call ${call.id}`, JSON.stringify(call)];

/** An alarm. */
export const alarmItem = (alarm: EdgeAlarm): ItemChange => [`alarm ${alarm.id}`, JSON.stringify(alarm)];

/** What a step changed, in one transaction with the calls that it owes. */
export function stepItems(step: AlarmSetStep, calls: readonly KeptCall[]): ItemChange[] {
  return [
    ...step.changed.map(alarmItem),
    ...step.dropped.map((id): ItemChange => [`alarm ${id}`, null]),
    ...(step.isGatheringChanged ? [gatheringItem(step.set.gathering)] : []),
    ...calls.map(callItem),
  ];
}

/** What is being gathered. */
export const gatheringItem = (gathering: GatherState): ItemChange => [
  "gathering",
  gathering.length === 0 ? null : JSON.stringify(gathering),
];

/** All that goes once the server has everything. */
export function clearedItems(set: AlarmSet, calls: Iterable<KeptCall>): ItemChange[] {
  return [
    modeItem(null),
    heardItem(null),
    gatheringItem([]),
    ...[...set.alarms.keys()].map((id): ItemChange => [`alarm ${id}`, null]),
    ...[...calls].map(({ id }): ItemChange => [`call ${id}`, null]),
  ];
}
