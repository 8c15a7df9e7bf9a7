import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { connect, type MqttClient } from "mqtt";
import type { StoredSample } from "../firmware/firmware.ts";
import { type Appliance, isDown } from "../hospital/appliance.ts";
import type { SeededRandom } from "../random/random.ts";
import { lasts } from "../scenario/conditions.ts";
import { arrange } from "../scenario/mischief.ts";
import { dialectOf, type RadioDialect } from "./dialect.ts";

/** Most messages without PUBACK at a time; the rest waits in the device's store. */
export const inFlightMax = 20;

/** First and longest pause before a new attempt to connect, ms; doubled in between. */
const retryMsMin = 500;
const retryMsMax = 10 * secondMs;

/** Where the broker is. */
export interface BrokerSettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What a device's radio has been through. */
export interface RadioCounters {
  /** Samples that the broker confirmed. */
  confirmed: number;
  connections: number;
  /** Attempts and connections that failed. */
  failures: number;
}

/** One device's own MQTT connection. */
export interface Radio {
  readonly counters: Readonly<RadioCounters>;
  readonly isConnected: () => boolean;
  /** There may be something to send, or conditions have changed: sends, cuts the connection or makes it, as things are. */
  readonly kick: () => void;
  /** A fresh sample is in the store. */
  readonly offer: (sample: StoredSample) => void;
  /** Cuts the connection without farewell, so that the broker tells the last will. Made again by `kick` when nothing forbids it. */
  readonly cut: () => void;
  /** Says `offline` and leaves. */
  readonly stop: () => Promise<void>;
}

/**
 * Runs a device's radio. Samples stay in the device's store until the broker confirms them; each connection starts with the oldest.
 * Sessions are not persistent and the client library repeats nothing by itself: the store is the only memory.
 */
export function radio(
  appliance: Appliance,
  broker: BrokerSettings,
  clock: Clock,
  random: SeededRandom,
): Radio {
  const { device } = appliance.settings;
  const dialect = dialectOf[appliance.settings.dialect];
  const counters: RadioCounters = { confirmed: 0, connections: 0, failures: 0 };
  const inFlight = new Set<string>();
  let client: MqttClient | null = null;
  let connected = false;
  let retryMs = retryMsMin;
  let cancelRetry: Cancel = () => undefined;
  let stopped = false;

  const drop = (): void => {
    cancelRetry();
    const old = client;
    client = null;
    connected = false;
    inFlight.clear();
    old?.stream.destroy();
    old?.end(true);
  };
  const lost = (): void => {
    drop();
    if (stopped) return;
    counters.failures += 1;
    cancelRetry = clock.after(Math.round(retryMs * (0.5 + random.next() / 2)), kick);
    retryMs = Math.min(retryMs * 2, retryMsMax);
  };
  const open = (): void => {
    const made = connect(broker.url, {
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      clientId: device,
      protocolVersion: 4,
      clean: true,
      keepalive: minuteMs / secondMs,
      reconnectPeriod: 0,
      connectTimeout: 10 * secondMs,
      will: {
        topic: dialect.presenceTopic(device),
        payload: Buffer.from(dialect.presence("offline")),
        qos: 1,
        retain: true,
      },
    });
    client = made;
    made.on("error", () => undefined);
    made.once("close", () => {
      if (client === made) lost();
    });
    made.once("connect", () => {
      if (client !== made) return;
      connected = true;
      counters.connections += 1;
      retryMs = retryMsMin;
      tellPresence(made, dialect, device, "online", () => undefined);
      pump();
    });
  };
  const publish = (sample: StoredSample, from: MqttClient): void => {
    inFlight.add(keyOf(sample));
    from.publish(dialect.readingsTopic(device), dialect.format(sample), { qos: 1 }, (error) => {
      if (error || client !== from || !inFlight.delete(keyOf(sample))) return;
      counters.confirmed += 1;
      appliance.feed({ kind: "delivered", boot: sample.boot, sequence: sample.sequence });
      pump();
    });
  };
  function pump(): void {
    const room = inFlightMax - inFlight.size;
    if (client === null || !connected || room <= 0) return;
    const unsent: StoredSample[] = [];
    for (const sample of appliance.firmware().ring) {
      if (unsent.length >= room) break;
      if (!inFlight.has(keyOf(sample))) unsent.push(sample);
    }
    for (const sample of arrange(appliance.conditions(), unsent).send) publish(sample, client);
  }
  function kick(): void {
    const off = stopped || isOffAir(appliance);
    if (off && client !== null) drop();
    if (off) cancelRetry();
    else if (client === null) {
      cancelRetry();
      open();
    } else pump();
  }
  return {
    counters,
    isConnected: () => connected,
    kick,
    offer: (sample) => {
      pump();
      if (client === null || !connected || !lasts(appliance.conditions(), "garbage")) return;
      const garbage = dialect.garble(sample, random);
      client.publish(dialect.readingsTopic(device), garbage, { qos: 1 }, () => undefined);
    },
    cut: () => {
      drop();
    },
    stop: async () => {
      stopped = true;
      cancelRetry();
      const last = client;
      if (last !== null && connected) await farewell(last, dialect, device, clock);
      drop();
    },
  };
}

/** Longest time that a stop waits for the broker, ms. */
const farewellMsMax = 2 * secondMs;

function farewell(client: MqttClient, dialect: RadioDialect, device: string, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(farewellMsMax, resolve);
    const done = (): void => {
      cancel();
      resolve();
    };
    tellPresence(client, dialect, device, "offline", () => client.end(false, {}, done));
  });
}

function tellPresence(
  client: MqttClient,
  dialect: RadioDialect,
  device: string,
  word: "online" | "offline",
  done: () => void,
): void {
  client.publish(dialect.presenceTopic(device), dialect.presence(word), { qos: 1, retain: true }, done);
}

function isOffAir(appliance: Appliance): boolean {
  const conditions = appliance.conditions();
  return (
    lasts(conditions, "offline") ||
    lasts(conditions, "cable-pulled") ||
    isDown(appliance.settings, conditions)
  );
}

function keyOf(sample: StoredSample): string {
  return `${sample.boot}/${sample.sequence}`;
}
