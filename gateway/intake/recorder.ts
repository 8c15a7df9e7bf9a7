import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import {
  type BufferEntry,
  type Commit,
  type Evidence,
  excerptBytesMax,
  type ReadingBuffer,
  type SubjectEvent,
} from "../buffer/buffer.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { AdmitRules, Arrival, Observation, OwnTime } from "./admit.ts";
import type { CapacityLimits, Stage } from "./capacity.ts";
import { fullness } from "./fullness.ts";
import { type Group, type GroupResult, groupState, type GroupState } from "./group.ts";
import { bootKey, type BootLedger } from "./ledger.ts";
import type { Range } from "./ranges.ts";

/**
 * What became of a sample, told after the commit. `full`: the buffer has no room. `failed`: the disk did not take it. In both cases the
 * device must not be told that we have it.
 */
export type Outcome = "kept" | "duplicate" | "refused" | "full" | "failed";

/** Where sources hand in what they hear. One commit serves everything that came within a few milliseconds. */
export interface Recorder {
  /** Hands in a sample; `done` is called once, after the commit. `live`: the device just took it, it was not asked for. */
  readonly sample: (arrival: Arrival, live: boolean, done: (outcome: Outcome) => void) => void;
  /** Hands in what a device that does not count showed; `done` is called once, after the commit. */
  readonly observe: (observation: Observation, done: (outcome: Outcome) => void) => void;
  /** Hands in what the gateway has to say of itself or of a device. Told again with every later commit until one has taken it. */
  readonly event: (event: SubjectEvent) => void;
  /** Hands in what could not be read. `done` is called after the evidence is on disk, or at once if that fails. */
  readonly refuse: (source: string, code: string, raw: Uint8Array, done?: () => void) => void;
  /** The device no longer has these sequences. */
  readonly lose: (device: string, boot: number, range: Range, done: () => void) => void;
  readonly ledger: (device: string, boot: number) => BootLedger | undefined;
  readonly ledgers: () => readonly BootLedger[];
  /** How full the buffer is now. */
  readonly stage: () => Stage;
  /** Commits what is pending now. */
  readonly flush: () => void;
}

/** What the recorder is made of. */
export interface RecorderParts {
  readonly buffer: ReadingBuffer;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly rules: AdmitRules;
  /** How good the gateway's own time is. */
  readonly ownTime: () => OwnTime;
  /** The gateway's id: the subject of its buffer's events. */
  readonly gateway: string;
  /** How long a commit waits for more. Unit ms, range [0, 10000], default 2. */
  readonly commitWithinMs: DurationMs;
  readonly limits: CapacityLimits;
  /** Called after each commit that added entries, with these. */
  readonly committed: (entries: readonly BufferEntry[]) => void;
}

/** Samples after which a commit is made without waiting for more. */
export const groupSamplesMax = 1_000;

/** Most events that wait for a commit that takes them; beyond it the oldest go. */
export const eventsWaitingMax = 1_000;

/** Most observations that nobody else keeps and that wait in memory while the disk takes nothing; beyond it the newest are lost. */
export const unkeptWaitingMax = 10_000;

/** How soon a commit that failed is tried again with what waits, if nothing else comes. Unit ms. */
export const failedRetryMs: DurationMs = 1_000;

type Pending =
  | {
      readonly kind: "sample";
      readonly arrival: Arrival;
      readonly live: boolean;
      readonly done: (outcome: Outcome) => void;
    }
  | {
      readonly kind: "observe";
      readonly observation: Observation;
      readonly done: (outcome: Outcome) => void;
    }
  | { readonly kind: "event"; readonly event: SubjectEvent }
  | { readonly kind: "refuse"; readonly evidence: Evidence; readonly done: () => void }
  | {
      readonly kind: "lose";
      readonly device: string;
      readonly boot: number;
      readonly range: Range;
      readonly done: () => void;
    };

/** Makes a recorder over an opened buffer. */
export function recorder(parts: RecorderParts): Recorder {
  const { buffer, clock, counters, log } = parts;
  let state: GroupState = groupState(buffer.ledgers(), buffer.signals());
  let pending: Pending[] = [];
  let cancelTimer: (() => void) | null = null;
  const full = fullness(parts);
  let failedLogged = false;

  const push = (one: Pending): void => {
    pending.push(one);
    if (pending.length >= groupSamplesMax) flush();
    else cancelTimer ??= clock.after(parts.commitWithinMs, flush);
  };

  function flush(): void {
    cancelTimer?.();
    cancelTimer = null;
    const group = pending;
    pending = [];
    if (group.length > 0) commitGroup(group);
  }

  function commitGroup(items: readonly Pending[]): void {
    const tell: (() => void)[] = [];
    let result: GroupResult;
    let commit: Commit;
    const started = clock.monotonicMs();
    try {
      const group = state.begin(parts.rules, full.makeRoom(unkeptIn(items)), parts.ownTime());
      group.anchorFirst(items.flatMap((one) => (one.kind === "sample" ? [one] : [])));
      for (const one of items) tell.push(enter(group, one));
      result = group.result();
      commit = full.mark(result.commit);
      if (Object.values(commit).some((part) => part.length > 0)) buffer.append(commit);
    } catch (error) {
      fail(items, error);
      return;
    }
    state = result.state;
    failedLogged = false;
    counters.add("buffer.commit", "buffer");
    counters.add("buffer.commit-ms", "buffer", clock.monotonicMs() - started);
    counters.add("buffer.commit-samples", "buffer", items.length);
    for (const note of result.notes) {
      counters.add(note.code, note.source, note.count);
      if (note.message !== null)
        log.warn({ code: note.code, source: note.source, ...note.facts }, note.message);
    }
    full.committed();
    for (const done of tell) done();
    if (commit.entries.length > 0) parts.committed(commit.entries);
  }

  function enter(group: Group, one: Pending): () => void {
    switch (one.kind) {
      case "sample": {
        const outcome = group.sample(one.arrival, one.live);
        return () => {
          counters.add(`sample.${outcome}`, one.arrival.source);
          one.done(outcome);
        };
      }
      case "observe": {
        const outcome = group.observation(one.observation);
        if (outcome === "full" && !one.observation.keeps) full.lose(one.observation);
        return () => {
          counters.add(`sample.${outcome}`, one.observation.source);
          one.done(outcome);
        };
      }
      case "event":
        group.event(one.event);
        return () => counters.add(`event.${one.event.kind}`, one.event.subject);
      case "refuse":
        group.evidence(one.evidence);
        return one.done;
      case "lose":
        group.lose(one.device, one.boot, one.range);
        return one.done;
    }
  }

  function fail(items: readonly Pending[], error: unknown): void {
    counters.add("buffer.write-failed", "buffer");
    if (!failedLogged)
      log.error(
        { code: "buffer.write-failed", reason: String(error) },
        "The buffer cannot be written: devices are not acknowledged and keep what they can. Check the disk.",
      );
    failedLogged = true;
    const events = items.filter((one) => one.kind === "event");
    const unkept = items.filter((one) => one.kind === "observe" && !one.observation.keeps);
    for (const one of items) {
      if (one.kind === "refuse") one.done();
      else if (one.kind === "sample" || (one.kind === "observe" && one.observation.keeps)) one.done("failed");
    }
    for (const one of unkept.slice(unkeptWaitingMax)) {
      if (one.kind !== "observe") continue;
      counters.add(
        "sample.lost-failed",
        one.observation.source,
        Object.keys(one.observation.channels).length,
      );
      one.done("failed");
    }
    pending = [...events.slice(-eventsWaitingMax), ...unkept.slice(0, unkeptWaitingMax), ...pending];
    if (pending.length > 0) cancelTimer ??= clock.after(failedRetryMs, flush);
  }

  return {
    sample: (arrival, live, done) => push({ kind: "sample", arrival, live, done }),
    observe: (observation, done) => push({ kind: "observe", observation, done }),
    event: (event) => push({ kind: "event", event }),
    refuse: (source, code, raw, done = () => {}) => {
      counters.add(code, source);
      const excerpt = Uint8Array.from(raw.subarray(0, excerptBytesMax));
      push({ kind: "refuse", evidence: { at: clock.epochMs(), source, code, excerpt }, done });
    },
    lose: (device, boot, range, done) => push({ kind: "lose", device, boot, range, done }),
    ledger: (device, boot) => state.ledgers.get(bootKey(device, boot)),
    ledgers: () => [...state.ledgers.values()],
    stage: full.stage,
    flush,
  };
}

/** Readings in a group that nobody else keeps. */
const unkeptIn = (items: readonly Pending[]): number =>
  items.reduce(
    (sum, one) =>
      one.kind === "observe" && !one.observation.keeps
        ? sum + Object.keys(one.observation.channels).length
        : sum,
    0,
  );
