import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";

/** When something other than the machine said that the time is right (monotonic), and how far it may have been off then. */
export interface Confirmation {
  readonly atMs: number;
  readonly errorMs: DurationMs;
}

/**
 * How the gateway's own time stands. Event time is `monotonic + offsetMs`: it never follows a step of the machine's clock by itself, so
 * that a clock that jumps cannot move readings. The server's clock decides who is right; without it a first synchronisation does.
 */
export interface ClockState {
  /** What to add to monotonic time. */
  readonly offsetMs: number;
  /** What something other than the machine last said of the time; null before that. */
  readonly confirmed: Confirmation | null;
  /** How far the machine's clock stands from event time; 0 where it agrees. */
  readonly stepMs: number;
  /** An answer of the server that contradicts a time that was confirmed, until a second one says the same. */
  readonly suspect: { readonly atMs: number; readonly errorMs: number } | null;
}

/** What a clock is told. Monotonic instants have `Ms` names, instants of the machine's clock are `wallMs`. */
export type ClockInput =
  | {
      readonly kind: "look";
      readonly wallMs: EpochMs;
      readonly monotonicMs: number;
      /** When the operating system last saw its clock set by a time server, by that clock; null where it never did. */
      readonly synchronizedAt: EpochMs | null;
    }
  | {
      readonly kind: "server";
      /** The server's `Date`, a whole second. */
      readonly dateMs: EpochMs;
      readonly sentMs: number;
      readonly receivedMs: number;
      readonly wallMs: EpochMs;
    };

/** What a clock wants done. `jumped`: the machine's clock made a step. `moved`: event time was put right. `off`: whether the machine's clock is wrong. */
export type ClockEffect =
  | { readonly kind: "jumped"; readonly byMs: number }
  | { readonly kind: "moved"; readonly byMs: number }
  | { readonly kind: "off"; readonly active: boolean };

/** A clock's next state and what follows from it. */
export interface ClockStep {
  readonly state: ClockState;
  readonly effects: readonly ClockEffect[];
}

/** Steps up to this follow from a time server that adjusts the clock gently; they are followed. Unit ms. */
export const slewMaxMs: DurationMs = 500;

/** How far the server's clock may stand from ours before one of them is wrong, beyond what the measurement leaves open. Unit ms. */
export const serverToleranceMs: DurationMs = 1_000;

/** An answer that took longer says too little about the time. Unit ms. */
export const roundTripMaxMs: DurationMs = 10_000;

/** A contradiction of what was confirmed must be repeated after at least so long before event time is moved. Unit ms. */
export const suspicionMs: DurationMs = 5_000;

/** How far a clock set by a time server may be off. Unit ms. */
export const synchronizedErrorMs: DurationMs = 250;

/** A time server that has not set the clock for so long is out of reach: systemd-timesyncd asks at least every 2,048 s. Unit ms. */
export const synchronizedAgeMaxMs: DurationMs = 2 * 2_048_000;

/** A step between two looks that is greater than any drift: somebody made it. Unit ms. */
export const driftStepMs: DurationMs = 10;

/** How much a machine's clock may run fast or slow when nobody sets it, in millionths. */
export const driftPpm = 100;

/** How far the time may be off while nothing has confirmed it. Unit ms. */
export const unconfirmedErrorMs: DurationMs = 3_600_000;

/** The clock at the start. `newestKnown` is the latest instant that is on disk: time cannot lie before it. */
export function startClock(wallMs: EpochMs, monotonicMs: number, newestKnown: EpochMs | null): ClockStep {
  const isBehind = newestKnown !== null && newestKnown > wallMs + slewMaxMs;
  const nowMs = isBehind ? newestKnown : wallMs;
  const state: ClockState = {
    offsetMs: nowMs - monotonicMs,
    confirmed: null,
    stepMs: wallMs - nowMs,
    suspect: null,
  };
  return {
    state,
    effects: isBehind
      ? [
          { kind: "jumped", byMs: state.stepMs },
          { kind: "off", active: true },
        ]
      : [],
  };
}

/** How far event time may be off at a monotonic instant. Unit ms. */
export function clockErrorMs({ confirmed, stepMs }: ClockState, monotonicMs: number): DurationMs {
  if (confirmed === null) return Math.max(unconfirmedErrorMs, Math.abs(stepMs));
  return errorOf(confirmed, monotonicMs);
}

/** Advances the clock by one input. Pure. See docs/protocols.md, "The gateway's own clock". */
export function stepClock(state: ClockState, input: ClockInput): ClockStep {
  return input.kind === "look" ? look(state, input) : compare(state, input);
}

function look(state: ClockState, input: Extract<ClockInput, { kind: "look" }>): ClockStep {
  const { wallMs, monotonicMs } = input;
  const diffMs = wallMs - (monotonicMs + state.offsetMs);
  const byMs = diffMs - state.stepMs;
  const jumped = Math.abs(byMs) > slewMaxMs;
  const timeServer = timeServerSaid(input);
  const adopts = timeServer !== null && state.confirmed === null && Math.abs(diffMs) > slewMaxMs;
  const follows = adopts || Math.abs(diffMs) <= slewMaxMs;
  const known = follows ? afterStep(state.confirmed, diffMs) : state.confirmed;
  const next: ClockState = {
    ...state,
    offsetMs: follows ? state.offsetMs + diffMs : state.offsetMs,
    stepMs: follows ? 0 : diffMs,
    confirmed: follows ? better(known, timeServer, monotonicMs) : known,
  };
  const effects: ClockEffect[] = [];
  if (jumped) effects.push({ kind: "jumped", byMs });
  if (adopts) effects.push({ kind: "moved", byMs: diffMs });
  if ((state.stepMs !== 0) !== (next.stepMs !== 0)) effects.push({ kind: "off", active: next.stepMs !== 0 });
  return { state: next, effects };
}

/** What the time server's last word confirms, or null where it is too old (or later than now, so that the clock was turned since). */
function timeServerSaid({
  wallMs,
  monotonicMs,
  synchronizedAt,
}: Extract<ClockInput, { kind: "look" }>): Confirmation | null {
  const ageMs = synchronizedAt === null ? Number.POSITIVE_INFINITY : wallMs - synchronizedAt;
  const isUsable = ageMs >= -slewMaxMs && ageMs <= synchronizedAgeMaxMs;
  return isUsable ? { atMs: monotonicMs - Math.max(0, ageMs), errorMs: synchronizedErrorMs } : null;
}

/** Nobody knows whether a step that is followed was in the right direction, unless a time server says so. */
const afterStep = (confirmed: Confirmation | null, diffMs: number): Confirmation | null =>
  confirmed === null || Math.abs(diffMs) <= driftStepMs
    ? confirmed
    : { ...confirmed, errorMs: confirmed.errorMs + Math.abs(diffMs) };

/** The one of two confirmations that leaves less open at an instant. */
function better(
  one: Confirmation | null,
  other: Confirmation | null,
  monotonicMs: number,
): Confirmation | null {
  if (one === null || other === null) return one ?? other;
  return errorOf(other, monotonicMs) < errorOf(one, monotonicMs) ? other : one;
}

const errorOf = ({ atMs, errorMs }: Confirmation, monotonicMs: number): DurationMs =>
  errorMs + (Math.max(0, monotonicMs - atMs) * driftPpm) / 1_000_000;

function compare(state: ClockState, input: Extract<ClockInput, { kind: "server" }>): ClockStep {
  const { dateMs, sentMs, receivedMs, wallMs } = input;
  const roundTripMs = receivedMs - sentMs;
  if (roundTripMs < 0 || roundTripMs > roundTripMaxMs) return { state, effects: [] };
  const middleMs = (sentMs + receivedMs) / 2;
  // `Date` is cut off to the second: the true time lies up to a second after it.
  const serverMs = dateMs + 500;
  const errorMs = 500 + roundTripMs / 2;
  const leeway = errorMs + serverToleranceMs;
  const byMs = serverMs - (middleMs + state.offsetMs);
  if (Math.abs(byMs) <= leeway) return agree(state, middleMs, byMs, errorMs);
  const { suspect } = state;
  if (state.confirmed !== null) {
    const again = suspect !== null && Math.abs(suspect.errorMs - byMs) <= 2 * leeway;
    if (!again) return { state: { ...state, suspect: { atMs: middleMs, errorMs: byMs } }, effects: [] };
    if (middleMs - suspect.atMs < suspicionMs) return { state, effects: [] };
  }
  const wallOffsetMs = wallMs - receivedMs;
  const wallIsRight = Math.abs(serverMs - (middleMs + wallOffsetMs)) <= leeway;
  const offsetMs = wallIsRight ? wallOffsetMs : state.offsetMs + byMs;
  const stepMs = wallIsRight ? 0 : wallOffsetMs - offsetMs;
  const effects: ClockEffect[] = [{ kind: "moved", byMs: offsetMs - state.offsetMs }];
  if ((state.stepMs !== 0) !== (stepMs !== 0)) effects.push({ kind: "off", active: stepMs !== 0 });
  const moved = { offsetMs, stepMs, suspect: null, confirmed: { atMs: middleMs, errorMs: leeway } };
  return { state: moved, effects };
}

function agree(state: ClockState, atMs: number, byMs: number, measuredMs: DurationMs): ClockStep {
  const known = state.confirmed === null ? Number.POSITIVE_INFINITY : clockErrorMs(state, atMs);
  const errorMs = measuredMs + Math.abs(byMs);
  const isNews = errorMs < known || Math.abs(byMs) > known + measuredMs;
  const confirmed = isNews ? { atMs, errorMs } : state.confirmed;
  return { state: { ...state, confirmed, suspect: null }, effects: [] };
}
