import { HttpError } from "@influxdata/influxdb-client";

/**
 * Why InfluxDB did not take or give something. `unreachable`: no answer, or one of a server in trouble; `busy`: it asks for patience; `denied`: it does not let us;
 * `missing`: it has no such database; `full`: its disk is; `content`: what we sent or asked is not acceptable to it.
 */
export const influxFaultKinds = ["unreachable", "busy", "denied", "missing", "full", "content"] as const;

/** One of the kinds of fault. */
export type InfluxFaultKind = (typeof influxFaultKinds)[number];

/** A fault with what InfluxDB said, cut to `reasonMax`. */
export interface InfluxFault {
  readonly kind: InfluxFaultKind;
  readonly reason: string;
}

/** Longest reason that is kept, in characters. */
export const reasonMax = 300;

/** The fault that an error of the client stands for. */
export function faultOf(error: unknown): InfluxFault {
  const reason = messageOf(error).replaceAll(/\s+/g, " ").slice(0, reasonMax);
  return { kind: error instanceof HttpError ? kindOf(error.statusCode, reason) : "unreachable", reason };
}

/** The kind of fault that a status and its text stand for. */
export function kindOf(status: number, reason: string): InfluxFaultKind {
  if (/no space left|disk full|disk quota/i.test(reason)) return "full";
  if (status === 401 || status === 403) return "denied";
  if (status === 404 || /database not found|bucket .*not found/i.test(reason)) return "missing";
  if (status === 408 || status === 425 || status === 429) return "busy";
  if (status >= 500) return "unreachable";
  return "content";
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return error.message === "" && typeof code === "string" ? code : error.message;
}
