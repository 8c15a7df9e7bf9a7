import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Evidence, ReadingBuffer, SubjectEvent } from "../buffer/buffer.ts";
import { excerptBytesMax } from "../buffer/buffer.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { AdmitRules, Arrival, Observation } from "./admit.ts";
import { type Group, groupState, type GroupState } from "./group.ts";
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
  /** True while the buffer holds as much as it may. */
  readonly full: () => boolean;
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
  /** How long a commit waits for more. Unit ms, range [0, 1000], default 2. */
  readonly commitWithinMs: DurationMs;
  /** Most entries held; what no device keeps may go beyond it by `reserveShare`. */
  readonly bufferReadingsMax: number;
  /** Called after each commit that added readings. */
  readonly committed: () => void;
}

/** Samples after which a commit is made without waiting for more. */
export const groupSamplesMax = 1_000;

/** How much more than the most a buffer takes of what no device or broker keeps, as a share of the most. */
export const reserveShare = 0.05;

/** Most events that wait for a disk that takes them; the oldest go first. */
export const eventsWaitingMax = 1_000;

/** Below this share of the most readings a full buffer is said to have room again, so that the log does not flutter. */
const roomAgainShare = 0.95;

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
  let fullLogged = false;
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
    const kept = parts.bufferReadingsMax - buffer.heldReadings();
    const reserve = Math.ceil(parts.bufferReadingsMax * reserveShare);
    const group = state.begin(parts.rules, { kept, unkept: kept + reserve });
    const tell: (() => void)[] = [];
    group.anchorFirst(items.flatMap((one) => (one.kind === "sample" ? [one] : [])));
    for (const one of items) tell.push(enter(group, one));
    const result = group.result();
    const started = clock.monotonicMs();
    try {
      if (Object.values(result.commit).some((part) => part.length > 0)) buffer.append(result.commit);
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
    sayWhetherFull(result.full);
    for (const done of tell) done();
    if (result.commit.entries.length > 0) parts.committed();
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
    pending.push(...events.slice(-eventsWaitingMax));
    for (const one of items) {
      if (one.kind === "sample" || one.kind === "observe") one.done("failed");
      else if (one.kind === "refuse") one.done();
    }
  }

  function sayWhetherFull(full: boolean): void {
    if (full && !fullLogged)
      log.error(
        { code: "buffer.full", held: buffer.heldReadings(), bufferReadingsMax: parts.bufferReadingsMax },
        "The buffer is full: nothing more is taken from devices until the server has taken some.",
      );
    fullLogged ||= full;
    if (!fullLogged || buffer.heldReadings() > parts.bufferReadingsMax * roomAgainShare) return;
    fullLogged = false;
    log.info({ held: buffer.heldReadings() }, "The buffer has room again.");
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
    full: () => buffer.heldReadings() >= parts.bufferReadingsMax,
    flush,
  };
}
