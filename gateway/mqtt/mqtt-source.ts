import { parseMessage, parseTopic, readingsFilter, statusFilter } from "@coldkeep/core/mqtt/message.ts";
import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import { type BrokerMessage, connectBroker, type ConnectBroker } from "./broker-connection.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import { type Presence, presenceMemory } from "./presence.ts";
import { queueAge } from "./queue-age.ts";
import { keepOpen } from "../sources/keep-open.ts";
import type { Source } from "../sources/source.ts";

/** What an MQTT source is made of. */
export interface MqttSourceParts {
  readonly settings: BrokerSettings & { readonly id: string };
  readonly pauseMaxMs: DurationMs;
  /** True for a session that leaves nothing at the broker; then what comes while we are away is lost. Default false. */
  readonly clean?: boolean;
  /** Default: the real one. */
  readonly connectBroker?: ConnectBroker;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
}

/**
 * A broker with devices of the own dialect. QoS 1 in a persistent session: a message is acknowledged (PUBACK) only after its sample is on
 * disk, so what we have not committed the broker keeps and sends again. See docs/protocols.md, "MQTT".
 */
export function mqttSource(parts: MqttSourceParts): Source {
  const { settings, clock } = parts;
  const presence = presenceMemory();
  const queue = queueAge(clock, () => lastHeard(parts));
  let lastHeardAt: number | null = null;
  const heard = (): void => {
    lastHeardAt = clock.epochMs();
    kept.useful();
  };
  const kept = keepOpen({
    id: settings.id,
    clock,
    random: parts.random,
    log: parts.log,
    counters: parts.counters,
    pauseMaxMs: parts.pauseMaxMs,
    connect: (opened, closed) =>
      (parts.connectBroker ?? connectBroker)({
        settings,
        clean: parts.clean ?? false,
        subscriptions: [readingsFilter, statusFilter],
        connected: queue.connected,
        alive: queue.alive,
        receive: (message, done) => {
          const { delayMaxMs, settled } = queue.received();
          receive(parts, presence, message, delayMaxMs, (taken) => {
            settled();
            if (taken) heard();
            done(taken);
          });
        },
        opened: () => opened(),
        closed,
      }),
  });
  return {
    start: kept.start,
    stop: kept.stop,
    status: () => ({
      id: settings.id,
      kind: "mqtt",
      lastHeardAt,
      ...kept.state(),
      presence: presence.all(),
    }),
  };
}

/** When anything was heard over a source before this start, or null. */
function lastHeard({ recorder, settings }: MqttSourceParts): EpochMs | null {
  const heard = recorder.ledgers().filter(({ source }) => source === settings.id);
  return heard.length === 0 ? null : Math.max(...heard.map((ledger) => ledger.lastHeardAt));
}

function receive(
  parts: MqttSourceParts,
  presence: Presence,
  message: BrokerMessage,
  delayMaxMs: DurationMs,
  done: (taken: boolean) => void,
): void {
  const { settings, recorder, counters } = parts;
  const raw = message.payload;
  const topic = parseTopic(message.topic);
  if (topic?.kind === "status") {
    counters.add("mqtt.status", settings.id);
    const word = Buffer.from(raw.subarray(0, 16)).toString("latin1");
    if (word === "online" || word === "offline") presence.set(topic.device, word === "online");
    done(true);
    return;
  }
  const parsed = parseMessage(message.topic, raw, message.retained);
  if (!parsed.ok) {
    recorder.refuse(settings.id, parsed.code, Buffer.concat([Buffer.from(`${message.topic} `), raw]), () =>
      done(true),
    );
    return;
  }
  const { at, ...sample } = parsed.sample;
  const arrival = { source: settings.id, sample, at, arrivedAt: parts.clock.epochMs(), delayMaxMs, raw };
  recorder.sample(arrival, true, (outcome) => done(outcome !== "full" && outcome !== "failed"));
}
