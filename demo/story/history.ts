import type { Clock } from "@coldkeep/core/time/clock.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import type { Api } from "../api/api.ts";

const readingsSchema = z.object({ total: z.int() });

/** How old the newest reading of a probe may be for its history to count as delivered. */
const freshMs = minuteMs / 2;

/** True once a probe's stored past has come in: devices send it before what is new. */
export async function historyDelivered(api: Api, probe: string, clock: Clock): Promise<boolean> {
  const now = clock.epochMs();
  const window = `from=${formatInstant(now - freshMs)}&to=${formatInstant(now)}`;
  const newest = await api.read(readingsSchema, `/v1/probes/${probe}/readings?${window}`);
  return newest !== null && newest.total > 0;
}
