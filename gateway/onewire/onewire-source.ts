import {
  conversionMaxMs,
  isSensorId,
  readSlaveText,
  readTemperatureText,
  type SensorResult,
} from "@coldkeep/core/onewire/sensor-text.ts";
import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import { timeQuality } from "@coldkeep/core/readings/stamp.ts";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import type { Source, SourceStatus } from "../sources/source.ts";
import type { SensorFiles } from "./sensor-files.ts";

/** Most sensors of one source. */
export const sensorsMax = 256;

/** The one channel of a sensor. */
export const temperatureChannel = "temperature";

/** What a 1-Wire source is made of. */
export interface OnewireSourceParts {
  readonly settings: { readonly id: string; readonly interval: DurationMs; readonly timeout: DurationMs };
  readonly files: SensorFiles;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

/**
 * Sensors that the kernel shows as files, read one after another, since they share a line. Reading one that hangs holds a thread of the
 * process until the kernel lets go of it: nothing else is read until then, so that it stays at one. See docs/protocols.md, "1-Wire".
 */
export function onewireSource(parts: OnewireSourceParts): Source {
  const { settings, files, recorder, clock, counters, log } = parts;
  /** Sensors seen since the start, and what is wrong with each. */
  const sensors = new Map<string, string | null>();
  let state: SourceStatus["state"] = "stopped";
  let trouble: string | null = null;
  let lastHeardAt: number | null = null;
  let hanging = false;
  let stopped = false;
  let cancelNext: Cancel | null = null;
  let round: Promise<void> = Promise.resolve();

  function next(inMs: DurationMs): void {
    if (stopped) return;
    cancelNext = clock.after(inMs, () => {
      round = runRound();
    });
  }

  async function runRound(): Promise<void> {
    const beganMs = clock.monotonicMs();
    await readAll();
    next(Math.max(1, settings.interval - (clock.monotonicMs() - beganMs)));
  }

  async function readAll(): Promise<void> {
    if (hanging) {
      counters.add("onewire.hangs", settings.id);
      return;
    }
    const names = await withinTime(files.list());
    if (names === null) {
      troubled(hanging ? "listing the sensors hangs" : "the folder of the sensors cannot be read");
      return;
    }
    const present = names.filter(isSensorId).slice(0, sensorsMax);
    if (state !== "open") counters.add("source.opened", settings.id);
    state = "open";
    trouble = null;
    for (const sensor of [...sensors.keys()].filter((known) => !present.includes(known))) {
      judge(sensor, "onewire.sensor-missing");
      observe(sensor, "disconnected", new Uint8Array(), clock.epochMs(), 0);
    }
    for (const sensor of present) {
      if (stopped || hanging) return;
      await readOne(sensor);
    }
  }

  async function readOne(sensor: string): Promise<void> {
    const beganAt = clock.epochMs();
    const beganMs = clock.monotonicMs();
    const found = await withinTime(readText(sensor));
    if (stopped) return;
    const tookMs = clock.monotonicMs() - beganMs;
    if (found === null) {
      judge(sensor, hanging ? "onewire.hangs" : "onewire.unreadable");
      if (hanging) troubled(`reading ${sensor} hangs`);
      return;
    }
    const { result, raw } = found;
    if (!result.ok) {
      if (sensors.get(sensor) === result.code) counters.add(result.code, settings.id);
      else recorder.refuse(settings.id, result.code, raw);
      sensors.set(sensor, result.code);
      return;
    }
    judge(sensor, null);
    observe(sensor, result.value, raw, beganAt, tookMs);
  }

  async function readText(sensor: string): Promise<{ result: SensorResult; raw: Uint8Array } | null> {
    const whole = await files.read(sensor, "w1_slave");
    if (whole !== null) return { result: readSlaveText(sensor, whole), raw: whole };
    const alone = await files.read(sensor, "temperature");
    return alone === null ? null : { result: readTemperatureText(alone), raw: alone };
  }

  /** What comes in time; null where it fails or takes too long, which `hanging` tells until it ends after all. */
  async function withinTime<Value>(work: Promise<Value | null>): Promise<Value | null> {
    let cancel: Cancel = () => {};
    const tooLong = new Promise<null>((resolve) => {
      cancel = clock.after(settings.timeout, () => {
        hanging = true;
        resolve(null);
      });
    });
    const ended = work
      .catch(() => null)
      .finally(() => {
        hanging = false;
        cancel();
      });
    return Promise.race([ended, tooLong]);
  }

  function observe(
    sensor: string,
    value: ChannelValue,
    raw: Uint8Array,
    beganAt: number,
    tookMs: DurationMs,
  ): void {
    if (value !== "disconnected" || raw.length > 0) lastHeardAt = clock.epochMs();
    const half = tookMs / 2;
    const time = timeQuality("poll", Math.max(half, conversionMaxMs));
    recorder.observe(
      {
        source: settings.id,
        device: sensor,
        stamp: { at: Math.round(beganAt + half), time },
        arrivedAt: clock.epochMs(),
        channels: { [temperatureChannel]: value },
        raw,
        keeps: false,
      },
      () => {},
    );
  }

  /** Notes how a sensor stands; says each change once. */
  function judge(sensor: string, now: string | null): void {
    const before = sensors.get(sensor);
    sensors.set(sensor, now);
    if (now !== null) counters.add(now, settings.id);
    if (now === before) return;
    const facts = { source: settings.id, device: sensor, code: now };
    if (now !== null) log.warn(facts, `${sensor} gives no reading.`);
    else log.info(facts, before === undefined ? `${sensor} was found.` : `${sensor} answers again.`);
  }

  function troubled(reason: string): void {
    if (trouble !== reason) log.warn({ source: settings.id, reason }, `${settings.id}: ${reason}.`);
    counters.add("source.closed", settings.id);
    trouble = reason;
    state = "waiting";
  }

  return {
    start: () => {
      state = "connecting";
      next(1);
    },
    stop: async () => {
      stopped = true;
      cancelNext?.();
      // A read that hangs is not waited for: whatever it brings is passed over.
      if (!hanging) await round;
      state = "stopped";
    },
    status: () => ({ id: settings.id, kind: "onewire", state, trouble, lastHeardAt }),
  };
}
