import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import type { Connection } from "../sources/keep-open.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import { brokerTrouble } from "./broker-trouble.ts";
import { pubackQueue } from "./puback-queue.ts";
import { readTlsFiles } from "./tls-files.ts";

/** Seconds between keepalives, unless a source wants to know sooner. */
const keepaliveSecondsDefault = 30;

/** How long a broker may take to answer CONNECT. Unit ms. */
const connectTimeoutMs = 10_000;

/** A message as a broker delivered it. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retained: boolean;
}

/** Something to publish. */
export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retained: boolean;
}

/** What one connection to a broker is made of. */
export interface BrokerConnectionParts {
  readonly settings: BrokerSettings;
  /** True for a session of its own in which nothing waits for us; false for one that the broker keeps between connections. */
  readonly clean: boolean;
  /** Seconds between keepalives; a connection that is silent for half as long again is given up. At least 1, default 30. */
  readonly keepaliveSeconds?: number;
  /** Topic filters, all with QoS 1. */
  readonly subscriptions: readonly string[];
  /** What the broker says for us when the connection is lost. */
  readonly will?: Publication;
  /** Takes a message; `done(true)` once it is on disk or refused for good, `done(false)` where it must come again. */
  readonly receive: (message: BrokerMessage, done: (taken: boolean) => void) => void;
  /** The broker took the connection, before anything else comes over it; `hasSession`: it had kept our session. */
  readonly connected?: (hasSession: boolean) => void;
  /** Anything came from the broker, also a sign of life. */
  readonly alive?: () => void;
  /** All subscriptions are granted. `publish` sends as long as the connection lasts; what is sent later is dropped. */
  readonly opened: (publish: (publication: Publication) => void) => void;
  readonly closed: (trouble: string) => void;
}

/** Begins a connection to a broker. The port of everything that speaks MQTT; the one below is the real one. */
export type ConnectBroker = (parts: BrokerConnectionParts) => Connection;

/**
 * One connection to a broker, from CONNECT to its end; QoS 1 messages are acknowledged (PUBACK) in order, each only after it was taken, so
 * what was not committed the broker of a kept session sends again.
 */
export function connectBroker(parts: BrokerConnectionParts): Connection {
  let trouble = "the connection was closed";
  let ended = false;
  let client: MqttClient;
  try {
    client = connect(parts.settings.url, clientOptions(parts));
  } catch (error) {
    return failedAtOnce(parts, brokerTrouble(error));
  }
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    client.end(true);
    parts.closed(reason);
  };
  const pubacks = pubackQueue((messageId) => {
    if (!ended) client.stream.write(Buffer.of(0x40, 0x02, messageId >> 8, messageId & 0xff));
  });
  client.handleMessage = (packet, callback) => {
    const acknowledge = pubacks.received(packet.qos === 1 ? packet.messageId : undefined);
    parts.receive(messageOf(packet), (taken) => {
      if (ended) return;
      if (taken) acknowledge();
      else end("the buffer takes nothing");
    });
    // MQTT.js reads on only after this call, and sends PUBACK with it unless it fails. Waiting for the commit here would mean a commit for
    // each message; so the library is told to leave PUBACK to us, and it follows the commit.
    pubacks.whenRoom(() => callback(pubackIsOurs));
  };
  client.on("packetreceive", (packet) => {
    if (ended) return;
    if (packet.cmd === "connack") parts.connected?.(packet.sessionPresent);
    else parts.alive?.();
  });
  client.on("connect", () => {
    // Subscribing again to what the session already holds is harmless, and a session that lost its subscription would be silence.
    client.subscribe([...parts.subscriptions], { qos: 1 }, (error, granted) => {
      const refused = granted?.some((grant) => grant.qos >= 128) ?? false;
      if (error !== null || refused) end(`the subscription was refused (${error?.message ?? "not granted"})`);
      else if (!ended)
        parts.opened(({ topic, payload, qos, retained }) => {
          if (!ended) client.publish(topic, Buffer.from(payload), { qos, retain: retained });
        });
    });
  });
  client.on("error", (error) => {
    trouble = brokerTrouble(error);
  });
  client.on("close", () => end(trouble));
  return { close: () => end("the gateway stops") };
}

/** A connection that came to its end before there was one, such as with certificates that cannot be used. */
function failedAtOnce(parts: BrokerConnectionParts, trouble: string): Connection {
  let ended = false;
  const end = (reason: string): void => {
    if (!ended) parts.closed(reason);
    ended = true;
  };
  queueMicrotask(() => end(trouble));
  return { close: () => end("the gateway stops") };
}

function clientOptions({ settings, clean, will, keepaliveSeconds }: BrokerConnectionParts): IClientOptions {
  return {
    clean,
    clientId: settings.clientId,
    ...readTlsFiles(settings),
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(will === undefined
      ? {}
      : {
          will: {
            topic: will.topic,
            payload: Buffer.from(will.payload),
            qos: will.qos,
            retain: will.retained,
          },
        }),
    protocolVersion: 4,
    keepalive: keepaliveSeconds ?? keepaliveSecondsDefault,
    connectTimeout: connectTimeoutMs,
    // Each attempt is a client of its own; its runner decides when the next one begins.
    reconnectPeriod: 0,
    resubscribe: false,
  };
}

/** Tells MQTT.js to go on without a PUBACK of its own. */
const pubackIsOurs = new CodedError("mqtt.puback-after-commit", "PUBACK follows the commit.");

const messageOf = ({ topic, payload, retain }: IPublishPacket): BrokerMessage => ({
  topic,
  payload: typeof payload === "string" ? Buffer.from(payload) : payload,
  retained: retain,
});
