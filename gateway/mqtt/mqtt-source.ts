import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { connect, type IPublishPacket, type MqttClient } from "mqtt";
import { parseMessage, parseTopic, readingsFilter, statusFilter } from "@coldkeep/core/mqtt/message.ts";
import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import { pubackQueue } from "./puback-queue.ts";
import { type Connection, keepOpen } from "../sources/keep-open.ts";
import type { Source } from "../sources/source.ts";

/** Seconds between keepalives. */
const keepaliveSeconds = 30;

/** How long a broker may take to answer CONNECT. Unit ms. */
const connectTimeoutMs = 10_000;

/** What an MQTT source is made of. */
export interface MqttSourceParts {
  readonly settings: {
    readonly id: string;
    readonly url: string;
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    readonly clientId: string;
  };
  readonly pauseMaxMs: DurationMs;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
}

/** An MQTT source, with what the devices' last wills said. */
export interface MqttSource extends Source {
  /** `online` or `offline` by device, as their retained status says. */
  readonly presence: () => ReadonlyMap<string, string>;
}

/** Most devices whose presence is remembered. */
export const presenceMax = 10_000;

/**
 * A broker with devices of the own dialect. QoS 1 in a persistent session: a message is acknowledged (PUBACK) only after its sample is on
 * disk, so what we have not committed the broker keeps and sends again. See docs/protocols.md, "MQTT".
 */
export function mqttSource(parts: MqttSourceParts): MqttSource {
  const { settings, clock } = parts;
  const presence = new Map<string, string>();
  let lastHeardAt: number | null = null;
  const kept = keepOpen({
    id: settings.id,
    clock,
    random: parts.random,
    log: parts.log,
    counters: parts.counters,
    pauseMaxMs: parts.pauseMaxMs,
    connect: (opened, closed) =>
      connectBroker(parts, presence, opened, closed, () => {
        lastHeardAt = clock.epochMs();
        kept.useful();
      }),
  });
  return {
    start: kept.start,
    stop: kept.stop,
    presence: () => presence,
    status: () => ({ id: settings.id, kind: "mqtt", lastHeardAt, ...kept.state() }),
  };
}

function connectBroker(
  parts: MqttSourceParts,
  presence: Map<string, string>,
  opened: () => void,
  closed: (trouble: string) => void,
  useful: () => void,
): Connection {
  const { settings } = parts;
  let trouble = "the connection was closed";
  let ended = false;
  const client: MqttClient = connect(settings.url, {
    clean: false,
    clientId: settings.clientId,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    protocolVersion: 4,
    keepalive: keepaliveSeconds,
    connectTimeout: connectTimeoutMs,
    // Each attempt is a client of its own; the runner above decides when the next one begins.
    reconnectPeriod: 0,
    resubscribe: false,
  });
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    client.end(true);
    closed(reason);
  };
  const pubacks = pubackQueue((messageId) => {
    if (!ended) client.stream.write(Buffer.of(0x40, 0x02, messageId >> 8, messageId & 0xff));
  });
  client.handleMessage = (packet, callback) => {
    const acknowledge = pubacks.received(packet.qos === 1 ? packet.messageId : undefined);
    receive(parts, presence, packet, (taken) => {
      if (ended) return;
      if (!taken) end("the buffer takes nothing");
      else {
        useful();
        acknowledge();
      }
    });
    // MQTT.js reads on only after this call, and sends PUBACK with it unless it fails. Waiting for the commit here would mean a commit for
    // each message; so the library is told to leave PUBACK to us, and it follows the commit.
    pubacks.whenRoom(() => callback(pubackIsOurs));
  };
  client.on("connect", () => {
    // Subscribing again to what the session already holds is harmless, and a session that lost its subscription would be silence.
    client.subscribe([readingsFilter, statusFilter], { qos: 1 }, (error, granted) => {
      const refused = granted?.some((grant) => grant.qos >= 128) ?? false;
      if (error !== null || refused) end(`the subscription was refused (${error?.message ?? "not granted"})`);
      else if (!ended) opened();
    });
  });
  client.on("error", (error) => {
    trouble = error.message === "" ? String(error) : error.message;
  });
  client.on("close", () => end(trouble));
  return { close: () => end("the gateway stops") };
}

/** Tells MQTT.js to go on without a PUBACK of its own. */
const pubackIsOurs = new CodedError("mqtt.puback-after-commit", "PUBACK follows the commit.");

function receive(
  parts: MqttSourceParts,
  presence: Map<string, string>,
  packet: IPublishPacket,
  done: (taken: boolean) => void,
): void {
  const { settings, recorder, counters } = parts;
  const raw = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
  const topic = parseTopic(packet.topic);
  if (topic?.kind === "status") {
    counters.add("mqtt.status", settings.id);
    const word = Buffer.from(raw.subarray(0, 16)).toString("latin1");
    if (
      (word === "online" || word === "offline") &&
      (presence.has(topic.device) || presence.size < presenceMax)
    )
      presence.set(topic.device, word);
    done(true);
    return;
  }
  const parsed = parseMessage(packet.topic, raw, packet.retain);
  if (!parsed.ok) {
    recorder.refuse(settings.id, parsed.code, Buffer.concat([Buffer.from(`${packet.topic} `), raw]), () =>
      done(true),
    );
    return;
  }
  const { at, ...sample } = parsed.sample;
  const arrival = { source: settings.id, sample, at, arrivedAt: parts.clock.epochMs(), raw };
  recorder.sample(arrival, true, (outcome) => done(outcome !== "full" && outcome !== "failed"));
}
