import { numberPattern } from "@coldkeep/core/gsm/address.ts";
import { creditCodePattern } from "@coldkeep/core/gsm/credit.ts";
import { idSchema } from "@coldkeep/core/contract/batch.ts";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, "u").source !== "";
  } catch {
    return false;
  }
};

/** A GSM modem at the server that sends and takes short messages. */
export const gsmModemSettingsSchema = z.strictObject({
  id: idSchema,
  kind: z.literal("gsm-modem"),
  /** Device file; best one of /dev/serial/by-id, which follows the modem from socket to socket. */
  path: z.string().min(1),
  /** Unit baud, range [50, 4000000], default 115200. */
  baudRate: z.int().min(50).max(4_000_000).default(115_200),
  /** The SIM's PIN. Best is a SIM without one: a wrong one is not entered again before the next start. */
  pin: z
    .string()
    .regex(/^\d{4,8}$/, "expected 4 to 8 digits, in quotes")
    .optional(),
  /** The service centre's number, where the SIM's own is not to be used. */
  smsc: z.string().regex(numberPattern, "expected a number such as +32470123456").optional(),
  mode: z.enum(["pdu", "text"]).default("pdu"),
  /** How long the network tries to deliver, and how long its word is awaited. Unit min, range [5, 1440], default 30. */
  validMinutes: z.int().min(5).max(1_440).default(30),
  /** Most messages in a minute; parts of long ones count. Range [1, 60], default 20. */
  perMinute: z.int().min(1).max(60).default(20),
  /** What is left of a prepaid card is asked for, at most every hour. */
  credit: z
    .strictObject({
      code: z.string().regex(creditCodePattern, "expected a code such as *123#"),
      /** Finds the amount in the network's words, in its first group; default the first number. */
      pattern: z
        .string()
        .max(200)
        .refine(isPattern, "expected a regular expression")
        .default("(-?[\\d.,]*\\d)"),
      warnBelow: z.number().min(0).optional(),
      everyHours: z.int().min(1).max(168).default(12),
    })
    .optional(),
});

/** A modem's settings after checking. */
export type GsmModemSettings = z.output<typeof gsmModemSettingsSchema>;

/** How the settings want the modem to be used. */
export const rulesOf = (settings: GsmModemSettings) => ({
  pin: settings.pin ?? null,
  serviceCentre: settings.smsc ?? null,
  mode: settings.mode,
  validityMs: settings.validMinutes * minuteMs,
  // The network's last word comes after the time that it had.
  reportWaitMs: (settings.validMinutes + 5) * minuteMs,
  // The dispatcher decides what is tried again, and by which way.
  unknownTriesMax: 1,
  refusedTriesMax: 2,
  perMinuteMax: settings.perMinute,
  readsMemory: true,
  credit:
    settings.credit === undefined
      ? null
      : { code: settings.credit.code, everyMs: settings.credit.everyHours * hourMs },
});
