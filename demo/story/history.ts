import { sleep, type Clock } from "@coldkeep/core/time/clock.ts";
import { dayMs, formatInstant, secondMs, type DurationMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import type { Api } from "../api/api.ts";

const readingsSchema = z.object({ total: z.int() });
const coverageSchema = z.object({ unknownMs: z.int() });

/** How old the newest reading of a probe may be for its device to count as there. */
const freshMs = 30 * secondMs;

/** How often one looks, and how often in a row nothing may have been filled in before the history counts as delivered. */
const lookEveryMs = secondMs;
const quietLooks = 3;

/**
 * Waits until the devices have delivered what they stored before: every probe has fresh readings, and the unknown time of the day before has
 * stopped shrinking. Returns false if that did not come about within the given time, or the signal ended it.
 */
export async function historyDelivered(
  api: Api,
  probes: readonly string[],
  withinMs: DurationMs,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const startedAt = clock.epochMs();
  const giveUpAt = clock.monotonicMs() + withinMs;
  let least = Number.POSITIVE_INFINITY;
  let quiet = 0;
  while (!signal.aborted && clock.monotonicMs() < giveUpAt) {
    const unknown = (await areFresh(api, probes, clock)) ? await unknownBefore(api, probes, startedAt) : null;
    quiet = unknown !== null && unknown >= least ? quiet + 1 : 0;
    least = Math.min(least, unknown ?? least);
    if (quiet >= quietLooks) return true;
    await sleep(clock, lookEveryMs, signal);
  }
  return false;
}

async function areFresh(api: Api, probes: readonly string[], clock: Clock): Promise<boolean> {
  const now = clock.epochMs();
  const window = `from=${formatInstant(now - freshMs)}&to=${formatInstant(now)}`;
  for (const probe of probes) {
    const newest = await api.read(readingsSchema, `/v1/probes/${probe}/readings?${window}`);
    if (newest === null || newest.total === 0) return false;
  }
  return true;
}

/** Unknown time of all probes together over the day before an instant; null where it cannot be read. */
async function unknownBefore(api: Api, probes: readonly string[], at: number): Promise<number | null> {
  let sum = 0;
  for (const probe of probes) {
    const window = `from=${formatInstant(at - dayMs)}&to=${formatInstant(at)}`;
    const coverage = await api.read(coverageSchema, `/v1/probes/${probe}/coverage?${window}`);
    if (coverage === null) return null;
    sum += coverage.unknownMs;
  }
  return sum;
}
