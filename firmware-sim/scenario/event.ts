import { channelPattern } from "@coldkeep/core/readings/sample.ts";
import { durationSchema } from "@coldkeep/core/settings/settings.ts";
import { parseDuration } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

/** What can happen to an appliance, its sensor or the way to the gateway. See the README of this workspace. */
export const eventWords = [
  "door-open",
  "compressor-dead",
  "power-cut",
  "agitator-stopped",
  "sensor-open",
  "sensor-short",
  "sensor-disconnected",
  "sensor-power-on",
  "silence",
  "cable-pulled",
  "clock-jump",
  "duplicate-sends",
  "reordered-sends",
  "offline",
  "garbage",
  "reboot",
] as const;

/** One of the events. */
export type EventWord = (typeof eventWords)[number];

const signedDuration = z.string().transform((text, context) => {
  const length = parseDuration(text.replace(/^[+-]/, ""));
  if (length !== null) return text.startsWith("-") ? -length : length;
  context.addIssue({
    code: "custom",
    message: "expected a duration with its unit and perhaps a sign, such as -2h or 90s",
  });
  return z.NEVER;
});

/** One timed event of a scenario. `at` and `for` are wall time since the simulator was ready. */
export const eventSchema = z
  .strictObject({
    at: durationSchema,
    appliance: z.string(),
    event: z.enum(eventWords),
    /** How long it lasts. Needed by all but `reboot` and `clock-jump`; a jump without it stays. */
    for: durationSchema.optional(),
    /** Time from one beginning to the next; longer than `for`. */
    repeatEvery: durationSchema.optional(),
    /** Which channel a sensor fault strikes; all without it. */
    channel: z.string().regex(channelPattern).optional(),
    /** How far a clock jumps. */
    by: signedDuration.optional(),
  })
  .superRefine((event, context) => {
    const complain = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    const instant = event.event === "reboot" || event.event === "clock-jump";
    if (!instant && event.for === undefined)
      complain("for", `expected how long ${event.event} lasts, such as 35s`);
    if (event.event === "reboot" && event.for !== undefined)
      complain("for", "a reboot has no length; leave it out");
    if ((event.event === "clock-jump") !== (event.by !== undefined)) {
      complain("by", "expected for clock-jump, and for nothing else, how far the clock jumps, such as -2h");
    }
    if (event.channel !== undefined && !event.event.startsWith("sensor-")) {
      complain("channel", "only sensor faults strike one channel");
    }
    if (event.repeatEvery !== undefined && event.repeatEvery <= (event.for ?? 0)) {
      complain("repeatEvery", "expected longer than `for`, so that one has ended before the next begins");
    }
  });

/** A checked event, its times in ms. */
export type ScenarioEvent = z.output<typeof eventSchema>;

/** A scenario: at most `eventsMax` events. */
export const eventsMax = 1_000;

/** The schema of a scenario, as a file of its own or inside the configuration. */
export const scenarioSchema = z.array(eventSchema).max(eventsMax);
