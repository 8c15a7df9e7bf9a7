import { type DurationMs, type EpochMs, minuteMs, secondMs } from "../time/millis.ts";
import type { CallAbout } from "./lifecycle.ts";

/** How long a call can wait for others of its cause: hardly, a little, as long as it takes. */
export type Urgency = "now" | "soon" | "later";

/** A call that an alarm asks for. */
export interface Call {
  readonly alarm: string;
  /** Which call about that alarm. */
  readonly number: number;
  readonly about: CallAbout;
  readonly urgency: Urgency;
  /** What may be the common cause, such as `gateway:g1`, the narrowest first. */
  readonly causes: readonly string[];
}

/** A stretch of time in which calls of one cause are gathered, because people were called about that cause already. Plain data. */
export interface Gathering {
  /** Good news are not mixed with bad ones. */
  readonly side: "on" | "off";
  /** What all its calls have in common; null: the whole site. */
  readonly causes: readonly string[] | null;
  /** Calls made about it so far, which set how long the next one takes. */
  readonly made: number;
  /** Until when a call of this cause counts as following on. */
  readonly openUntil: EpochMs;
  /** What waits to be told, and when it will be; null while nothing waits. */
  readonly waiting: readonly Call[];
  readonly waitingSince: EpochMs | null;
  readonly flushAt: EpochMs | null;
  /** The latest instant that the most urgent of what waits allows; null if none presses. */
  readonly pressedAt: EpochMs | null;
}

/** All that is being gathered. */
export type GatherState = readonly Gathering[];

/** One message to people: one alarm's call, or several of one cause. */
export interface GatheredCall {
  readonly causes: readonly string[] | null;
  readonly calls: readonly Call[];
}

/** Calls of different causes within the window that are made at once, before all that follows counts as one flood. */
export const causesAtOnce = 2;

/** How long after a call of a cause those that follow are gathered: after the first, the second, and each later one. */
export const windowsMs: readonly DurationMs[] = [10 * secondMs, minuteMs, 5 * minuteMs];

/** The first gathering ends when nothing more has come for its window, at the latest after this. */
export const slideMaxMs: DurationMs = minuteMs;

/** Longest that a call waits, by its urgency. */
export const waitMaxMs: Readonly<Record<Urgency, DurationMs | null>> = {
  now: 10 * secondMs,
  soon: minuteMs,
  later: null,
};

/** Most calls that wait in one gathering: at that it is told without waiting longer. */
export const waitingMax = 5_000;

/**
 * Turns the calls of one moment into messages (flood collapse, ISA-18.2 alarm floods). A call that comes alone goes out at once; what follows of the same cause within the
 * window is gathered into one further message; more causes at a time than `causesAtOnce` are one: the site. Pure; call it without calls at `nextFlush`.
 */
export function gather(
  state: GatherState,
  calls: readonly Call[],
  at: EpochMs,
): { state: GatherState; messages: readonly GatheredCall[] } {
  const messages: GatheredCall[] = [];
  let groups = state.filter((group) => group.waiting.length > 0 || group.openUntil > at);
  for (const side of ["on", "off"] as const) {
    const { fresh, joined } = sortOut(groups, side, calls);
    groups = groups.map((group, index) => {
      const joining = joined.get(index);
      return joining === undefined ? group : join(group, joining, at);
    });
    groups = oneWaiting(groups, side);
    groups = openFor(groups, side, clusters(fresh), at, messages);
  }
  const told = groups.map((group) => {
    if (group.flushAt === null || group.flushAt > at) return group;
    messages.push({ causes: group.causes, calls: group.waiting });
    return emptied(group, at);
  });
  return { state: told, messages };
}

/** Which calls follow on something that is being gathered already, and which are fresh. */
function sortOut(
  groups: readonly Gathering[],
  side: "on" | "off",
  calls: readonly Call[],
): { fresh: Call[]; joined: Map<number, Call[]> } {
  const fresh: Call[] = [];
  const joined = new Map<number, Call[]>();
  const causes = groups.map((group) => group.causes);
  for (const call of calls) {
    if (sideOf(call) !== side) continue;
    const index = groups.findIndex(
      (group, at) => group.side === side && shares(causes[at] ?? null, call.causes),
    );
    if (index < 0) fresh.push(call);
    else {
      causes[index] = common(causes[index] ?? null, call.causes);
      const joining = joined.get(index);
      if (joining === undefined) joined.set(index, [call]);
      else joining.push(call);
    }
  }
  return { fresh, joined };
}

/** When what waits is next to be told; null while nothing waits. */
export function nextFlush(state: GatherState): EpochMs | null {
  const due = state.flatMap(({ flushAt }) => (flushAt === null ? [] : [flushAt]));
  return due.length === 0 ? null : Math.min(...due);
}

function sideOf({ about }: Call): "on" | "off" {
  return about === "return" ? "off" : "on";
}

function shares(causes: readonly string[] | null, others: readonly string[]): boolean {
  return causes === null || causes.some((cause) => others.includes(cause));
}

function common(causes: readonly string[] | null, others: readonly string[]): readonly string[] | null {
  const both = causes?.filter((cause) => others.includes(cause)) ?? [];
  return both.length === 0 ? null : both;
}

/** Gatherings of one side that both have calls waiting become one, so that a flood of several causes is told once. */
function oneWaiting(groups: Gathering[], side: "on" | "off"): Gathering[] {
  const waiting = groups.filter((group) => group.side === side && group.waiting.length > 0);
  const [first, ...rest] = waiting;
  if (first === undefined || rest.length === 0) return groups;
  const causes = rest.reduce(
    (all, group) => (group.causes === null ? null : common(all, group.causes)),
    first.causes,
  );
  const merged: Gathering = {
    side,
    causes,
    made: Math.min(...waiting.map((group) => group.made)),
    openUntil: Math.max(...waiting.map((group) => group.openUntil)),
    waiting: waiting.flatMap((group) => group.waiting),
    waitingSince: least(waiting.flatMap((group) => group.waitingSince ?? [])),
    flushAt: least(waiting.flatMap((group) => group.flushAt ?? [])),
    pressedAt: least(waiting.flatMap((group) => group.pressedAt ?? [])),
  };
  return [...groups.filter((group) => !waiting.includes(group)), merged];
}

interface Cluster {
  readonly causes: readonly string[] | null;
  readonly calls: readonly Call[];
}

/** Puts calls of one moment together that share a cause; more than `causesAtOnce` are one flood, whatever the rest of them share. */
function clusters(fresh: readonly Call[]): Cluster[] {
  const found: { causes: readonly string[] | null; calls: Call[] }[] = [];
  for (const call of fresh) {
    const cluster = found.find(({ causes }) => causes !== null && shares(causes, call.causes));
    if (cluster === undefined && found.length <= causesAtOnce)
      found.push({ causes: call.causes, calls: [call] });
    else if (cluster === undefined) found[causesAtOnce]?.calls.push(call);
    else {
      cluster.causes = common(cluster.causes, call.causes);
      cluster.calls.push(call);
    }
  }
  return found;
}

function openFor(
  groups: Gathering[],
  side: "on" | "off",
  found: readonly Cluster[],
  at: EpochMs,
  messages: GatheredCall[],
): Gathering[] {
  if (found.length === 0) return groups;
  const open = groups.filter((group) => group.side === side);
  if (open.length + found.length <= causesAtOnce) {
    messages.push(...found);
    return [...groups, ...found.map(({ causes }) => opened(side, causes, at))];
  }
  const calls = found.flatMap((cluster) => cluster.calls);
  const others = groups.filter((group) => group.side !== side);
  if (open.length === 0) {
    messages.push({ causes: null, calls });
    return [...others, opened(side, null, at)];
  }
  const waiting = open.flatMap((group) => group.waiting);
  const made = Math.min(...open.map((group) => group.made));
  const pressed = open.flatMap(({ pressedAt }) => (pressedAt === null ? [] : [pressedAt]));
  const site: Gathering = { ...opened(side, null, at), made, pressedAt: least(pressed) };
  return [...others, join(site, [...waiting, ...calls], at)];
}

function opened(side: "on" | "off", causes: readonly string[] | null, at: EpochMs): Gathering {
  const openUntil = at + windowAfter(1);
  return {
    side,
    causes,
    made: 1,
    openUntil,
    waiting: [],
    waitingSince: null,
    flushAt: null,
    pressedAt: null,
  };
}

function windowAfter(made: number): DurationMs {
  return windowsMs[Math.min(made, windowsMs.length) - 1] ?? minuteMs;
}

function join(group: Gathering, calls: readonly Call[], at: EpochMs): Gathering {
  const waiting = [...group.waiting, ...calls];
  const waitingSince = group.waitingSince ?? at;
  const limits = calls.flatMap(({ urgency }) => {
    const longest = waitMaxMs[urgency];
    return longest === null ? [] : [at + longest];
  });
  const pressedAt = least(group.pressedAt === null ? limits : [...limits, group.pressedAt]);
  const causes = calls.reduce((all, call) => (all === null ? null : common(all, call.causes)), group.causes);
  const usual = group.made === 1 ? Math.min(waitingSince + slideMaxMs, at + windowAfter(1)) : group.openUntil;
  const isDue = group.flushAt !== null && group.flushAt <= at;
  const flushAt =
    isDue || waiting.length >= waitingMax ? at : Math.min(usual, pressedAt ?? Number.MAX_SAFE_INTEGER);
  return { ...group, causes, waiting, waitingSince, pressedAt, flushAt };
}

function emptied(group: Gathering, at: EpochMs): Gathering {
  const made = group.made + 1;
  const openUntil = at + windowAfter(made);
  return { ...group, made, openUntil, waiting: [], waitingSince: null, flushAt: null, pressedAt: null };
}

function least(instants: readonly EpochMs[]): EpochMs | null {
  return instants.length === 0 ? null : Math.min(...instants);
}
