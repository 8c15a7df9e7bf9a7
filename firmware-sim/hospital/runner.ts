import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { formatDuration } from "@coldkeep/core/time/millis.ts";
import { catchUpMsMax } from "../settings.ts";
import type { Happening, Hospital } from "./hospital.ts";

/** What the runner needs around it. */
export interface RunnerPorts {
  readonly clock: Clock;
  readonly happen: (happening: Happening) => void;
  readonly warn: (line: string) => void;
}

/** Longest wait at a time, so that a jump of the wall clock is seen soon, ms. */
const waitMsMax = 1_000;
/** A wall clock that goes back further than this is taken as set, not as jitter, ms. */
const backMsMax = 2_000;

/**
 * Lets a hospital live by the wall clock from now on. A late wake-up catches up sample by sample; standstill beyond `catchUpMsMax` and
 * a wall clock that was set back are skipped and said.
 */
export function runHospital(hospital: Hospital, ports: RunnerPorts): { readonly stop: () => void } {
  const { clock } = ports;
  const { startAt } = hospital;
  let lastMs = 0;
  let cancel: Cancel = () => undefined;
  const align = (): number => {
    const nowMs = clock.epochMs() - startAt;
    const lateMs = nowMs - hospital.dueMs();
    if (lateMs > catchUpMsMax || nowMs < lastMs - backMsMax) {
      hospital.skip(lateMs);
      ports.warn(`the clock moved: ${formatDuration(Math.abs(lateMs))} skipped`);
    }
    lastMs = nowMs;
    return nowMs;
  };
  const live = (): void => {
    const nowMs = align();
    while (hospital.dueMs() <= nowMs) {
      const happening = hospital.next();
      if (happening !== null) ports.happen(happening);
    }
    cancel = clock.after(Math.min(Math.max(1, hospital.dueMs() - nowMs), waitMsMax), live);
  };
  live();
  return { stop: () => cancel() };
}
