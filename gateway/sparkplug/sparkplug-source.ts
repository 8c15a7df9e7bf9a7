import { readSparkplug } from "@coldkeep/core/sparkplug/message.ts";
import { writeRebirthRequest } from "@coldkeep/core/sparkplug/payload-writer.ts";
import { formatHostState, saysOffline, sparkplugTopic, stateTopic } from "@coldkeep/core/sparkplug/topic.ts";
import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import { type BrokerMessage, connectBroker, type Publication } from "../mqtt/broker-connection.ts";
import type { BrokerSettings } from "../mqtt/broker-settings.ts";
import { keepOpen } from "../sources/keep-open.ts";
import type { Source } from "../sources/source.ts";
import { nodeSessions } from "./node-sessions.ts";
import type { SparkplugSettings } from "./sparkplug-settings.ts";

/** What a Sparkplug source is made of. */
export interface SparkplugSourceParts {
  readonly settings: Omit<SparkplugSettings, "kind" | "clientId"> & BrokerSettings;
  readonly pauseMaxMs: DurationMs;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
}

/** A Sparkplug source, with who is there. */
export interface SparkplugSource extends Source {
  /** Whether each edge node and device that was ever born is there, by `<group>/<edge node>[/<device>]`. */
  readonly presence: () => ReadonlyMap<string, boolean>;
}

/**
 * A broker with edge nodes of Sparkplug B, to which the gateway is a host application. Data is QoS 0 in a clean session: what the broker
 * does not deliver comes again only from edge nodes that keep it. See docs/protocols.md, "Sparkplug B".
 */
export function sparkplugSource(parts: SparkplugSourceParts): SparkplugSource {
  const { settings, clock, recorder } = parts;
  let publish: (publication: Publication) => void = () => {};
  let lastHeardAt: EpochMs | null = null;
  let onlineSince: EpochMs = 0;
  const sessions = nodeSessions({
    settings,
    recorder,
    clock,
    counters: parts.counters,
    log: parts.log,
    askForBirth: (group, edgeNode) =>
      publish({
        topic: sparkplugTopic({ type: "NCMD", group, edgeNode, device: null }),
        payload: writeRebirthRequest(clock.epochMs()),
        qos: 0,
        retained: false,
      }),
  });
  const { primaryHostId: hostId } = settings;
  const ownState = hostId === undefined ? null : stateTopic(hostId);

  function state(topic: string, online: boolean): Publication {
    return { topic, payload: Buffer.from(formatHostState(online, onlineSince)), qos: 1, retained: true };
  }

  function receive({ topic, payload, retained }: BrokerMessage): void {
    if (topic === ownState) {
      // Another process under the same id, or our own last will come late: we are here all the same.
      if (!retained && saysOffline(payload)) publish(state(topic, true));
      return;
    }
    const read = readSparkplug(topic, payload, retained);
    if (!read.ok) {
      recorder.refuse(settings.id, read.code, Buffer.concat([Buffer.from(`${topic} `), payload]));
      return;
    }
    lastHeardAt = clock.epochMs();
    kept.useful();
    sessions.hear(read.topic, read.message, payload);
  }

  const kept = keepOpen({
    id: settings.id,
    clock,
    random: parts.random,
    log: parts.log,
    counters: parts.counters,
    pauseMaxMs: parts.pauseMaxMs,
    connect: (opened, closed) => {
      // Each connection is newer than the one before, also when the clock was set back: edge nodes compare these times.
      onlineSince = Math.max(clock.epochMs(), onlineSince + 1);
      return connectBroker({
        settings,
        clean: true,
        subscriptions: subscriptionsOf(settings.edgeNodes, ownState),
        ...(ownState === null ? {} : { will: state(ownState, false) }),
        receive: (message, done) => {
          receive(message);
          done(true);
        },
        opened: (publishing) => {
          publish = publishing;
          if (ownState !== null) publish(state(ownState, true));
          opened();
          sessions.opened();
        },
        closed: (trouble) => {
          publish = () => {};
          sessions.closed();
          closed(trouble);
        },
      });
    },
  });
  return {
    start: kept.start,
    stop: kept.stop,
    presence: sessions.presence,
    status: () => ({ id: settings.id, kind: "sparkplug", lastHeardAt, ...kept.state() }),
  };
}

/** What edge nodes publish, without the commands that others send them. */
function subscriptionsOf(edgeNodes: readonly string[], ownState: string | null): string[] {
  const filters = edgeNodes.flatMap((filter) => {
    const [group = "+", edgeNode = "+"] = filter.split("/");
    return [
      ...["NBIRTH", "NDATA", "NDEATH"].map((type) => `spBv1.0/${group}/${type}/${edgeNode}`),
      ...["DBIRTH", "DDATA", "DDEATH"].map((type) => `spBv1.0/${group}/${type}/${edgeNode}/+`),
    ];
  });
  return ownState === null ? filters : [...filters, ownState];
}
