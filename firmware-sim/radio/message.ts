import type { MqttSample } from "@coldkeep/core/mqtt/message.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { StoredSample } from "../firmware/firmware.ts";
import type { SeededRandom } from "../random/random.ts";

/** A sample as the JSON of the own dialect, its time as the device's clock showed it. See docs/protocols.md, "MQTT". */
export function formatMessage({ boot, sequence, uptimeMs, at, channels }: StoredSample): string {
  const message: Omit<MqttSample, "device" | "at"> & { at: string } = {
    boot,
    sequence,
    uptimeMs,
    at: formatInstant(at),
    channels,
  };
  return JSON.stringify(message);
}

/** What a broken device publishes instead: JSON cut short, wrong types, no channels, an impossible time, bytes that are no text. */
export function garbleMessage(sample: StoredSample, random: SeededRandom): string | Buffer {
  const good = formatMessage(sample);
  const choices: readonly (() => string | Buffer)[] = [
    () => good.slice(0, 1 + random.below(good.length - 1)),
    () => JSON.stringify({ ...sample, at: formatInstant(sample.at), sequence: String(sample.sequence) }),
    () => JSON.stringify({ ...sample, at: formatInstant(sample.at), channels: {} }),
    () => JSON.stringify({ ...sample, at: "yesterday" }),
    () => Buffer.from(Array.from({ length: 1 + random.below(40) }, () => 128 + random.below(128))),
  ];
  return choices[random.below(choices.length)]?.() ?? "";
}
