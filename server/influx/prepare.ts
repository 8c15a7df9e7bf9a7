import { type DurationMs, dayMs, hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { InfluxFault } from "./fault.ts";
import { type InfluxPort, named } from "./influx-port.ts";

/** What was found out about a target. */
export interface Prepared {
  /** True where nothing is in it that comes from entries of the journal. */
  readonly isEmpty: boolean;
  /** How long it keeps readings: 0 for ever, null where it does not say. Unit ms. */
  readonly keepsMs: DurationMs | null;
}

/** Measurements that are written from entries. Others are samples of the moment, which may be there before them. */
const fromEntries: ReadonlySet<unknown> = new Set([
  "readings",
  "gateways",
  "excursions",
  "alarms",
  "holds",
  "equipment",
]);

/**
 * Makes the database where InfluxDB is 1.x and has none (whoever refuses that has its own ways, or an account that may only write), and looks at what is there: an empty one, also after it
 * was lost and put up again, begins at the first entry.
 */
export async function prepareTarget(port: InfluxPort, bucket: string): Promise<Prepared | InfluxFault> {
  const made = await port.command(`CREATE DATABASE ${named(bucket)}`);
  if (!made.ok && made.fault.kind === "unreachable") return made.fault;
  const measurements = await port.query("SHOW MEASUREMENTS");
  if (!measurements.ok) return measurements.fault;
  const names = measurements.series.flatMap(({ values }) => values.map(([name]) => name));
  const isEmpty = !names.some((name) => fromEntries.has(name));
  return { isEmpty, keepsMs: await retentionOf(port, bucket) };
}

async function retentionOf(port: InfluxPort, bucket: string): Promise<DurationMs | null> {
  const policies = await port.query(`SHOW RETENTION POLICIES ON ${named(bucket)}`);
  if (policies.ok) {
    const [series] = policies.series;
    const durationAt = series?.columns.indexOf("duration") ?? -1;
    const defaultAt = series?.columns.indexOf("default") ?? -1;
    const standard = series?.values.find((row) => row[defaultAt] === true);
    const duration = standard?.[durationAt];
    if (typeof duration === "string") return influxDuration(duration);
  }
  return bucketRetention(await port.bucket());
}

interface BucketAnswer {
  readonly buckets?: readonly { readonly retentionRules?: readonly { readonly everySeconds?: number }[] }[];
}

function bucketRetention(answer: unknown): DurationMs | null {
  const { buckets }: BucketAnswer = typeof answer === "object" && answer !== null ? answer : {};
  const rules = buckets?.[0]?.retentionRules;
  if (!Array.isArray(rules)) return null;
  const [rule] = rules as readonly { readonly everySeconds?: number }[];
  return (rule?.everySeconds ?? 0) * secondMs;
}

const units: Readonly<Record<string, DurationMs>> = {
  w: 7 * dayMs,
  d: dayMs,
  h: hourMs,
  m: minuteMs,
  s: secondMs,
};

/** A duration as InfluxDB writes it, such as `131760h0m0s`; null for anything else. */
export function influxDuration(written: string): DurationMs | null {
  const parts = [...written.matchAll(/(\d+)([wdhms])/g)];
  if (parts.map(([whole]) => whole).join("") !== written || parts.length === 0) return null;
  return parts.reduce((sum, [, digits, unit]) => sum + Number(digits) * (units[unit ?? ""] ?? 0), 0);
}
