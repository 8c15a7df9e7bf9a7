import type { EpochMs } from "../time/millis.ts";

/** Largest payload that is read, in bytes. A birth of 2,000 metrics is about 100 kB. */
export const payloadBytesMax = 262_144;

/** Most metrics in one payload. */
export const metricsMax = 5_000;

/** Largest instant that is read, epoch ms: the largest that any calendar of the platform knows. */
export const timestampMax = 8_640_000_000_000_000;

/** The datatypes of metrics that can be a number or a state; the others (text, files, tables) are never readings. */
export const datatypes = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  float: 9,
  double: 10,
  boolean: 11,
  string: 12,
} as const;

/** The quality codes of the property `Quality`. */
export const qualities = { bad: 0, good: 192, stale: 500 } as const;

/** A metric's value as it stands on the wire. `integer` holds the bits unsigned, `other` what can never be a reading. */
export type MetricValue =
  | { readonly kind: "integer"; readonly bits: bigint }
  | { readonly kind: "float"; readonly number: number }
  | { readonly kind: "double"; readonly number: number }
  | { readonly kind: "boolean"; readonly is: boolean }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "other" };

/** One metric of a payload. What is absent is null; flags that are absent are false. */
export interface Metric {
  readonly name: string | null;
  /** 0 to 2^64 - 1, exact: two aliases that differ in the last bit are two metrics. */
  readonly alias: bigint | null;
  /** When the value was taken. */
  readonly at: EpochMs | null;
  readonly datatype: number | null;
  readonly historical: boolean;
  readonly transient: boolean;
  readonly isNull: boolean;
  /** The property `Quality`, or null where it is absent, which means good. */
  readonly quality: number | null;
  readonly value: MetricValue | null;
}

/** A Sparkplug B payload. `at`: when it was published. */
export interface Payload {
  readonly at: EpochMs | null;
  readonly seq: bigint | null;
  readonly metrics: readonly Metric[];
}

/** Why bytes are no payload; the codes are counted and listed in docs/errors.md. */
export type PayloadErrorCode =
  | "sparkplug.too-long"
  | "sparkplug.not-protobuf"
  | "sparkplug.too-many-metrics"
  | "sparkplug.timestamp-invalid";

/** The outcome of reading a payload: never an exception, whatever the bytes. */
export type PayloadResult =
  | { readonly ok: true; readonly payload: Payload }
  | { readonly ok: false; readonly code: PayloadErrorCode };

/** A metric of which nothing is known; the base for the ones that are written. */
export const emptyMetric: Metric = {
  name: null,
  alias: null,
  at: null,
  datatype: null,
  historical: false,
  transient: false,
  isNull: false,
  quality: null,
  value: null,
};
