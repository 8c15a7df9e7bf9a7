import { escape } from "@influxdata/influxdb-client";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** Fields of a point by name, already written as line protocol; null ones are left out. */
export type Fields = Readonly<Record<string, string | null>>;

/** Parts of a millisecond that a point's time can tell apart. */
export const subMax = 999_999;

/** A float field. The number must be finite. */
export function float(value: number): string {
  return String(value);
}

/** An integer field. */
export function integer(value: number): string {
  return `${Math.trunc(value)}i`;
}

/** A string field. */
export function text(value: string): string {
  return escape.quoted(value);
}

/** A boolean field. */
export function flag(value: boolean): string {
  return value ? "true" : "false";
}

/** Measurement and tags as a line begins with them; tags without a value are left out. */
export function lineHead(measurement: string, tags: Readonly<Record<string, string | null>>): string {
  const parts = Object.entries(tags)
    .flatMap(([name, value]) =>
      value === null || value === "" ? [] : [`${escape.tag(name)}=${tagValue(value)}`],
    )
    .toSorted();
  return [escape.measurement(measurement), ...parts].join(",");
}

/** A whole line, or null where no field has a value. */
export function line(head: string, fields: Fields, time: string): string | null {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${value}`],
  );
  return parts.length === 0 ? null : `${head} ${parts.join(",")} ${time}`;
}

/** A point's time in nanoseconds: an instant, and a part of [0, 999999] inside its millisecond that tells points apart. */
export function nanos(at: EpochMs, sub: number): string {
  return at > 0 ? `${at}${String(sub).padStart(6, "0")}` : String(BigInt(at) * 1_000_000n + BigInt(sub));
}

/** The instant of a line after 1970, in ms. */
export function instantOfLine(written: string): EpochMs {
  return Number(written.slice(written.lastIndexOf(" ") + 1, -6));
}

/** A tag value must not end with a backslash, which would escape what comes after it. */
function tagValue(value: string): string {
  const escaped = escape.tag(value);
  return escaped.endsWith("\\") ? `${escaped}_` : escaped;
}
