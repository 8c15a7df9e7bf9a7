import type { EdgeReport, WireWatch, WireWatchedAlarm } from "@coldkeep/core/contract/edge.ts";
import { rulesOnWire } from "@coldkeep/core/contract/watch-on-wire.ts";
import { exampleProfile } from "@coldkeep/core/site/example-profile.ts";
import { constantRules, type Profile } from "@coldkeep/core/site/profile.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { BufferEntry, ReadingBuffer } from "../buffer/buffer.ts";
import { memoryBuffer } from "../buffer/memory-buffer.ts";
import type { CallOutcome, CallOutput, LocalCall } from "../calls/call-output.ts";
import { type Counters, counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import type { WatchLink } from "../uplink/server-link.ts";
import type { SendOutcome } from "../uplink/verdict.ts";
import type { LocalOutput } from "./edge-caller.ts";
import { edgeWatch, type EdgeWatch } from "./edge-watch.ts";
import { memoryWatchStore, type WatchStore } from "./watch-store.ts";

/** A call as an output was asked for it. */
export interface AskedCall {
  readonly output: string;
  readonly at: EpochMs;
  readonly call: LocalCall;
  /** Tells the watch what became of it. */
  readonly tell: (outcome: CallOutcome, to: string) => void;
  readonly isWithdrawn: () => boolean;
}

/** A watch under a virtual clock with everything about it recorded, for tests. */
export interface WatchBench {
  readonly clock: VirtualClock;
  readonly buffer: ReadingBuffer;
  readonly store: WatchStore;
  readonly counters: Counters;
  readonly watch: () => EdgeWatch;
  readonly asked: readonly AskedCall[];
  /** Reports as the server got them. */
  readonly reports: readonly EdgeReport[];
  /** Commits entries as the recorder does. */
  readonly feed: (...entries: BufferEntry[]) => void;
  /** Lets time pass, and what is promised happen. */
  readonly pass: (length: DurationMs) => Promise<void>;
  /** Cuts and mends the connection; `answer` says what a report is answered with. */
  readonly connect: (isUp: boolean, answer?: (report: EdgeReport) => SendOutcome) => void;
  /** What a lane does before and after a batch. */
  readonly send: () => Promise<boolean>;
  /** Puts another watch at the server. */
  readonly tell: (watch: WireWatch) => void;
  /** The process dies and another starts on the same disk; with `gently` it ends in order. */
  readonly restart: (gently?: boolean) => Promise<void>;
}

/** Where the clock of a bench stands at first: 2026-11-22T00:00:00Z. */
export const benchStart: EpochMs = 1_795_305_600_000;

/** How long the server must be out of reach on a bench. */
export const benchAfterMs: DurationMs = 600 * secondMs;

/** A watch of one refrigerator with a probe for each id, all of one profile. */
export function wireWatch(
  ids: readonly string[],
  profile: Profile = exampleProfile,
  alarms: readonly WireWatchedAlarm[] = [],
): WireWatch {
  return {
    version: `v${alarms.length}`,
    site: "mechelen",
    timeZone: "Europe/Brussels",
    appliances: [
      {
        id: "fridge-1",
        name: "Red cells 1",
        shortName: "Red cells 1",
        kind: "refrigerator",
        room: "cold-room",
        circuit: null,
        doorDelayMs: 180 * secondMs,
        agitatorDelayMs: 600 * secondMs,
        outOfServiceUntil: null,
      },
    ],
    probes: ids.map((id) => ({
      id,
      kind: "buffered",
      appliance: "fridge-1",
      ...rulesOnWire({ rules: constantRules(profile), stretches: [{ channel: id, ...always }] }),
    })),
    alarms: [...alarms],
  };
}

/** An answer that takes all alarms of a report over. */
export function takenOver(report: EdgeReport): SendOutcome {
  const alarms = report.alarms.map(({ id, clearedAt }) => ({
    id,
    alarm: id,
    fate: clearedAt === null ? "taken-over" : "recorded",
    phase: "unacknowledged",
  }));
  return { kind: "answer", status: 200, body: JSON.stringify({ alarms, rejected: [] }), retryAfterMs: null };
}

const unreachable: SendOutcome = { kind: "none", code: "uplink.unreachable", detail: "cut" };

/** Makes a bench: the connection is up, the watch known to the server, a siren and a modem with one number set up. */
export async function watchBench(
  options: { watch?: WireWatch; outputs?: boolean; localPlan?: WireWatch } = {},
): Promise<WatchBench> {
  const clock = virtualClock(benchStart);
  const buffer = memoryBuffer(benchStart);
  const store = memoryWatchStore();
  const counters = makeCounters();
  const asked: AskedCall[] = [];
  const reports: EdgeReport[] = [];
  let wire: WireWatch | null = options.watch ?? (options.localPlan === undefined ? wireWatch(["p1"]) : null);
  let isUp = wire !== null;
  let answer: (report: EdgeReport) => SendOutcome = takenOver;
  const link: WatchLink = {
    watch: async (_probes, tag) => {
      if (!isUp || wire === null) return { outcome: unreachable, tag: null };
      const status = tag === wire.version ? 304 : 200;
      const body = status === 200 ? JSON.stringify(wire) : "";
      return { outcome: { kind: "answer", status, body, retryAfterMs: null }, tag: wire.version };
    },
    report: async (body) => {
      if (!isUp) return unreachable;
      const report = JSON.parse(body) as EdgeReport;
      reports.push(report);
      return answer(report);
    },
  };

  function outputOf(kind: "modem" | "siren", life: { isOver: boolean }): CallOutput {
    const withdrawn = new Set<string>();
    return {
      id: kind,
      call: (call, tell) =>
        void asked.push({
          output: kind,
          at: clock.epochMs(),
          call,
          tell: (outcome, to) => {
            if (!life.isOver) tell(outcome, to);
          },
          isWithdrawn: () => withdrawn.has(call.id),
        }),
      withdraw: (id) => void withdrawn.add(id),
      status: () => ({ id: kind, kind, ready: true, trouble: null, waiting: 0, details: {} }),
      start: () => {},
      stop: async () => {},
    };
  }

  let life = { isOver: false };
  let watch = begin();

  function begin(): EdgeWatch {
    const own = (life = { isOver: false });
    const mortal: Clock = {
      ...clock,
      after: (delayMs, call) =>
        clock.after(delayMs, () => {
          if (!own.isOver) call();
        }),
    };
    const outputs: LocalOutput[] = [
      { output: outputOf("siren", own), way: "siren", recipients: [""] },
      { output: outputOf("modem", own), way: "sms", recipients: ["+3215000000"] },
    ];
    const made = edgeWatch({
      gateway: "g1",
      store,
      buffer,
      link,
      outputs: options.outputs === false ? [] : outputs,
      clock: mortal,
      counters,
      log: silentLog,
      afterMs: benchAfterMs,
      channels: ["p1"],
      events: [],
      localPlan: options.localPlan ?? null,
      isTroubled: () => !isUp,
    });
    made.start();
    return made;
  }

  const flush = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
  };
  await flush();
  return {
    clock,
    buffer,
    store,
    counters,
    asked,
    reports,
    watch: () => watch,
    feed: (...entries) => {
      buffer.append({ entries, signals: [], setAside: [], ledgers: [], forgotten: [], evidence: [] });
      watch.committed(entries);
    },
    pass: async (length) => {
      for (let left = length; left > 0; left -= Math.min(left, 5 * secondMs)) {
        clock.advance(Math.min(left, 5 * secondMs));
        await flush();
      }
    },
    connect: (up, answered = takenOver) => {
      isUp = up;
      answer = answered;
    },
    send: async () => {
      const held = watch.clearWay(new AbortController().signal);
      const isClear = (await held) === null && isUp;
      if (!isClear) return false;
      for (;;) {
        const batch = buffer.nextBatch("live", 1_000) ?? buffer.nextBatch("backlog", 1_000);
        if (batch === null) break;
        buffer.complete(batch.sequence, []);
      }
      watch.delivered();
      await flush();
      return true;
    },
    tell: (next) => {
      wire = next;
    },
    restart: async (gently = false) => {
      if (gently) await watch.stop();
      life.isOver = true;
      watch = begin();
      await flush();
    },
  };
}
