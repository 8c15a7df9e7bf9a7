import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import { type InfluxPort, quoted } from "./influx-port.ts";

/** Sums of a channel may differ by this part of their size: both add the same numbers, each in its own order. */
const sumTolerance = 1e-9;

/** What there is of a channel's readings. */
export interface Totals {
  readonly good: number;
  readonly sum: number;
  readonly faults: number;
}

/** A channel of which InfluxDB has something else than the records. */
export interface TotalsDifference {
  readonly channel: string;
  readonly records: Totals;
  readonly influx: Totals;
}

/** Compares counts and sums of all channels from an instant on. Throws nothing; null where InfluxDB does not answer. */
export async function compareTotals(
  database: Database,
  port: Pick<InfluxPort, "query">,
  from: EpochMs,
): Promise<{ readonly channels: number; readonly differences: readonly TotalsDifference[] } | null> {
  const one = database.prepare(
    `SELECT count(*) - count(fault) AS good, coalesce(sum(CASE WHEN fault IS NULL THEN value END), 0) AS sum, count(fault) AS faults
     FROM readings WHERE probe = ? AND at >= ?`,
  );
  const channels = database.prepare("SELECT number, id FROM probes ORDER BY id").all();
  const differences: TotalsDifference[] = [];
  for (const { number, id } of channels) {
    const channel = String(id);
    const records = one.get(Number(number), from) as unknown as Totals;
    const outcome = await port.query(
      `SELECT count(celsius) AS good, sum(celsius) AS total, count(fault) AS faults FROM readings WHERE channel = ${quoted(channel)} AND time >= ${Math.max(0, from)}ms`,
    );
    if (!outcome.ok) return null;
    const [row] = outcome.series[0]?.values ?? [];
    const influx = { good: Number(row?.[1] ?? 0), sum: Number(row?.[2] ?? 0), faults: Number(row?.[3] ?? 0) };
    if (!isSame(records, influx)) differences.push({ channel, records, influx });
  }
  return { channels: channels.length, differences };
}

function isSame(a: Totals, b: Totals): boolean {
  const isNear = Math.abs(a.sum - b.sum) <= sumTolerance * Math.max(1, Math.abs(a.sum));
  return a.good === b.good && a.faults === b.faults && isNear;
}
