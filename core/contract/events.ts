import * as z from "zod";
import { idSchema } from "./ids.ts";

/** What an appliance or a device tells of itself besides temperatures. */
export const eventKinds = ["power", "door", "battery", "clock", "buffer", "agitator"] as const;

/** One of the kinds of event. */
export type EventKind = (typeof eventKinds)[number];

/** Most events in one batch. */
export const batchEventsMax = 5_000;

/**
 * An event on the wire. `subject` is what it is about: an appliance or a probe for `power` and `door`, for `battery` and `clock` also a device or a gateway, for `buffer` a
 * gateway, for `agitator` an appliance. `active` says whether what calls for a person is so from `at` on: the mains are lost, the door is open, the battery is low, the clock is off, the buffer is nearly
 * full or already thinning out, the agitator stands still.
 */
export const wireEventSchema = z.object({
  subject: idSchema,
  kind: z.enum(eventKinds),
  active: z.boolean(),
  at: z.iso.datetime({ offset: true }),
});

/** An event as it goes over the wire. */
export type WireEvent = z.infer<typeof wireEventSchema>;

/** Why one event of a batch is refused while its neighbours are taken; listed in docs/errors.md. */
export const eventRefusals = [
  "event.shape-invalid",
  "event.subject-unknown",
  "event.kind-unknown",
  "event.at-invalid",
  "event.at-future",
  "event.at-too-old",
] as const;

/** One of the reasons for refusing an event. */
export type EventRefusal = (typeof eventRefusals)[number];

/** What became of a batch's events; answered only where the batch had some. */
export const eventsAnswerSchema = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.enum(eventRefusals) })),
});
