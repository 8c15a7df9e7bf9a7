import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";

/** The computer on which a gateway runs: its quartz is not quite right, and its wall clock can be set. */
export interface Machine {
  /** What its wall clock shows. */
  readonly wallMs: () => EpochMs;
  /** Sets the wall clock forward (or back). */
  readonly setBy: (byMs: number) => void;
  /** A time server sets the wall clock to within `errorMs` of the truth. */
  readonly synchronize: (errorMs: number) => void;
  /** When a time server last set the wall clock, by the wall clock; null before that. */
  readonly synchronizedAt: () => EpochMs | null;
  /** The power comes back: whoever had set the clock is forgotten, and it shows what it showed `lateMs` ago. */
  readonly powerOn: (lateMs: DurationMs) => void;
  /** The clock of a process on this machine, and what ends the process: none of its timers fires any more. */
  readonly process: () => { readonly clock: Clock; readonly kill: () => void };
}

/** Makes a machine whose quartz runs fast by `ppm` millionths. */
export function makeMachine(world: VirtualClock, ppm: number): Machine {
  const startAt = world.epochMs();
  const rate = 1 + ppm / 1_000_000;
  const monotonicMs = (): number => (world.epochMs() - startAt) * rate;
  let aheadMs = startAt;
  let synchronizedAt: EpochMs | null = null;
  const wallMs = (): EpochMs => Math.round(monotonicMs() + aheadMs);
  return {
    wallMs,
    setBy: (byMs) => {
      aheadMs += byMs;
    },
    synchronize: (errorMs) => {
      aheadMs = world.epochMs() + errorMs - monotonicMs();
      synchronizedAt = wallMs();
    },
    synchronizedAt: () => synchronizedAt,
    powerOn: (lateMs) => {
      aheadMs -= lateMs;
      synchronizedAt = null;
    },
    process: () => {
      let isAlive = true;
      const pending = new Set<Cancel>();
      const after: Clock["after"] = (delayMs, call) => {
        if (!isAlive) return () => {};
        const cancel = world.after(delayMs, () => {
          pending.delete(cancel);
          call();
        });
        pending.add(cancel);
        return () => {
          pending.delete(cancel);
          cancel();
        };
      };
      return {
        clock: { epochMs: wallMs, monotonicMs, after },
        kill: () => {
          isAlive = false;
          for (const cancel of pending) cancel();
          pending.clear();
        },
      };
    },
  };
}
