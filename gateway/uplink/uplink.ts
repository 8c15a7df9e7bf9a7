import { type Clock, type Random, sleep } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import {
  type Evidence,
  excerptBytesMax,
  isEvent,
  isReading,
  type LaneName,
  type ReadingBuffer,
  type StoredBatch,
} from "../buffer/buffer.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import { type BacklogFirst, backlogFirst } from "./backlog-first.ts";
import { batchBody } from "./batch-body.ts";
import { freshLane, type LaneRules, type LaneState, stepLane } from "./lane.ts";
import type { ServerLink } from "./server-link.ts";
import { type BatchSizes, judge, type Verdict } from "./verdict.ts";

/** What the uplink is made of. */
export interface UplinkParts {
  readonly gateway: string;
  readonly buffer: ReadingBuffer;
  readonly link: ServerLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
  /** Told each time that the server has taken a batch. */
  readonly delivered?: () => void;
  readonly rules: LaneRules & {
    readonly batchReadingsMax: number;
    /** How long a new reading waits for company. Unit ms, range [0, 1000], default 100. */
    readonly lingerMs: DurationMs;
  };
}

/**
 * Most entries in one batch of what piled up. Small, because a week of it is sent batch after batch and the memory of each counts; what just came in goes in one batch where it
 * can, so that the server sees no gap inside it for a moment.
 */
export const backlogBatchMax = 1_000;

/** How a lane stands, for the status page. */
export interface LaneStatus {
  readonly lane: LaneName;
  readonly trouble: string | null;
  readonly failures: number;
  /** When the server last took something from it, epoch ms, or null. */
  readonly deliveredAt: number | null;
}

/** Brings what the buffer holds to the server: new readings in one lane, what piled up in another, side by side. */
export interface Uplink {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** Tells that there are new readings. */
  readonly wake: () => void;
  readonly status: () => readonly LaneStatus[];
}

/** Makes the uplink over an opened buffer. */
export function uplink(parts: UplinkParts): Uplink {
  const stopping = new AbortController();
  const first = backlogFirst(parts.clock, parts.buffer.backlogReadings);
  const backlog = laneRunner(parts, "backlog", stopping.signal, first, () => {});
  const live = laneRunner(parts, "live", stopping.signal, first, backlog.wake);
  let running: Promise<unknown> = Promise.resolve();
  return {
    start: () => {
      running = Promise.all([live.run(), backlog.run()]);
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
    wake: live.wake,
    status: () => [live.status(), backlog.status()],
  };
}

function laneRunner(
  parts: UplinkParts,
  lane: LaneName,
  stop: AbortSignal,
  first: BacklogFirst,
  looked: () => void,
) {
  const { buffer, clock, counters, log } = parts;
  const { batchReadingsMax } = parts.rules;
  const batchMax = lane === "live" ? batchReadingsMax : Math.min(batchReadingsMax, backlogBatchMax);
  let state: LaneState = freshLane;
  let deliveredAt: number | null = null;
  let awake = true;
  /** A batch of this lane that the server has not taken yet: it is older than the backlog. */
  let isOpen = false;
  let rouse: (() => void) | null = null;
  const wake = (): void => {
    awake = true;
    rouse?.();
  };

  /** Ends when woken or stopped. */
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      if (awake || stop.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        rouse = null;
        stop.removeEventListener("abort", done);
        resolve();
      };
      rouse = done;
      stop.addEventListener("abort", done, { once: true });
    });

  async function run(): Promise<void> {
    while (!stop.aborted) {
      await rest();
      if (stop.aborted) return;
      await turn().catch(async (error: unknown) => {
        counters.add("uplink.buffer-failed", lane);
        log.error({ lane, reason: String(error) }, "The uplink could not use the buffer; it tries again.");
        await sleep(clock, parts.rules.pauseMaxMs, stop);
      });
    }
  }

  async function turn(): Promise<void> {
    awake = false;
    if (lane === "live" && parts.rules.lingerMs > 0) await sleep(clock, parts.rules.lingerMs, stop);
    if (lane === "live" && !isOpen) await first.wait(stop);
    if (stop.aborted) return;
    const batch = buffer.nextBatch(lane, batchMax);
    isOpen = batch !== null;
    looked();
    if (batch === null) return;
    awake = true;
    if (lane === "backlog") first.began();
    const outcome = await parts.link(batchBody(parts.gateway, batch), stop);
    if (stop.aborted && outcome.kind === "none") return;
    const verdict = judge(batch.sequence, sizes(batch), outcome);
    const step = stepLane(parts.rules, state, verdict, parts.random);
    perform(step.action, batch, verdict);
    if (step.action === "complete") isOpen = false;
    state = step.state;
    if (lane === "backlog") first.ended(state.trouble !== null);
    if (step.say !== null) say(step.say, verdict);
    if (step.pauseMs > 0) await sleep(clock, step.pauseMs, stop);
  }

  function perform(
    action: ReturnType<typeof stepLane>["action"],
    batch: StoredBatch,
    verdict: Verdict,
  ): void {
    counters.add(`uplink.${action === "keep" ? "failed" : action}`, lane);
    const code = verdict.kind === "delivered" ? "" : verdict.code;
    switch (action) {
      case "complete":
        buffer.complete(batch.sequence, rejectedEvidence(batch, verdict));
        counters.add("uplink.readings", lane, batch.entries.length);
        deliveredAt = clock.epochMs();
        parts.delivered?.();
        break;
      case "split":
        buffer.split(batch.sequence);
        log.warn(
          { lane, code, sequence: batch.sequence, entries: batch.entries.length },
          "The server refuses a batch; it is sent again in halves.",
        );
        break;
      case "set-aside":
        buffer.refuse(batch.sequence, code, clock.epochMs());
        log.error(
          { lane, code, entry: batch.entries[0] },
          "The server refuses an entry; it is set aside. Start with --requeue-refused once the cause is mended.",
        );
        break;
      case "renumber":
        buffer.renumber(batch.sequence, clock.epochMs());
        log.warn(
          { lane, code, sequence: batch.sequence },
          "The batch's sequence was taken; it gets a fresh one.",
        );
        break;
      case "keep":
        break;
    }
  }

  function rejectedEvidence(batch: StoredBatch, verdict: Verdict): Evidence[] {
    if (verdict.kind !== "delivered") return [];
    const readings = batch.entries.filter(isReading);
    const events = batch.entries.filter(isEvent);
    const refused = [
      ...verdict.rejected.map(({ index, code }) => ({ code, entry: readings[index] })),
      ...verdict.rejectedEvents.map(({ index, code }) => ({ code, entry: events[index] })),
    ];
    return refused.map(({ code, entry }) => {
      counters.add(code, "uplink");
      const text = JSON.stringify(entry);
      return {
        at: clock.epochMs(),
        source: "uplink",
        code,
        excerpt: Buffer.from(text).subarray(0, excerptBytesMax),
      };
    });
  }

  function say(what: "trouble" | "recovered", verdict: Verdict): void {
    if (what === "recovered") log.info({ lane }, "The server takes batches again.");
    else if (verdict.kind !== "delivered")
      log.warn(
        { lane, code: verdict.code, detail: verdict.detail, held: buffer.heldReadings() },
        adviceFor(verdict.code),
      );
  }

  return {
    run,
    wake,
    status: (): LaneStatus => ({ lane, trouble: state.trouble, failures: state.failures, deliveredAt }),
  };
}

const sizes = ({ entries }: StoredBatch): BatchSizes => {
  const readings = entries.filter(isReading).length;
  return { readings, events: entries.length - readings };
};

/** What the person who reads the log can do about it. */
function adviceFor(code: string): string {
  if (code.startsWith("uplink.")) return "The server cannot be reached; readings are kept and sent later.";
  if (/^(auth\.|http\.40[13])/.test(code))
    return "The server does not accept this gateway's token; readings are kept. Check server.token or COLDKEEP_GATEWAY_TOKEN.";
  return "The server does not take batches; readings are kept and sent later.";
}
