import type { Clock } from "@coldkeep/core/time/clock.ts";
import { liveEveryMsMin } from "./limits.ts";

/** Something rendered that all who look may share. */
export interface SharedRender<Rendered> {
  readonly get: () => Rendered;
  /** Renders anew the next time. */
  readonly drop: () => void;
}

/**
 * Renders at most once per live event and at most `liveEveryMsMin` old, so that a wall of screens costs no more than one. What it
 * holds back is told by the next live event.
 */
export function sharedRender<Rendered>(
  clock: Clock,
  generation: () => number,
  render: () => Rendered,
): SharedRender<Rendered> {
  let kept: { readonly what: Rendered; readonly generation: number; readonly at: number } | null = null;
  return {
    get: () => {
      const fresh =
        kept !== null && kept.generation === generation() && clock.monotonicMs() - kept.at < liveEveryMsMin;
      if (!fresh || kept === null)
        kept = { generation: generation(), at: clock.monotonicMs(), what: render() };
      return kept.what;
    },
    drop: () => {
      kept = null;
    },
  };
}
