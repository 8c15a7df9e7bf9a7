import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/** What polling has to know of a device. */
export interface Polled {
  readonly unit: number;
  readonly intervalMs: DurationMs;
  /** How many questions a round has, at least 1. */
  readonly reads: number;
}

/** Shortest rest of a device that did not answer, before it is asked again: an answer that comes late falls into it. Unit ms. */
export const restMinMs = 5_000;

/** The rest is at least so many of the timeout. */
export const restTimeouts = 3;

/** Longest rest of a device that stays silent, or its interval where that is longer. Unit ms. */
export const restMaxMs = 60_000;

/** Most answers that are thrown away after silences: as many as questions of about five minutes that were given up. */
export const probationMax = 8;

/** One device's place in the order. Times are monotonic ms. */
export interface Turn {
  readonly dueMs: number;
  /** One of its even slots; the others follow at its interval. */
  readonly slotMs: number;
  /** The next question of its round. */
  readonly read: number;
  /** How often in a row it did not answer. */
  readonly silences: number;
  /** So many answers are thrown away before one is believed: each may be an old one, to a question that was given up. */
  readonly probation: number;
}

/** Who is asked when. */
export interface PollState {
  readonly turns: readonly Turn[];
  /** Index of the device with an open question, or null. */
  readonly asking: number | null;
  /** True where the device asked last had not answered before: one that answers goes first now. */
  readonly wasSilent: boolean;
}

/** What polling is told. */
export type PollInput =
  | { readonly kind: "wake" }
  | { readonly kind: "answered" }
  | { readonly kind: "silent" }
  /** Bytes of a unit that was not asked. */
  | { readonly kind: "unasked"; readonly unit: number }
  /** The line or connection is gone, and an open question with it. */
  | { readonly kind: "closed" };

/** The next question, or null where none is due. */
export interface PollStep {
  readonly state: PollState;
  readonly ask: { readonly device: number; readonly read: number } | null;
}

/** The order at the start: the first rounds are spread evenly, so that a line is never asked in bursts. */
export function firstTurns(devices: readonly Polled[], nowMs: number): PollState {
  const turns = devices.map(({ intervalMs }, index) => ({
    dueMs: nowMs + (intervalMs * index) / devices.length,
    slotMs: nowMs + (intervalMs * index) / devices.length,
    read: 0,
    silences: 0,
    probation: 1,
  }));
  return { turns, asking: null, wasSilent: false };
}

/** Takes one input. Pure. `timeoutMs` is how long a device may take to answer. */
export function stepPolls(
  devices: readonly Polled[],
  timeoutMs: DurationMs,
  before: PollState,
  input: PollInput,
  nowMs: number,
): PollStep {
  const state = take(devices, timeoutMs, before, input, nowMs);
  if (input.kind === "closed" || state.asking !== null) return { state, ask: null };
  const device = nextDevice(state, nowMs);
  const turn = state.turns[device];
  if (turn === undefined) return { state, ask: null };
  return {
    state: { ...state, asking: device, wasSilent: turn.silences > 0 },
    ask: { device, read: turn.read },
  };
}

/** When the next device is due, monotonic ms. */
export function nextDueMs(state: PollState): number {
  return Math.min(...state.turns.map((turn) => turn.dueMs));
}

function take(
  devices: readonly Polled[],
  timeoutMs: DurationMs,
  state: PollState,
  input: PollInput,
  nowMs: number,
): PollState {
  const restMs = Math.max(restMinMs, restTimeouts * timeoutMs);
  switch (input.kind) {
    case "wake":
      return state;
    case "closed": {
      const unit = devices[state.asking ?? -1]?.unit;
      const turns = state.turns.map((turn) => ({ ...turn, read: 0, probation: Math.max(1, turn.probation) }));
      return turned(
        { ...state, asking: null, turns },
        (_, index) => devices[index]?.unit === unit,
        resting(nowMs + restMs),
      );
    }
    case "unasked":
      // It answers late: whatever else is under way has its rest to come in.
      return turned(
        state,
        (turn, index) => devices[index]?.unit === input.unit && turn.probation > 0 && index !== state.asking,
        resting(nowMs + restMs),
      );
    case "answered":
    case "silent": {
      const { asking } = state;
      const polled = asking === null ? undefined : devices[asking];
      if (polled === undefined) return state;
      const free = { ...state, asking: null };
      const isAsked = (_: Turn, index: number): boolean => index === asking;
      if (input.kind === "answered") return turned(free, isAsked, answered(polled, timeoutMs, nowMs));
      // Of the same unit nothing else is asked either: its late answer could not be told apart.
      const isSameUnit = (_: Turn, index: number): boolean => devices[index]?.unit === polled.unit;
      return turned(
        turned(free, isSameUnit, resting(nowMs + restMs)),
        isAsked,
        silent(polled, restMs, nowMs),
      );
    }
  }
}

function turned(
  state: PollState,
  which: (turn: Turn, index: number) => boolean,
  next: (turn: Turn) => Turn,
): PollState {
  return { ...state, turns: state.turns.map((turn, index) => (which(turn, index) ? next(turn) : turn)) };
}

const resting =
  (untilMs: number) =>
  (turn: Turn): Turn => ({
    ...turn,
    dueMs: Math.max(turn.dueMs, untilMs),
    read: 0,
    probation: Math.min(turn.probation + 1, probationMax),
  });

const silent =
  ({ intervalMs }: Polled, restMs: DurationMs, nowMs: number) =>
  (turn: Turn): Turn => {
    const longestMs = Math.max(restMs, restMaxMs, intervalMs);
    return {
      ...turn,
      dueMs: nowMs + Math.min(restMs * 2 ** Math.min(turn.silences, 30), longestMs),
      silences: turn.silences + 1,
    };
  };

const answered =
  ({ intervalMs, reads }: Polled, timeoutMs: DurationMs, nowMs: number) =>
  (turn: Turn): Turn => {
    // If this was an old answer, the one to this question comes within the timeout: it must not find another question open.
    if (turn.probation > 0) return { ...turn, dueMs: nowMs + timeoutMs, probation: turn.probation - 1 };
    if (turn.read + 1 < reads) return { ...turn, read: turn.read + 1, silences: 0 };
    // Slots that are past already are left out: asking faster would not bring them back.
    const slots = Math.floor((nowMs - turn.slotMs) / intervalMs) + 1;
    return { ...turn, dueMs: turn.slotMs + slots * intervalMs, read: 0, silences: 0 };
  };

/** The device that is due longest. After one that had been silent, those that answer go first: silent ones never starve them. */
function nextDevice({ turns, wasSilent }: PollState, nowMs: number): number {
  const due = turns.flatMap((turn, index) => (turn.dueMs <= nowMs ? [{ turn, index }] : []));
  const answering = wasSilent ? due.filter(({ turn }) => turn.silences === 0) : [];
  const candidates = answering.length > 0 ? answering : due;
  const begun = candidates.find(({ turn }) => turn.read > 0);
  const first = begun ?? candidates.toSorted((a, b) => a.turn.dueMs - b.turn.dueMs)[0];
  return first?.index ?? -1;
}
