import type { Batch } from "@coldkeep/core/contract/batch.ts";
import { isGood } from "@coldkeep/core/readings/reading.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { isEvent, isReading, type StoredBatch } from "../buffer/buffer.ts";

/** A batch as it goes over the wire. The same stored batch always gives the same text. */
export function batchBody(gateway: string, batch: StoredBatch): string {
  const readings = batch.entries.filter(isReading);
  const events = batch.entries.filter(isEvent);
  const body: Batch = {
    gateway,
    sequence: batch.sequence,
    heldReadings: batch.heldReadings,
    readings: readings.map((reading) => {
      const { probe } = reading;
      const at = formatInstant(reading.at);
      const time = reading.time === undefined ? {} : { time: reading.time };
      return isGood(reading)
        ? { probe, at, celsius: reading.celsius, ...time }
        : { probe, at, fault: reading.fault, ...time };
    }),
    ...(events.length === 0
      ? {}
      : { events: events.map((event) => ({ ...event, at: formatInstant(event.at) })) }),
  };
  return JSON.stringify(body);
}
