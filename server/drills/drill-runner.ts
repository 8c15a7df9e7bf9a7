import type { Cancel } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type DrillParts, tickDrills } from "./drill-acts.ts";

/** How often drills are looked at. */
export const drillTickMs: DurationMs = secondMs;

/** Lets drills begin, go on and end. */
export interface DrillRunner {
  readonly start: () => void;
  readonly stop: () => void;
}

/** Makes the runner. `warn` is told of what failed; the next look tries again, and nothing but drills depends on it. */
export function makeDrillRunner(
  { clock, committer, drills }: Pick<DrillParts, "committer" | "drills" | "clock">,
  warn: (error: unknown) => void,
): DrillRunner {
  let cancel: Cancel = () => undefined;
  const schedule = (): void => {
    cancel = clock.after(drillTickMs, () => {
      try {
        if (drills.isDue(clock.epochMs())) tickDrills({ committer, drills });
      } catch (error) {
        warn(error);
      }
      schedule();
    });
  };
  return { start: schedule, stop: () => cancel() };
}
