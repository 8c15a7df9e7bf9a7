import { beginStep, isSetDue, noAlarms, takeOver, type AlarmSet, type AlarmSetWork } from "./alarm-set.ts";
import type { EdgeAnswer, EdgeReport, WireWatch } from "@coldkeep/core/contract/edge.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import {
  type DurationMs,
  type EpochMs,
  formatInstant,
  hourMs,
  minuteMs,
  secondMs,
} from "@coldkeep/core/time/millis.ts";
import type { CallOutputStatus } from "../calls/call-output.ts";
import { type BufferEntry, isReading, type ReadingBuffer, type SubjectEvent } from "../buffer/buffer.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { WatchLink } from "../uplink/server-link.ts";
import type { SendOutcome } from "../uplink/verdict.ts";
import { catchUp } from "./catch-up.ts";
import { edgeCaller, type LocalOutput } from "./edge-caller.ts";
import { makeHearing } from "./hearing.ts";
import { planOf, type WatchPlan } from "./plan.ts";
import { askForPlan } from "./plan-fetch.ts";
import { followFates, handOver, type HandTries, noTries } from "./hand-over.ts";
import { repeats } from "./repeat.ts";
import { reportsOf } from "./edge-report.ts";
import {
  alarmItem,
  callItem,
  clearedItems,
  gatheringItem,
  heardItem,
  type KeptMode,
  modeItem,
  planItem,
  readWatch,
  stepItems,
} from "./watch-records.ts";
import type { ItemChange, WatchStore } from "./watch-store.ts";

/** How often the server is asked for the plan, and an outage's end is looked for where nothing is to be sent. */
export const askEveryMs: DurationMs = 30 * secondMs;

/** How often the watch looks at the time; it does nothing then unless it is on. */
export const tickMs: DurationMs = secondMs;

/** How often it looks whether the server has been out of reach for too long. */
export const lookEveryMs: DurationMs = 5 * secondMs;

/** After a start the server is tried for at least this long before the gateway takes itself to be alone, however old what it holds is. */
export const startGraceMs: DurationMs = minuteMs;

/** How often what was heard goes on disk while the watch is on, so that a restart has little to go through. */
export const keepHeardEveryMs: DurationMs = hourMs;

/** How often a later word on calls is tried before it is given up. */
export const lateWordTriesMax = 10;

/** What the watch is made of. */
export interface EdgeWatchParts {
  readonly gateway: string;
  readonly store: WatchStore;
  readonly buffer: ReadingBuffer;
  readonly link: WatchLink;
  readonly outputs: readonly LocalOutput[];
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  /** How long the server must be out of reach. */
  readonly afterMs: DurationMs;
  /** Ids of probes or channels under which the gateway sends readings. */
  readonly channels: readonly string[];
  /** How contacts and batteries stood last. */
  readonly events: readonly SubjectEvent[];
  /** The watch of a local site file, for a gateway that the server has never told anything; or null. */
  readonly localPlan: WireWatch | null;
  /** True while batches do not get through. */
  readonly isTroubled: () => boolean;
}

/** Who keeps watch, for the status page. */
export interface EdgeWatchStatus {
  readonly phase: "attended" | "alone" | "handed";
  readonly since: string | null;
  readonly plan: string | null;
  readonly probes: number;
  readonly alarms: readonly { readonly id: string; readonly text: string; readonly acknowledged: boolean }[];
  readonly calls: number;
  readonly outputs: readonly CallOutputStatus[];
}

/** Keeps watch over the probes while the server is out of reach (docs/alarms.md, "Keeping watch alone"). */
export interface EdgeWatch {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** What the recorder has committed. */
  readonly committed: (entries: readonly BufferEntry[]) => void;
  /** The server has taken a batch. */
  readonly delivered: () => void;
  /** Ends with null once batches may be sent; else with why not. To be asked before each. */
  readonly clearWay: (stop: AbortSignal) => Promise<SendOutcome | null>;
  /** A person takes on an alarm, or with null all of them; returns how many. */
  readonly acknowledge: (id: string | null, by: string) => number;
  readonly status: () => EdgeWatchStatus;
}

const emptyWatch: WireWatch = {
  version: "none",
  site: "unknown",
  timeZone: "UTC",
  appliances: [],
  probes: [],
  alarms: [],
};

/** Makes the watch over what is on disk. */
export function edgeWatch(parts: EdgeWatchParts): EdgeWatch {
  const { gateway, buffer, link, clock, counters, log } = parts;
  const stopping = new AbortController();
  const kept = readWatch(parts.store);
  for (const name of kept.unreadable) counters.add("watch.item-unreadable", name);
  const startedAt = clock.epochMs();
  let watch: WireWatch | null = kept.plan ?? parts.localPlan;
  let plan: WatchPlan = planOf(watch ?? emptyWatch);
  let tag: string | null = null;
  let mode: KeptMode | null = kept.mode;
  let set: AlarmSet = kept.set;
  let contactAt = clock.monotonicMs();
  let heardKeptAt = clock.monotonicMs();
  let handing: Promise<SendOutcome | null> | null = null;
  let tries: HandTries = noTries;
  let fates: EdgeAnswer["alarms"] = [];
  let planAskedSinceHanded = false;
  let lateWordTries = 0;
  let told = "";
  let isStoreFailing = false;
  const rounds = repeats(clock, (error) => {
    counters.add("watch.failed", "watch");
    log.error({ code: "watch.failed", reason: String(error) }, "The watch met a defect; it goes on.");
  });
  const hearing = makeHearing({
    gateway,
    plan,
    listeningSince: startedAt,
    count: (code, source, by) => counters.add(code, source, by),
  });
  const caller = edgeCaller({
    outputs: parts.outputs,
    kept: kept.calls,
    save: (calls, dropped) =>
      write([...calls.map(callItem), ...dropped.map((id): ItemChange => [`call ${id}`, null])]),
    answered: () => void acknowledge(null, "siren button"),
    clock,
    counters,
    log,
  });

  /** People are called also where the disk fails: a call that may come twice is better than none. */
  function write(changes: readonly ItemChange[]): void {
    try {
      if (changes.length > 0) parts.store.write(changes);
      isStoreFailing = false;
    } catch (error) {
      counters.add("watch.write-failed", "watch");
      if (!isStoreFailing)
        log.error(
          { code: "watch.write-failed", reason: String(error) },
          "The watch cannot write; it goes on without, and may repeat calls after a restart. Check the disk.",
        );
      isStoreFailing = true;
    }
  }

  const past = catchUp(buffer, clock, (entries) => void hearing.take(entries, clock.epochMs()));
  /** While the server is being told, nothing happens that it would not be told. */
  const isJudging = (): boolean => handing === null && !past.isGoing();
  const isAlone = (): boolean => mode?.phase === "alone";

  /** Makes one step of the alarms durable together with the calls that it owes, then makes these. */
  function step(work: (step: AlarmSetWork, now: EpochMs) => void): void {
    const now = clock.epochMs();
    const making = beginStep(set, plan, gateway, now);
    work(making, now);
    const result = making.result();
    if (
      result.changed.length + result.dropped.length + result.owed.length === 0 &&
      !result.isGatheringChanged
    )
      return;
    const calls = result.owed.map(caller.addressed);
    write(stepItems(result, calls));
    set = result.set;
    counters.add("watch.alarm-forgotten", "watch", result.dropped.length);
    caller.quieten(set);
    for (const call of calls) log.warn({ code: "watch.call", call: call.id }, call.text);
    caller.make(calls);
  }

  function tick(): void {
    if (!isAlone()) {
      if (mode?.phase === "handed" && planAskedSinceHanded && !caller.isWaiting()) void finish();
      return;
    }
    if (!isJudging()) return;
    step((making, now) => {
      hearing.judge(making, now);
      if (isSetDue(set, now)) making.tick((alarm) => hearing.facts(alarm, now));
    });
    if (clock.monotonicMs() - heardKeptAt >= keepHeardEveryMs) keepHeard();
  }

  function keepHeard(): void {
    heardKeptAt = clock.monotonicMs();
    write([heardItem(hearing.kept(buffer.lastEntry()))]);
  }

  function look(): void {
    if (isAlone() || past.isGoing() || clock.monotonicMs() - contactAt <= parts.afterMs) return;
    goAlone();
  }

  function goAlone(): void {
    const now = clock.epochMs();
    let gone: readonly ItemChange[];
    // What the server was told and has not told back yet stays: a plan from before knows nothing of it.
    if (mode?.phase !== "handed" || planAskedSinceHanded) {
      gone = clearedItems(set, caller.calls().values());
      caller.clear();
      set = takeOver(plan, hearing.subjects(), now);
    } else {
      const alarms = followFates(set.alarms, fates);
      gone = clearedItems(set, []);
      set = { alarms, gathering: [] };
    }
    mode = { phase: "alone", since: now };
    told = "";
    tries = noTries;
    fates = [];
    heardKeptAt = clock.monotonicMs();
    write([
      ...gone,
      modeItem(mode),
      ...[...set.alarms.values()].map(alarmItem),
      heardItem(hearing.kept(buffer.lastEntry())),
    ]);
    counters.add("watch.alone", "watch");
    const facts = {
      code: "watch.alone",
      plan: watch?.version ?? null,
      probes: plan.probes.size,
      alarms: set.alarms.size,
    };
    log.warn(facts, "The server is out of reach; the gateway keeps watch alone.");
    if (watch === null)
      log.error(
        { code: "watch.no-plan" },
        "The server never said what to watch for: temperatures are not judged here. Give watch.site a site file.",
      );
    if (parts.outputs.length === 0)
      log.error(
        { code: "watch.no-output" },
        "No siren and no modem is set up: nobody is called while the server is out of reach.",
      );
    tick();
  }

  function clearWay(stop: AbortSignal): Promise<SendOutcome | null> {
    if (!isAlone()) return Promise.resolve(null);
    if (past.isGoing()) return Promise.resolve(notYet("what was heard is still being gone through"));
    handing ??= hand(AbortSignal.any([stop, stopping.signal])).finally(() => {
      handing = null;
    });
    return handing;
  }

  async function hand(stop: AbortSignal): Promise<SendOutcome | null> {
    const reports = reportsOf(set, caller.calls().values(), clock.epochMs());
    const result = await handOver(link, reports, tries, stop);
    if (result.kind === "not-yet") {
      const wasAnswered = result.tries.refused + result.tries.answered > tries.refused + tries.answered;
      if (wasAnswered) counters.add("watch.report-not-taken", "watch");
      tries = result.tries;
      return notYet(result.detail);
    }
    if (result.kind === "given-up") {
      counters.add("watch.report-given-up", "watch");
      log.error(
        { code: "watch.report-given-up", detail: result.detail, alarms: set.alarms.size },
        "The server does not take the report of the time alone; readings are sent without it, and it may call again about what was called here.",
      );
    } else {
      fates = result.answer.alarms;
      for (const { code } of result.answer.rejected) counters.add(code, "watch");
    }
    handed(reports);
    return null;
  }

  function handed(reports: readonly EdgeReport[]): void {
    mode = { phase: "handed", since: clock.epochMs() };
    planAskedSinceHanded = false;
    lateWordTries = 0;
    contactAt = clock.monotonicMs();
    told = textOf(reports);
    set = { ...set, gathering: [] };
    write([modeItem(mode), heardItem(null), gatheringItem([])]);
    caller.cancel();
    log.info({ code: "watch.handed", alarms: set.alarms.size }, "The server keeps watch again.");
    void ask();
  }

  /** Tells the server what became of calls after the report, then forgets all. */
  async function finish(): Promise<void> {
    if (handing !== null) return;
    const reports = reportsOf(set, caller.calls().values(), mode?.since ?? 0);
    if (textOf(reports) !== told && told !== "" && lateWordTries < lateWordTriesMax) {
      lateWordTries += 1;
      const work = handOver(link, reports, noTries, stopping.signal);
      handing = work.then(() => null);
      const result = await work;
      handing = null;
      if (result.kind === "not-yet" || mode?.phase !== "handed") return;
    }
    write(clearedItems(set, caller.calls().values()));
    caller.clear();
    set = noAlarms;
    mode = null;
  }

  async function ask(): Promise<void> {
    if (isAlone()) {
      await clearWay(stopping.signal);
      return;
    }
    const asked = mode;
    const answer = await askForPlan(link, parts.channels, tag, stopping.signal);
    if (isAlone() || stopping.signal.aborted) return;
    if (answer.kind === "none") {
      counters.add("watch.plan-not-told", "watch");
      return;
    }
    if (!parts.isTroubled()) contactAt = clock.monotonicMs();
    if (answer.kind === "absent") {
      counters.add("watch.plan-not-told", "watch");
      return;
    }
    tag = answer.tag;
    if (asked?.phase === "handed") planAskedSinceHanded = true;
    if (answer.watch === null) return;
    watch = answer.watch;
    plan = planOf(watch);
    hearing.use(plan);
    write([planItem(watch)]);
    counters.add("watch.plan-told", "watch");
  }

  function acknowledge(id: string | null, by: string): number {
    let many = 0;
    if (isAlone())
      step((making) => {
        many = making.acknowledge(id, by);
      });
    return many;
  }

  function caughtUp(): void {
    if (mode?.phase === "handed") caller.abandon();
    if (!isAlone()) return;
    caller.resume(set);
    tick();
  }

  function start(): void {
    for (const { subject, kind, active, at } of parts.events)
      hearing.take([{ subject, kind, active, at }], startedAt);
    if (kept.heard !== null) hearing.restore(kept.heard, startedAt);
    const first = buffer.entriesAfter(0, 1).entries[0];
    const isLong = first !== undefined && isReading(first) && startedAt - first.at > parts.afterMs;
    if (isLong) contactAt = clock.monotonicMs() - parts.afterMs + Math.min(parts.afterMs, startGraceMs);
    past.start(kept.heard?.lastEntry ?? 0, caughtUp);
    rounds.every(() => tickMs, tick);
    rounds.every(() => Math.max(secondMs, Math.min(lookEveryMs, parts.afterMs / 10)), look);
    rounds.every(() => askEveryMs, ask);
    void ask();
  }

  return {
    start,
    stop: async () => {
      stopping.abort();
      rounds.stop();
      past.stop();
      await handing;
      if (isAlone() && !past.isGoing()) keepHeard();
    },
    committed: (entries) => {
      if (past.hold(entries)) return;
      if (past.isGoing()) counters.add("watch.entry-out-of-turn", "watch", entries.length);
      const touched = hearing.take(entries, clock.epochMs());
      if (isAlone() && isJudging()) step((making, now) => hearing.judge(making, now, touched));
    },
    delivered: () => {
      contactAt = clock.monotonicMs();
    },
    clearWay,
    acknowledge,
    status: () => ({
      phase: mode?.phase ?? "attended",
      since: mode === null ? null : formatInstant(mode.since),
      plan: watch?.version ?? null,
      probes: plan.probes.size,
      alarms: [...set.alarms.values()].map(({ id, text, state }) => ({
        id,
        text,
        acknowledged: state.acknowledged,
      })),
      calls: caller.calls().size,
      outputs: parts.outputs.map(({ output }) => output.status()),
    }),
  };
}

const notYet = (detail: string): SendOutcome => ({ kind: "none", code: "uplink.unreachable", detail });

/** What reports tell, whatever instant they are of. */
const textOf = (reports: readonly EdgeReport[]): string =>
  JSON.stringify(reports.map(({ alarms }) => alarms));
