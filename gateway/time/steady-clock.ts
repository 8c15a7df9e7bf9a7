import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { clockErrorMs, type ClockEffect, type ClockInput, startClock, stepClock } from "./clock-state.ts";

/** How often the machine's clock is looked at. Unit ms. */
export const lookEveryMs: DurationMs = 5_000;

/** The gateway's own time: runs on evenly whatever the machine's clock does, and knows how far it may be off. */
export interface SteadyClock extends Clock {
  /** How far it may be off now. Unit ms. */
  readonly errorMs: () => DurationMs;
  /** True once something other than the machine has said that it is right. */
  readonly isConfirmed: () => boolean;
  /** How far the machine's clock stands from it; 0 where it agrees. Unit ms. */
  readonly stepMs: () => number;
  /** An answer of the server with its `Date`; sent and received on the monotonic clock. */
  readonly heardServer: (dateMs: EpochMs, sentMs: number, receivedMs: number) => void;
  /** Looks at the machine's clock from now on; ends with what it returns. */
  readonly watch: (perform: (effect: ClockEffect) => void) => Cancel;
}

/** Makes the gateway's time over the machine's clock. `synchronizedAt` asks the operating system when a time server last set it. */
export function steadyClock(
  machine: Clock,
  newestKnown: EpochMs | null,
  synchronizedAt: () => EpochMs | null,
): SteadyClock {
  const begun = startClock(machine.epochMs(), machine.monotonicMs(), newestKnown);
  let { state } = begun;
  let waiting: readonly ClockEffect[] = begun.effects;
  let perform: ((effect: ClockEffect) => void) | null = null;

  function advance(input: ClockInput): void {
    const step = stepClock(state, input);
    state = step.state;
    if (perform === null) waiting = [...waiting, ...step.effects];
    else for (const effect of step.effects) perform(effect);
  }

  const look = (): void =>
    advance({
      kind: "look",
      wallMs: machine.epochMs(),
      monotonicMs: machine.monotonicMs(),
      synchronizedAt: synchronizedAt(),
    });

  return {
    epochMs: () => Math.round(machine.monotonicMs() + state.offsetMs),
    monotonicMs: machine.monotonicMs,
    after: machine.after,
    errorMs: () => Math.ceil(clockErrorMs(state, machine.monotonicMs())),
    isConfirmed: () => state.confirmed !== null,
    stepMs: () => Math.round(state.stepMs),
    heardServer: (dateMs, sentMs, receivedMs) =>
      advance({ kind: "server", dateMs, sentMs, receivedMs, wallMs: machine.epochMs() }),
    watch: (call) => {
      perform = call;
      for (const effect of waiting) call(effect);
      waiting = [];
      let cancel: Cancel = () => {};
      const next = (): void => {
        look();
        cancel = machine.after(lookEveryMs, next);
      };
      next();
      return () => cancel();
    },
  };
}
