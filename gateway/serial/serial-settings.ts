import * as z from "zod";
import { count, sourceId } from "../settings/fields.ts";

/** A serial line with devices of the own dialect. */
export const serialSchema = z.strictObject({
  kind: z.literal("serial"),
  id: sourceId,
  /** Device file; best one of /dev/serial/by-id, which follows the device from socket to socket. */
  path: z.string().min(1),
  /** Unit baud, range [50, 4000000], default 9600. */
  baudRate: count(50, 4_000_000, 9_600),
});
