import * as z from "zod";
import { numberPattern } from "@coldkeep/core/gsm/address.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { count, duration } from "../settings/fields.ts";

const number = z
  .string()
  .regex(numberPattern, "expected a number in international form, such as +32470123456");

/** A GSM modem that sends short messages. */
export const modemSchema = z.strictObject({
  /** Device file; best one of /dev/serial/by-id, which follows the modem from socket to socket. */
  path: z.string().min(1),
  /** Unit baud, range [50, 4000000], default 115200. */
  baudRate: count(50, 4_000_000, 115_200),
  /** The SIM's PIN, better in COLDKEEP_MODEM_PIN. Not entered again before the next start once it was refused. */
  pin: z
    .string()
    .regex(/^\d{4,8}$/, "expected 4 to 8 digits, in quotes")
    .optional(),
  /** Whom to call. 1 to 16 numbers. */
  numbers: z.array(number).min(1).max(16),
  /** The service centre's number, where the SIM's own is not to be used. */
  smsc: number.optional(),
  mode: z.enum(["pdu", "text"]).default("pdu"),
  /** How long to wait for the network's word that a message has arrived. Range [1m, 1d], default 30m. */
  reportWait: duration(minuteMs, 24 * 60 * minuteMs, "30m"),
  /** A file like those of /sys/class/gpio or /sys/class/leds that cuts the modem's power while it holds `1`, for hard resets. */
  powerCut: z.string().min(1).optional(),
});

/** A modem's settings after checking. */
export type ModemSettings = z.output<typeof modemSchema>;
