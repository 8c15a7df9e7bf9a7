import { zigbee2mqtt } from "@coldkeep/core/mqtt-devices/zigbee2mqtt.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredSample } from "../firmware/firmware.ts";
import { seededRandom } from "../random/random.ts";
import { dialectOf } from "./dialect.ts";

const sample: StoredSample = {
  device: "fridge-5",
  boot: 3,
  sequence: 41,
  uptimeMs: 82_000,
  at: 1_790_000_000_123,
  channels: { product: 4.0625, air: "open" },
};
const { zigbee2mqtt: speaks } = dialectOf;
const gateway = zigbee2mqtt({ baseTopic: "zigbee2mqtt" });
const read = (payload: string | Buffer, topic = speaks.readingsTopic(sample.device)) =>
  gateway.parse(topic, Buffer.from(payload));

describe("a sensor behind zigbee2mqtt", () => {
  it("is read by the gateway's parser, with what it failed to measure left out", () => {
    expect(read(speaks.format(sample))).toEqual({
      ok: true,
      observations: [{ device: "fridge-5", at: sample.at, channels: { temperature: 4.06, battery: 100 } }],
      presence: [],
    });
    const both = { ...sample, channels: { product: 4, air: 5 } };
    expect(read(speaks.format(both))).toMatchObject({ observations: [{ channels: { temperature_air: 5 } }] });
    const presence = read(speaks.presence("offline"), speaks.presenceTopic(sample.device));
    expect(presence).toMatchObject({ presence: [{ device: "fridge-5", online: false }] });
  });

  it("that is broken is always refused", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(read(speaks.garble(sample, seededRandom(seed, "garbage"))).ok).toBe(false);
      }),
    );
  });
});
