import type {
  DeviceDialect,
  DeviceMessageResult,
  DeviceObservation,
} from "@coldkeep/core/mqtt-devices/device-message.ts";
import { type DurationMs, type EpochMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Source } from "../sources/source.ts";
import { keepOpen } from "../sources/keep-open.ts";
import { arrivalClock } from "./arrival-clock.ts";
import { type BrokerMessage, connectBroker } from "./broker-connection.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import { clockWatch } from "./clock-watch.ts";
import { deviceDialect, isClean } from "./device-dialect.ts";
import type { MqttDeviceSettings } from "./mqtt-settings.ts";
import type { MqttSourceParts } from "./mqtt-source.ts";
import { type StampRules, stampObservation } from "./observation-stamp.ts";
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
  waitedMs: () => DurationMs,
): Reader {
  const { settings, recorder, counters, log } = parts;
  const clean = isClean(settings);
  const rules: StampRules = {
    ...dialect,
    clean,
    clockToleranceMs: settings.clockTolerance,
    arrivalUncertaintyMs: settings.arrivalUncertainty,
  };
  const clocks = clockWatch({ source: settings.id, recorder, counters, log });
  let timeMissingLogged = false;

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
    const { stamp, clockOff } = stampObservation(rules, one.at, arrivedAt, waitedMs());
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
      if (outcome === "kept" && clockOff !== null) clocks.judged(one.device, clockOff, arrivedAt);
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
      counters.add(whatItWas(parsed, message), settings.id);
      done(true);
    }
  };
}

/** Under which code a message that is neither reading nor refusal is counted. */
function whatItWas(parsed: DeviceMessageResult, { retained }: BrokerMessage): string {
  if (parsed.ok && parsed.presence.length > 0) return "mqtt.status";
  return retained ? "mqtt.retained" : "mqtt.passed-over";
}
