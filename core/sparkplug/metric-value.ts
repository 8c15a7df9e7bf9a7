import type { Fault } from "../readings/reading.ts";
import { datatypes, type Metric, qualities } from "./payload.ts";

/**
 * What a metric says: a number (a boolean is 0 or 1), a fault word, `passed` where it is no reading (text and tables, transient ones, stale
 * ones: what was true once is not a reading), or `mismatch` where the value is none of the datatype that its birth declared.
 */
export type MetricSaying = number | Fault | "passed" | "mismatch";

/** Reads a metric by the datatype of its birth. Null and bad are faults: the device says that it cannot tell. */
export function metricSaying(metric: Metric, datatype: number): MetricSaying {
  if (metric.transient || metric.quality === qualities.stale) return "passed";
  if (datatype > datatypes.boolean) return "passed";
  if (metric.isNull || (metric.quality ?? qualities.good) !== qualities.good) return "unspecified";
  const { value } = metric;
  switch (value?.kind) {
    case "integer":
      return wholeNumber(value.bits, datatype) ?? "mismatch";
    case "float":
    case "double":
      if (datatype !== datatypes.float && datatype !== datatypes.double) return "mismatch";
      return Number.isFinite(value.number) ? value.number : "unspecified";
    case "boolean":
      return datatype === datatypes.boolean ? Number(value.is) : "mismatch";
    default:
      return "mismatch";
  }
}

/** Negative numbers come as two's complement, by some devices in 32 bits and by others in as many as the datatype has. */
function wholeNumber(bits: bigint, datatype: number): number | null {
  switch (datatype) {
    case datatypes.int8:
      return Number(BigInt.asIntN(8, bits));
    case datatypes.int16:
      return Number(BigInt.asIntN(16, bits));
    case datatypes.int32:
      return Number(BigInt.asIntN(32, bits));
    case datatypes.int64:
      return Number(BigInt.asIntN(64, bits));
    case datatypes.uint8:
    case datatypes.uint16:
    case datatypes.uint32:
    case datatypes.uint64:
      return Number(bits);
    default:
      return null;
  }
}
