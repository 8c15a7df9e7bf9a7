import * as z from "zod";
import { hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { duration, sourceId } from "../settings/fields.ts";

/** Temperature sensors on the kernel's 1-Wire buses. Each sensor is a device named by its id, with one channel, `temperature`. */
export const onewireSchema = z.strictObject({
  kind: z.literal("onewire"),
  id: sourceId,
  /** The folder in which the kernel shows the sensors. */
  root: z.string().min(1).default("/sys/bus/w1/devices"),
  /** How often each sensor is read. Range [1s, 1h], default 60s. */
  interval: duration(secondMs, hourMs, "60s"),
  /** How long reading one sensor may take. Range [1s, 1m], default 5s. */
  timeout: duration(secondMs, minuteMs, "5s"),
});

/** A 1-Wire source's settings after checking. */
export type OnewireSettings = z.output<typeof onewireSchema>;
