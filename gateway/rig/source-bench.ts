import { limitsOf } from "../intake/capacity.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import type { BufferEntry, ReadingBuffer } from "../buffer/buffer.ts";
import { memoryBuffer } from "../buffer/memory-buffer.ts";
import { counters as makeCounters, type Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import { recorder as makeRecorder } from "../intake/recorder.ts";
import { parseSettings } from "../settings/settings.ts";
import { openSource } from "../sources/open-source.ts";
import type { Source } from "../sources/source.ts";
import { type WakeBell, wakeBell } from "./wake-bell.ts";

/** Sources as settings describe them, over a real recorder and a buffer in memory. Rings whenever something was committed, counted or logged. */
export interface SourceBench {
  readonly source: (id: string) => Source;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** All that the buffer took, in order. */
  readonly entries: readonly BufferEntry[];
  readonly buffer: ReadingBuffer;
  readonly counters: Counters;
  /** What was logged, as JSON lines. */
  readonly logged: readonly string[];
  readonly bell: WakeBell;
  /** Resolves once each source is open. */
  readonly open: () => Promise<void>;
}

/** Makes a bench from the `sources`, `probes` and `signals` of a settings file. */
export function sourceBench(parts: {
  readonly sources: readonly unknown[];
  readonly probes: Readonly<Record<string, string>>;
  readonly signals?: Readonly<Record<string, unknown>>;
}): SourceBench {
  const settings = parseSettings(
    JSON.stringify({
      gateway: "bench",
      server: { url: "http://127.0.0.1:1" },
      data: "unused",
      pauseMax: "100ms",
      ...parts,
    }),
    "the bench's settings",
  );
  const bell = wakeBell();
  const logged: string[] = [];
  const say = (facts: Record<string, unknown>, message: string): void => {
    logged.push(JSON.stringify({ ...facts, message }));
    bell.ring();
  };
  const log: Log = { info: say, warn: say, error: say };
  const counts = makeCounters();
  const counters: Counters = {
    ...counts,
    add: (code, source, by) => {
      counts.add(code, source, by);
      setImmediate(bell.ring);
    },
  };
  const entries: BufferEntry[] = [];
  const memory = memoryBuffer(systemClock.epochMs());
  const buffer: ReadingBuffer = {
    ...memory,
    append: (commit) => {
      memory.append(commit);
      entries.push(...commit.entries);
    },
  };
  const recorder = makeRecorder({
    buffer,
    clock: systemClock,
    counters,
    log,
    ownTime: () => ({ errorMs: 0, isConfirmed: true }),
    rules: {
      probes: new Map(Object.entries(settings.probes)),
      signals: new Map(Object.entries(settings.signals)),
      futureMaxMs: settings.futureMax,
      driftMaxMs: settings.driftMax,
    },
    commitWithinMs: settings.commitWithin,
    gateway: settings.gateway,
    limits: limitsOf(settings),
    committed: () => setImmediate(bell.ring),
  });
  const common = { gateway: settings, recorder, clock: systemClock, random: () => 0.5, counters, log };
  let sources: readonly Source[] = [];
  const load = async (): Promise<void> => {
    sources = await Promise.all(settings.sources.map((one) => openSource(one, common)));
  };
  const startAll = async (): Promise<void> => {
    await loaded;
    for (const source of sources) source.start();
    bell.ring();
  };
  const loaded = load();
  const find = (id: string): Source => {
    const found = sources.find((source) => source.status().id === id);
    if (found === undefined) throw new RangeError(`no source ${id} on the bench`);
    return found;
  };
  return {
    source: find,
    start: () => void startAll(),
    stop: async () => {
      await loaded;
      await Promise.all(sources.map((source) => source.stop()));
      recorder.flush();
    },
    entries,
    buffer,
    counters,
    logged,
    bell,
    open: () =>
      bell.until(() => sources.length > 0 && sources.every((source) => source.status().state === "open")),
  };
}
