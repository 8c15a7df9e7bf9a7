import * as z from "zod";

/** An alarm as `GET /v1/alarms` lists it; only what the story tells. */
export const alarmSchema = z.object({
  id: z.string(),
  kind: z.string(),
  phase: z.string(),
  severity: z.string().optional(),
  appliance: z.string().nullish(),
  text: z.string(),
});

/** An excursion as `GET /v1/excursions` lists it; only what the story tells. */
export const excursionSchema = z.object({
  id: z.string(),
  probe: z.string(),
  appliance: z.string(),
  side: z.string(),
  status: z.string(),
  outMs: z.number(),
  extremeCelsius: z.number().nullable(),
});

/** An alarm of the story. */
export type SeenAlarm = z.output<typeof alarmSchema>;

/** An excursion of the story, with how many units are held because of it and how many of those have left. */
export interface SeenExcursion extends z.output<typeof excursionSchema> {
  readonly unitsHeld: number;
  readonly unitsGone: number;
}

/** A mail of the story. */
export interface SeenMail {
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
}

/** What the server and the mailbox showed at one moment. A part that could not be read is null and changes nothing. */
export interface Seen {
  readonly alarms: readonly SeenAlarm[] | null;
  readonly excursions: readonly SeenExcursion[] | null;
  readonly mails: readonly SeenMail[];
}
