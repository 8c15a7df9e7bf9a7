import * as z from "zod";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { duration } from "../settings/fields.ts";

/** A siren or lamp: what switches it, how it sounds, and what answers it. */
export const sirenSchema = z.strictObject({
  contact: z.discriminatedUnion("kind", [
    z.strictObject({
      /** A control line of a serial port. */
      kind: z.literal("line"),
      path: z.string().min(1),
      line: z.enum(["rts", "dtr"]).default("rts"),
      inverted: z.boolean().default(false),
    }),
    z.strictObject({
      /** A file that takes `1` and `0`, such as /sys/class/gpio/gpio17/value. */
      kind: z.literal("file"),
      path: z.string().min(1),
      inverted: z.boolean().default(false),
    }),
  ]),
  pattern: z.enum(["steady", "pulse"]).default("pulse"),
  /** Range [100ms, 1m], default 1s. */
  pulseOn: duration(100, minuteMs, "1s"),
  /** Range [100ms, 1m], default 1s. */
  pulseOff: duration(100, minuteMs, "1s"),
  /** Silent after so long without a new call. Range [1s, 24h], default 15m. */
  soundMax: duration(1_000, 24 * hourMs, "15m"),
  /** A file that holds `pressed` while the acknowledging button is pressed. */
  button: z.strictObject({ path: z.string().min(1), pressed: z.enum(["0", "1"]).default("1") }).optional(),
});

/** A siren's settings after checking. */
export type SirenSettings = z.output<typeof sirenSchema>;
