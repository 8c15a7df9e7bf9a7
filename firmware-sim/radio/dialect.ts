import { readingsTopic, statusTopic } from "@coldkeep/core/mqtt/message.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { StoredSample } from "../firmware/firmware.ts";
import type { SeededRandom } from "../random/random.ts";
import { formatMessage, garbleMessage } from "./message.ts";

/** How devices with a radio may speak: the own dialect, or as sensors behind zigbee2mqtt do. */
export const radioDialects = ["coldkeep", "zigbee2mqtt"] as const;

/** One of them. */
export type RadioDialectName = (typeof radioDialects)[number];

/** What one dialect writes on which topic. */
export interface RadioDialect {
  readonly readingsTopic: (device: string) => string;
  readonly presenceTopic: (device: string) => string;
  readonly presence: (word: "online" | "offline") => string;
  readonly format: (sample: StoredSample) => string;
  /** What a broken device publishes instead. */
  readonly garble: (sample: StoredSample, random: SeededRandom) => string | Buffer;
}

/** The base topic of zigbee2mqtt as from the factory. */
const zigbeeBase = "zigbee2mqtt";

/**
 * A sample as zigbee2mqtt publishes it with `last_seen`. The first channel is `temperature`, others have their name behind it; a sensor
 * that failed shows null, as there are no words for faults.
 */
export function formatZigbee({ at, channels }: StoredSample): string {
  const temperatures = Object.entries(channels).map(([name, value], index) => [
    index === 0 ? "temperature" : `temperature_${name}`,
    typeof value === "number" ? Number(value.toFixed(2)) : null,
  ]);
  return JSON.stringify({
    ...Object.fromEntries(temperatures),
    battery: 100,
    linkquality: 120,
    last_seen: formatInstant(at),
  });
}

function garbleZigbee(sample: StoredSample, random: SeededRandom): string | Buffer {
  const good = formatZigbee(sample);
  const choices: readonly (() => string | Buffer)[] = [
    () => good.slice(0, 1 + random.below(good.length - 1)),
    () => JSON.stringify({ temperature: "warm" }),
    () => JSON.stringify({ temperature: 4, last_seen: "yesterday" }),
    () => Buffer.from(Array.from({ length: 1 + random.below(40) }, () => 128 + random.below(128))),
  ];
  return choices[random.below(choices.length)]?.() ?? "";
}

/** The dialects by their names. */
export const dialectOf: Readonly<Record<RadioDialectName, RadioDialect>> = {
  coldkeep: {
    readingsTopic,
    presenceTopic: statusTopic,
    presence: (word) => word,
    format: formatMessage,
    garble: garbleMessage,
  },
  zigbee2mqtt: {
    readingsTopic: (device) => `${zigbeeBase}/${device}`,
    presenceTopic: (device) => `${zigbeeBase}/${device}/availability`,
    presence: (state) => JSON.stringify({ state }),
    format: formatZigbee,
    garble: garbleZigbee,
  },
};
