import type { Observation } from "../intake/admit.ts";
import type { Recorder } from "../intake/recorder.ts";

/** A recorder that keeps nothing but what it was told. */
export interface NotedRecorder extends Recorder {
  readonly observations: Observation[];
  readonly refusals: { readonly code: string; readonly raw: Uint8Array }[];
}

/** Makes one. Everything that is observed counts as kept. */
export function notedRecorder(): NotedRecorder {
  const observations: Observation[] = [];
  const refusals: { code: string; raw: Uint8Array }[] = [];
  return {
    observations,
    refusals,
    sample: (_arrival, _live, done) => done("kept"),
    observe: (observation, done) => {
      observations.push(observation);
      done("kept");
    },
    event: () => {},
    refuse: (_source, code, raw, done) => {
      refusals.push({ code, raw });
      done?.();
    },
    lose: (_device, _boot, _range, done) => done(),
    ledger: () => undefined,
    ledgers: () => [],
    stage: () => "open",
    flush: () => {},
  };
}
