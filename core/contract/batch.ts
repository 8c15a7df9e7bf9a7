import * as z from "zod";
import { batchEventsMax, eventsAnswerSchema, wireEventSchema } from "./events.ts";
import { idSchema } from "./ids.ts";
import { celsiusMax, celsiusMin, faultWords } from "../readings/reading.ts";
import { timeSources, uncertaintyMaxMs } from "../readings/stamp.ts";

export { idSchema } from "./ids.ts";

/** Most readings in one batch. */
export const batchReadingsMax = 10_000;

/** Largest batch body in bytes, before and after decompression. */
export const batchBytesMax = 4 * 1024 * 1024;

/** How good a reading's time is: the true time lies within `uncertaintyMs` on either side of `at`. See docs/protocols.md, "The time of a reading". */
export const wireTimeSchema = z.object({
  source: z.enum(timeSources),
  uncertaintyMs: z.int().min(0).max(uncertaintyMaxMs),
});

/** One reading on the wire: either a temperature or a fault. `probe` is a probe's id or that of a channel of the site file, which is assigned to one. */
export const wireReadingSchema = z.union([
  z.object({
    probe: idSchema,
    at: z.iso.datetime({ offset: true }),
    celsius: z.number().min(celsiusMin).max(celsiusMax),
    time: wireTimeSchema.optional(),
  }),
  z.object({
    probe: idSchema,
    at: z.iso.datetime({ offset: true }),
    fault: z.enum(faultWords),
    time: wireTimeSchema.optional(),
  }),
]);

/**
 * A gateway's batch: `POST /v1/batches`. `sequence` counts the batches of that gateway from 1. `heldReadings` tells how many readings the
 * gateway still holds after this batch.
 */
export const batchSchema = z.object({
  gateway: idSchema,
  sequence: z.int().min(0),
  heldReadings: z.int().min(0).optional(),
  readings: z.array(wireReadingSchema).max(batchReadingsMax),
  events: z.array(wireEventSchema).max(batchEventsMax).optional(),
});

/** Why one reading of a batch is refused while its neighbours are taken; listed in docs/errors.md. */
export const readingRefusals = [
  "reading.shape-invalid",
  "reading.probe-unknown",
  "reading.at-invalid",
  "reading.at-future",
  "reading.at-too-old",
  "reading.celsius-invalid",
  "reading.fault-unknown",
  "reading.time-invalid",
] as const;

/** One of the reasons for refusing a reading. */
export type ReadingRefusal = (typeof readingRefusals)[number];

/** The answer to a batch, sent only after its commit. */
export const batchAnswerSchema = z.object({
  committed: z.int(),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.enum(readingRefusals) })),
  events: eventsAnswerSchema.optional(),
});

/** A batch as a gateway builds it. */
export type Batch = z.infer<typeof batchSchema>;

/** One reading as it goes over the wire. */
export type WireReading = z.infer<typeof wireReadingSchema>;

/** The answer to a batch. */
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
