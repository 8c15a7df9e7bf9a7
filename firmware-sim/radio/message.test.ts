import { parseMessage, readingsTopic } from "@coldkeep/core/mqtt/message.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredSample } from "../firmware/firmware.ts";
import { seededRandom } from "../random/random.ts";
import { formatMessage, garbleMessage } from "./message.ts";

const sample: StoredSample = {
  device: "ckt-fridge-3",
  boot: 3,
  sequence: 41,
  uptimeMs: 82_000,
  at: 1_790_000_000_123,
  channels: { product: 4.0625, air: "open" },
};
const read = (payload: string | Buffer): ReturnType<typeof parseMessage> =>
  parseMessage(readingsTopic(sample.device), Buffer.from(payload), false);

describe("a radio message", () => {
  it("is read back by the gateway's codec as it was", () => {
    expect(read(formatMessage(sample))).toEqual({ ok: true, sample });
  });

  it("of a broken device is always refused", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(read(garbleMessage(sample, seededRandom(seed, "garbage"))).ok).toBe(false);
      }),
    );
  });
});
