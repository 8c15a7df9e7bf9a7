import type { Clock } from "@coldkeep/core/time/clock.ts";
import { hourMs } from "@coldkeep/core/time/millis.ts";
import { type Commit, excerptBytesMax, type ReadingBuffer } from "../buffer/buffer.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Observation } from "./admit.ts";
import { type CapacityLimits, type Stage, startCapacity, stepCapacity } from "./capacity.ts";
import type { Room } from "./group.ts";

/** What the watch over the buffer's room is made of. */
export interface FullnessParts {
  /** The gateway's id: the subject of its buffer's events. */
  readonly gateway: string;
  readonly buffer: ReadingBuffer;
  readonly limits: CapacityLimits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

/** Runs the machine of capacity.ts around each commit: makes room, counts what is lost, tells the server and the log how full it is. */
export interface Fullness {
  /** Room for the next commit, after thinning out where `unkept` entries that nobody else keeps find none. Throws as the buffer does. */
  readonly makeRoom: (unkept: number) => Room;
  /** Nobody keeps this, and it found no room. */
  readonly lose: (observation: Observation) => void;
  /** The commit with what is to be told of the buffer itself. */
  readonly mark: (commit: Commit) => Commit;
  /** The marked commit is on disk. */
  readonly committed: () => void;
  /** How full the buffer is now. */
  readonly stage: () => Stage;
}

/** Most stretches that are thinned out before one commit; what then finds no room is lost. */
export const thinStepsMax = 10;

/** What was lost for want of room is kept as evidence at its beginning and then so often. */
const lostEvidenceEveryMs = hourMs;

/** The signal under which the buffer remembers what it told the server of itself; no channel can be called so. */
const bufferSignal = "buffer";

const sentences: Readonly<Record<Stage, string>> = {
  open: "The buffer has room again.",
  reserve:
    "The buffer is full: what devices and brokers keep is not taken until the server has taken some; the rest goes into the reserve.",
  thinning:
    "The buffer and its reserve are full: old readings are thinned out for new ones. Extremes and faults stay.",
  exhausted:
    "The buffer is full and nothing is left to thin out: readings that no device keeps are lost. The server must take some.",
};

/** Makes the watch over an opened buffer. */
export function fullness(parts: FullnessParts): Fullness {
  const { buffer, limits, clock, counters, log } = parts;
  let told = buffer.signals().some(({ channel, active }) => channel === bufferSignal && active);
  let state = startCapacity(told);
  let said: Stage = state.stage;
  let lost: { readonly source: string; readonly readings: number }[] = [];
  let lostUntold = 0;
  let lostToldAt = -Infinity;
  let tellsLost = false;

  const isFull = (): boolean => state.stage !== "open";
  const lostNow = (): number => lost.reduce((sum, one) => sum + one.readings, 0);

  return {
    makeRoom: (unkept) => {
      lost = [];
      let step = stepCapacity(limits, state, { usage: buffer.usage(), unkept });
      for (let steps = 0; step.thin && steps < thinStepsMax; steps += 1) {
        const thinned = buffer.thinOut(clock.epochMs());
        counters.add("buffer.thinned", "buffer", thinned?.dropped ?? 0);
        step = stepCapacity(limits, step.state, { usage: buffer.usage(), unkept, thinned });
      }
      state = step.state;
      return step.room;
    },
    lose: ({ source, channels }) => void lost.push({ source, readings: Object.keys(channels).length }),
    mark: (commit) => {
      const at = clock.epochMs();
      const changed = isFull() !== told;
      tellsLost = lostNow() > 0 && at - lostToldAt >= lostEvidenceEveryMs;
      const event = { subject: parts.gateway, kind: "buffer", active: isFull(), at } as const;
      const signal = { channel: bufferSignal, active: isFull(), at };
      const text = JSON.stringify({ readings: lostUntold + lostNow() });
      const excerpt = Buffer.from(text).subarray(0, excerptBytesMax);
      const evidence = { at, source: "buffer", code: "sample.lost-full", excerpt };
      return {
        ...commit,
        entries: changed ? [...commit.entries, event] : commit.entries,
        signals: changed ? [...commit.signals, signal] : commit.signals,
        evidence: tellsLost ? [...commit.evidence, evidence] : commit.evidence,
      };
    },
    committed: () => {
      told = isFull();
      for (const { source, readings } of lost) counters.add("sample.lost-full", source, readings);
      if (tellsLost) {
        lostUntold = 0;
        lostToldAt = clock.epochMs();
      } else lostUntold += lostNow();
      lost = [];
      if (state.stage === said) return;
      said = state.stage;
      const facts = { code: `buffer.${said}`, ...buffer.usage() };
      if (said === "open") log.info(facts, sentences[said]);
      else log.error(facts, sentences[said]);
    },
    stage: () => stepCapacity(limits, state, { usage: buffer.usage(), unkept: 0 }).state.stage,
  };
}
