import { dialects } from "@coldkeep/core/mqtt-devices/example-dialects.ts";
import { isObject, parseJson } from "@coldkeep/core/mqtt-devices/device-message.ts";
import { parseMessage } from "@coldkeep/core/mqtt/message.ts";
import { sleep } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { type CommandIo, visitorId } from "../command/command-io.ts";
import { connectBroker } from "../mqtt/broker-connection.ts";
import type { BrokerPlace } from "./search-sources.ts";

/** Most topics that are told of one broker. */
export const topicsMax = 20;

/** Topics of programs rather than devices. */
const programTopics = /^(\$|homeassistant\/|zigbee2mqtt\/bridge\/|spBv1\.0\/|STATE\/|tasmota\/discovery\/)/;

/** Most characters of a message that are shown. */
const shownCharacters = 120;

/** Topics on which JSON is said that no dialect understands, with the message: what the dialect `json` could be told to read. */
export async function searchTopics(
  broker: BrokerPlace,
  forMs: DurationMs,
  io: CommandIo,
  password?: string,
): Promise<string[]> {
  const unknown = new Map<string, string>();
  const closed = new AbortController();
  const connection = connectBroker({
    settings: {
      ...broker,
      ...(password === undefined ? {} : { password }),
      clientId: visitorId("topics", io.random),
    },
    clean: true,
    subscriptions: ["#"],
    receive: ({ topic, payload, retained }, done) => {
      if (!retained && unknown.size < topicsMax && isUnknown(topic, payload))
        unknown.set(topic, Buffer.from(payload).toString("utf8").slice(0, shownCharacters));
      done(true);
    },
    opened: () => {},
    // A broker that does not let everything be heard is no fault of the search.
    closed: () => closed.abort(),
  });
  await sleep(io.clock, forMs, AbortSignal.any([closed.signal, io.stop]));
  connection.close();
  return [...unknown].map(
    ([topic, message]) =>
      `${topic} says ${message}: no known dialect; a source of dialect json can read it (docs/protocols.md)`,
  );
}

/** True for JSON that no dialect reads anything from. */
function isUnknown(topic: string, payload: Uint8Array): boolean {
  if (programTopics.test(topic) || !isObject(parseJson(payload))) return false;
  if (parseMessage(topic, payload, false).ok) return false;
  return Object.values(dialects).every((dialect) => !dialect.parse(topic, payload).ok);
}
