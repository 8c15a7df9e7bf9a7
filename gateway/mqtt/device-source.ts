import type { DeviceDialect, DeviceObservation } from "@coldkeep/core/mqtt-devices/device-message.ts";
import { type Stamp, timeQuality } from "@coldkeep/core/readings/stamp.ts";
import { type EpochMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Source } from "../sources/source.ts";
import { keepOpen } from "../sources/keep-open.ts";
import { arrivalClock } from "./arrival-clock.ts";
import { type BrokerMessage, connectBroker } from "./broker-connection.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import { deviceDialect, isClean } from "./device-dialect.ts";
import type { MqttDeviceSettings } from "./mqtt-settings.ts";
import type { MqttSourceParts } from "./mqtt-source.ts";
import { presenceMemory } from "./presence.ts";

/** What a source of devices that are sold is made of. */
export interface DeviceSourceParts extends Omit<MqttSourceParts, "settings"> {
  readonly settings: MqttDeviceSettings & BrokerSettings;
}

/**
 * A broker with devices that are sold. With a kept session each message must carry its time. Without one the session is clean, so that
 * nothing can have waited at the broker, and what carries no time has that of its arrival. See docs/protocols.md, "MQTT devices that are sold".
 */
export function deviceSource(parts: DeviceSourceParts): Source {
  const { settings, clock } = parts;
  const dialect = deviceDialect(settings);
  const clean = isClean(settings);
  const presence = presenceMemory();
  const arrivals = arrivalClock(clock);
  const takes = reader(parts, dialect, (device, online) => presence.set(device, online), arrivals.waitedMs);
  let lastHeardAt: EpochMs | null = null;
  const kept = keepOpen({
    id: settings.id,
    clock,
    random: parts.random,
    log: parts.log,
    counters: parts.counters,
    pauseMaxMs: parts.pauseMaxMs,
    connect: (opened, closed) =>
      connectBroker({
        settings,
        clean,
        // A connection that hangs must be given up before its messages are older than we say.
        ...(clean ? { keepaliveSeconds: keepaliveFor(settings.arrivalUncertainty) } : {}),
        subscriptions: dialect.filters,
        receive: (message, done) =>
          takes(message, (taken) => {
            if (taken) {
              lastHeardAt = clock.epochMs();
              kept.useful();
            }
            done(taken);
          }),
        opened: () => opened(),
        closed,
      }),
  });
  return {
    start: () => {
      arrivals.start();
      kept.start();
    },
    stop: () => {
      arrivals.stop();
      return kept.stop();
    },
    status: () => ({
      id: settings.id,
      kind: "mqtt",
      lastHeardAt,
      ...kept.state(),
      presence: presence.all(),
    }),
  };
}

/** Half of what a message may have been under way, so that with the half more that a silent connection lasts it is less than the whole. Unit s. */
const keepaliveFor = (uncertaintyMs: number): number =>
  Math.max(1, Math.floor(uncertaintyMs / (2 * secondMs)));

/** Takes one message; `done` is called once it is on disk, refused or passed over, with false where it must come again. */
type Reader = (message: BrokerMessage, done: (taken: boolean) => void) => void;

function reader(
  parts: DeviceSourceParts,
  dialect: DeviceDialect,
  present: (device: string, online: boolean) => void,
  waitedMs: () => number,
): Reader {
  const { settings, recorder, counters, log } = parts;
  const clean = isClean(settings);
  let timeMissingLogged = false;

  function stampOf(at: EpochMs | null, arrivedAt: EpochMs): Stamp | null {
    if (at !== null)
      return { at, time: timeQuality("device", dialect.timeResolutionMs + settings.clockTolerance) };
    if (!clean) return null;
    return { at: arrivedAt, time: timeQuality("arrival", settings.arrivalUncertainty + waitedMs()) };
  }

  function refuse(code: string, { topic, payload }: BrokerMessage, done: (taken: boolean) => void): void {
    recorder.refuse(settings.id, code, Buffer.concat([Buffer.from(`${topic} `), payload]), () => done(true));
  }

  function sayTimeMissing(device: string): void {
    if (!timeMissingLogged)
      log.warn(
        { code: "mqtt.at-missing", source: settings.id, device },
        `A message of ${device} carries no time, and in a kept session nobody knows its age: let the device send its time and set its clock, or write "session: clean" at ${settings.id}.`,
      );
    timeMissingLogged = true;
  }

  function observe(one: DeviceObservation, message: BrokerMessage, done: (taken: boolean) => void): void {
    const arrivedAt = parts.clock.epochMs();
    const stamp = stampOf(one.at, arrivedAt);
    if (stamp === null) {
      sayTimeMissing(one.device);
      refuse("mqtt.at-missing", message, done);
      return;
    }
    const observation = {
      source: settings.id,
      device: one.device,
      stamp,
      arrivedAt,
      channels: one.channels,
      raw: message.payload,
      keeps: !clean,
    };
    recorder.observe(observation, (outcome) => {
      const taken = outcome !== "full" && outcome !== "failed";
      // Of a clean session nothing comes again.
      if (!taken && clean) counters.add("sample.lost", settings.id);
      done(taken || clean);
    });
  }

  return (message, done) => {
    const parsed = dialect.parse(message.topic, message.payload);
    if (parsed.ok) for (const { device, online } of parsed.presence) present(device, online);
    const [observation] = parsed.ok ? parsed.observations : [];
    if (!parsed.ok && !message.retained) refuse(parsed.code, message, done);
    else if (observation !== undefined && !message.retained) observe(observation, message, done);
    else {
      const isPresence = parsed.ok && parsed.presence.length > 0;
      counters.add(
        isPresence ? "mqtt.status" : message.retained ? "mqtt.retained" : "mqtt.passed-over",
        settings.id,
      );
      done(true);
    }
  };
}
