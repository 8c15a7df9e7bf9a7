import type { AlarmState, AlarmTerms } from "../alarms/alarm-state.ts";
import type { Stretch } from "../site/channels.ts";
import { always } from "../site/dated.ts";
import type { Dated, ProbeRules } from "../site/profile.ts";
import { type EpochMs, formatInstant, parseInstant } from "../time/millis.ts";
import type { WireWatchedAlarm, WireWatchedProbe } from "./edge.ts";
import { instantOrNull } from "./instants.ts";

/** What judges a probe: its rules over time, and the channels whose readings are its own. */
export interface WatchRules {
  readonly rules: ProbeRules;
  readonly stretches: readonly Stretch[];
}

/** A probe's rules and channels as a watch carries them. */
export function rulesOnWire({
  rules,
  stretches,
}: WatchRules): Pick<WireWatchedProbe, "profiles" | "offsets" | "channels"> {
  return {
    profiles: rules.profiles.map(({ from, rule: { trust, alarms, ...rest } }, index) => ({
      from: startOnWire(from, index),
      profile: {
        ...rest,
        ...(trust === undefined ? {} : { trust }),
        ...(alarms === undefined ? {} : { alarms: { ...alarms, latching: latchingOf(alarms.latching) } }),
      },
    })),
    offsets: rules.offsets.map(({ from, rule }, index) => ({
      from: startOnWire(from, index),
      celsius: rule,
    })),
    channels: stretches.map(({ channel, from, to }) => ({
      channel,
      from: from === always.from ? null : formatInstant(from),
      to: to === always.to ? null : formatInstant(to),
    })),
  };
}

/** A probe's rules and channels from a watch: judging by them gives what the server judges. */
export function rulesFromWire({
  profiles,
  offsets,
  channels,
}: Pick<WireWatchedProbe, "profiles" | "offsets" | "channels">): WatchRules {
  return {
    rules: {
      profiles: profiles.map(({ from, profile }): Dated<(typeof profiles)[number]["profile"]> => ({
        from: startFromWire(from),
        rule: profile,
      })),
      offsets: offsets.map(({ from, celsius }) => ({ from: startFromWire(from), rule: celsius })),
    },
    stretches: channels.map(({ channel, from, to }) => ({
      channel,
      from: from === null ? always.from : epoch(from),
      to: to === null ? always.to : epoch(to),
    })),
  };
}

/** Fields of an alarm's state as a watch carries them. What suppresses it by design is for each side to find out. */
export function stateOnWire(state: AlarmState) {
  return {
    raisedAt: formatInstant(state.raisedAt),
    condition: state.condition,
    acknowledged: state.acknowledged,
    acknowledgedBy: state.acknowledgedBy,
    awaited: state.awaited,
    latched: state.latched,
    shelvedFrom: instantOrNull(state.shelvedFrom),
    shelvedUntil: instantOrNull(state.shelvedUntil),
    outOfServiceUntil: instantOrNull(state.outOfServiceUntil),
    calls: state.calls,
    lastCall: state.lastCall,
    clearsAt: instantOrNull(state.clearsAt),
    realarmAt: instantOrNull(state.realarmAt),
  };
}

/** The state of an alarm from a watch, to go on with by the same lifecycle. `terms` as its profile says (core/alarms/terms.ts). */
export function stateFromWire(alarm: WireWatchedAlarm, terms: AlarmTerms): AlarmState {
  return {
    condition: alarm.condition,
    acknowledged: alarm.acknowledged,
    awaited: alarm.awaited,
    latched: alarm.latched,
    shelvedFrom: epochOrNull(alarm.shelvedFrom),
    shelvedUntil: epochOrNull(alarm.shelvedUntil),
    suppressedUntil: null,
    outOfServiceUntil: epochOrNull(alarm.outOfServiceUntil),
    raisedAt: epoch(alarm.raisedAt),
    acknowledgedBy: alarm.acknowledgedBy,
    promise: null,
    calls: alarm.calls,
    lastCall: alarm.lastCall,
    clearsAt: epochOrNull(alarm.clearsAt),
    realarmAt: epochOrNull(alarm.realarmAt),
    terms,
  };
}

/** The first rule applies to all earlier time, whatever its instant says. */
function startOnWire(from: EpochMs, index: number): string | null {
  return index === 0 ? null : formatInstant(from);
}

function startFromWire(from: string | null): EpochMs {
  return from === null ? 0 : epoch(from);
}

function latchingOf<Kind>(latching: boolean | readonly Kind[]): boolean | Kind[] {
  return typeof latching === "boolean" ? latching : [...latching];
}

/** An instant that its schema has checked. */
function epoch(text: string): EpochMs {
  return parseInstant(text) ?? 0;
}

function epochOrNull(text: string | null): EpochMs | null {
  return text === null ? null : epoch(text);
}
