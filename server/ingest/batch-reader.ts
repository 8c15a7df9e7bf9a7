import { batchReadingsMax, idSchema, type ReadingRefusal } from "@coldkeep/core/contract/batch.ts";
import { batchEventsMax } from "@coldkeep/core/contract/events.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { isFault } from "@coldkeep/core/readings/reading.ts";
import { plausibleCelsius } from "@coldkeep/core/readings/sample.ts";
import { isTimeQuality, type TimedReading } from "@coldkeep/core/readings/stamp.ts";
import { type EpochMs, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** A reading further ahead of the server's clock than this is refused. */
export const futureMaxMs = 5 * minuteMs;

/** A reading from before this instant (2000-01-01) comes from a clock that was never set. */
export const earliestAt: EpochMs = 946_684_800_000;

/** Longest piece of a refused reading that is kept beside the journal's copy. */
export const rawMax = 500;

/** One reading of a batch that cannot be taken, with its reason. */
export interface RefusedReading {
  readonly index: number;
  readonly code: ReadingRefusal;
  readonly raw: string;
}

/** A batch after its envelope and each reading were checked. */
export interface ReadBatch {
  readonly gateway: string;
  readonly sequence: number;
  readonly heldReadings: number | null;
  readonly readings: ReadonlyMap<string, readonly TimedReading[]>;
  readonly refused: readonly RefusedReading[];
  /** The events as they came; null where the batch had none. */
  readonly events: readonly unknown[] | null;
  /** The readings and events as they came, as one text: what makes two batches the same. */
  readonly content: string;
}

const envelopeSchema = z.object({
  gateway: idSchema,
  sequence: z.int().min(0),
  heldReadings: z.int().min(0).nullish(),
  readings: z.array(z.unknown()),
  events: z.array(z.unknown()).optional(),
});

/**
 * Reads a batch body. A reading that cannot be taken is set aside with its reason; the rest stands. Throws `batch.not-json`, `batch.shape-invalid` or
 * `batch.too-large` where there is no batch to speak of.
 */
export function readBatch(body: string, isKnown: (probe: string) => boolean, now: EpochMs): ReadBatch {
  const envelope = readEnvelope(body);
  const readings = new Map<string, TimedReading[]>();
  const refused: RefusedReading[] = [];
  for (const [index, raw] of envelope.readings.entries()) {
    const read = readReading(raw, isKnown, now);
    if (typeof read === "string") {
      refused.push({ index, code: read, raw: (JSON.stringify(raw) ?? "").slice(0, rawMax) });
    } else {
      const known = readings.get(read.probe);
      if (known === undefined) readings.set(read.probe, [read.reading]);
      else known.push(read.reading);
    }
  }
  const { gateway, sequence } = envelope;
  const events = envelope.events ?? null;
  const content = JSON.stringify(
    events === null ? envelope.readings : { readings: envelope.readings, events },
  );
  return {
    gateway,
    sequence,
    heldReadings: envelope.heldReadings ?? null,
    readings,
    refused,
    events,
    content,
  };
}

function readEnvelope(body: string): z.infer<typeof envelopeSchema> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new CodedError(
      "batch.not-json",
      "The body is not JSON. Send one batch object as application/json.",
      { cause },
    );
  }
  const parsed = envelopeSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError(
      "batch.shape-invalid",
      `The batch is not of the agreed shape at "${issue?.path.join(".") ?? ""}": ${issue?.message ?? ""}.`,
    );
  }
  if (parsed.data.readings.length > batchReadingsMax) {
    throw new CodedError(
      "batch.too-large",
      `The batch holds ${parsed.data.readings.length} readings; send at most ${batchReadingsMax} at a time.`,
    );
  }
  const events = parsed.data.events?.length ?? 0;
  if (events > batchEventsMax) {
    throw new CodedError(
      "batch.too-large",
      `The batch holds ${events} events; send at most ${batchEventsMax} at a time.`,
    );
  }
  return parsed.data;
}

interface RawReading {
  readonly probe?: unknown;
  readonly at?: unknown;
  readonly celsius?: unknown;
  readonly fault?: unknown;
  readonly time?: unknown;
}

function readReading(
  raw: unknown,
  isKnown: (probe: string) => boolean,
  now: EpochMs,
): ReadingRefusal | { readonly probe: string; readonly reading: TimedReading } {
  if (typeof raw !== "object" || raw === null) return "reading.shape-invalid";
  const { probe, at: atText, celsius, fault, time }: RawReading = raw;
  if (typeof probe !== "string" || typeof atText !== "string") return "reading.shape-invalid";
  if ((celsius === undefined) === (fault === undefined)) return "reading.shape-invalid";
  if (!isKnown(probe)) return "reading.probe-unknown";
  const at = parseInstant(atText);
  if (at === null) return "reading.at-invalid";
  if (at > now + futureMaxMs) return "reading.at-future";
  if (at < earliestAt) return "reading.at-too-old";
  if (time !== undefined && !isTimeQuality(time)) return "reading.time-invalid";
  if (fault !== undefined) {
    if (typeof fault !== "string" || !isFault(fault)) return "reading.fault-unknown";
    return { probe, reading: time === undefined ? { at, fault } : { at, fault, time } };
  }
  const plausible = typeof celsius === "number" ? plausibleCelsius(celsius) : null;
  if (plausible === null) return "reading.celsius-invalid";
  const reading = time === undefined ? { at, celsius: plausible } : { at, celsius: plausible, time };
  return { probe, reading };
}
