import * as z from "zod";

/** Names of probes, appliances, sites, profiles and gateways: lower case, digits, dots and dashes. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "lower case letters, digits, '.', '_' and '-', at most 64");

/** A device's name as an id: what a server's events call it. Characters that no id has become dashes. */
export function deviceSubject(device: string): string {
  const plain = device.toLowerCase().replace(/[^a-z0-9._-]+/g, "-");
  return plain.replace(/^[._-]+/, "").slice(0, 64) || "device";
}
