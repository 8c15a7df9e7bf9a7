import * as z from "zod";
import { isDeviceName } from "@coldkeep/core/mqtt-devices/device-message.ts";
import { channelPattern } from "@coldkeep/core/readings/sample.ts";
import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { formatDuration } from "@coldkeep/core/time/millis.ts";

/** A duration within a range, with its default written as in a settings file. */
export const duration = (minMs: number, maxMs: number, standard: string) =>
  durationSchema
    .refine(
      (length) => length >= minMs && length <= maxMs,
      `expected a duration from ${shown(minMs)} to ${shown(maxMs)}`,
    )
    .prefault(standard);

const shown = (length: number): string => (length < 1_000 ? `${length} ms` : formatDuration(length));

/** A whole number within a range, with its default. */
export const count = (min: number, max: number, standard: number) =>
  z.int().min(min).max(max).default(standard);

/** The name of a source: what its counters, log lines and status go by. */
export const sourceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, "lower case letters, digits, '_' and '-', at most 32");

/** A channel of a device, as `<device>/<channel>`; the names of MQTT devices may have slashes of their own. */
export const channelName = z.string().refine((key) => {
  const slash = key.lastIndexOf("/");
  return slash > 0 && isDeviceName(key.slice(0, slash)) && channelPattern.test(key.slice(slash + 1));
}, "expected <device>/<channel>");
