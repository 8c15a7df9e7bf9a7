import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Random } from "@coldkeep/core/time/clock.ts";
import type { ReadingBuffer } from "@coldkeep/gateway/buffer/buffer.ts";
import { openSqliteBuffer } from "@coldkeep/gateway/buffer/sqlite-buffer.ts";
import { counters as makeCounters, type Counters } from "@coldkeep/gateway/health/counters.ts";
import { type Log, silentLog } from "@coldkeep/gateway/health/log.ts";
import type { BootLedger } from "@coldkeep/gateway/intake/ledger.ts";
import { recorder as makeRecorder } from "@coldkeep/gateway/intake/recorder.ts";
import { parseSettings } from "@coldkeep/gateway/settings/settings.ts";
import { steadyClock } from "@coldkeep/gateway/time/steady-clock.ts";
import { tellClock } from "@coldkeep/gateway/time/tell-clock.ts";
import { uplink as makeUplink } from "@coldkeep/gateway/uplink/uplink.ts";
import type { Machine } from "./machine.ts";
import type { Medium } from "./medium.ts";
import type { RecordServer } from "./record.ts";

/** What the gateway of the year stands in. */
export interface BoxParts {
  /** Where the buffer lies. */
  readonly folder: string;
  readonly machine: Machine;
  readonly medium: Medium;
  readonly server: RecordServer;
  readonly random: Random;
  readonly log?: Log;
}

/** The gateway's box: its process can be started, stopped and killed. */
export interface Box {
  readonly start: () => void;
  /** Ends the process as SIGKILL does: nothing more is written, told or heard. */
  readonly kill: () => void;
  /** Ends it cleanly; resolves once the file is closed. */
  readonly stop: () => Promise<void>;
  readonly isRunning: () => boolean;
  /** The disk takes nothing. */
  readonly setDiskFull: (isFull: boolean) => void;
  /** A count over all processes so far. */
  readonly count: (code: string) => number;
  readonly ledgers: () => readonly BootLedger[];
  readonly heldReadings: () => number;
}

interface GatewayProcess {
  readonly counters: Counters;
  readonly buffer: ReadingBuffer;
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
}

/** The name of the gateway. */
export const gatewayId = "box";
/** The defaults of every gateway: the same as its settings file would have. */
const settings = parseSettings(
  JSON.stringify({
    gateway: gatewayId,
    server: { url: "http://server.invalid" },
    data: ".",
    sources: [{ kind: "serial", id: "line", path: "/dev/line" }],
    probes: {},
    diskFreeMin: 0,
  }),
  "the year",
);

/** Makes a box that is off. */
export function makeBox(parts: BoxParts): Box {
  const totals = makeCounters();
  let running: GatewayProcess | null = null;
  let isFull = false;
  const over = (ended: GatewayProcess): void => {
    running = null;
    for (const [code, bySource] of Object.entries(ended.counters.all()))
      for (const [source, count] of Object.entries(bySource)) totals.add(code, source, count);
  };
  return {
    start: () => {
      running ??= startProcess(parts, () => isFull);
    },
    kill: () => {
      if (running === null) return;
      running.kill();
      over(running);
    },
    stop: async () => {
      if (running === null) return;
      const ending = running;
      await ending.stop();
      if (running === ending) over(ending);
    },
    isRunning: () => running !== null,
    setDiskFull: (full) => {
      isFull = full;
    },
    count: (code) => totals.of(code) + (running?.counters.of(code) ?? 0),
    ledgers: () => running?.buffer.ledgers() ?? [],
    heldReadings: () => running?.buffer.heldReadings() ?? Number.NaN,
  };
}

/** A gateway as `gateway/app.ts` composes it, with the line, the server and the machine's clock of the simulation. */
function startProcess(parts: BoxParts, isFull: () => boolean): GatewayProcess {
  const { machine, medium, server, random, log = silentLog } = parts;
  const life = machine.process();
  const counters = makeCounters();
  const opened = openSqliteBuffer(parts.folder, machine.wallMs()).buffer;
  let isDead = false;
  const buffer = onDisk(opened, () => isDead || isFull());
  const heard = opened.ledgers().map((ledger) => ledger.lastHeardAt);
  const newestKnown = heard.length === 0 ? null : Math.max(...heard);
  const clock = steadyClock(life.clock, newestKnown, machine.synchronizedAt);
  const uplink = makeUplink({
    gateway: gatewayId,
    buffer,
    link: server.link((...answer) => {
      if (!isDead) clock.heardServer(...answer);
    }, clock.monotonicMs),
    clock,
    random,
    counters,
    log,
    rules: {
      pauseMaxMs: settings.pauseMax,
      batchReadingsMax: settings.batchReadingsMax,
      lingerMs: settings.linger,
    },
  });
  const recorder = makeRecorder({
    buffer,
    clock,
    counters,
    log,
    rules: {
      probes: new Map(medium.devices.map((device) => [`${device}/t`, `${device}-t`])),
      signals: new Map(),
      futureMaxMs: settings.futureMax,
      driftMaxMs: settings.driftMax,
    },
    ownTime: () => ({ errorMs: clock.errorMs(), isConfirmed: clock.isConfirmed() }),
    commitWithinMs: settings.commitWithin,
    gateway: gatewayId,
    limits: {
      readingsMax: settings.bufferReadingsMax,
      bytesMax: settings.bufferBytesMax,
      diskFreeMin: settings.diskFreeMin,
    },
    committed: uplink.wake,
  });
  const source = medium.source({ recorder, clock, random, counters, log }, settings);
  // The first contact of the start.
  const askedMs = clock.monotonicMs();
  if (server.isReachable()) clock.heardServer(server.dateMs(), askedMs, clock.monotonicMs());
  const stopWatching = clock.watch(
    tellClock({
      gateway: gatewayId,
      buffer,
      recorder,
      counters,
      log,
      futureMaxMs: settings.futureMax,
      now: clock.epochMs,
      requeued: uplink.wake,
    }),
  );
  source.start();
  uplink.start();
  return {
    counters,
    buffer: opened,
    stop: async () => {
      stopWatching();
      await source.stop();
      if (isDead) return;
      recorder.flush();
      await uplink.stop();
      if (isDead) return;
      opened.close();
      life.kill();
    },
    kill: () => {
      isDead = true;
      life.kill();
      medium.abandon();
      opened.close();
    },
  };
}

/** A buffer whose disk takes nothing while `isFull`. */
function onDisk(buffer: ReadingBuffer, isFull: () => boolean): ReadingBuffer {
  const guard =
    <Args extends readonly unknown[], Result>(write: (...args: Args) => Result) =>
    (...args: Args): Result => {
      if (isFull()) throw new CodedError("buffer.write-failed", "database or disk is full");
      return write(...args);
    };
  return {
    ...buffer,
    append: guard(buffer.append),
    nextBatch: guard(buffer.nextBatch),
    complete: guard(buffer.complete),
    requeueRefused: guard(buffer.requeueRefused),
  };
}
