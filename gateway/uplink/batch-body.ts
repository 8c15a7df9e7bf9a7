import type { Batch } from "@coldkeep/core/contract/batch.ts";
import { isGood } from "@coldkeep/core/readings/reading.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { StoredBatch } from "../buffer/buffer.ts";

/** A batch as it goes over the wire. The same stored batch always gives the same text. */
export function batchBody(gateway: string, batch: StoredBatch): string {
  const body: Batch = {
    gateway,
    sequence: batch.sequence,
    heldReadings: batch.heldReadings,
    readings: batch.readings.map((reading) => {
      const { probe } = reading;
      const at = formatInstant(reading.at);
      return isGood(reading) ? { probe, at, celsius: reading.celsius } : { probe, at, fault: reading.fault };
    }),
  };
  return JSON.stringify(body);
}
