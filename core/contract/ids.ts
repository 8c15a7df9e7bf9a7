import * as z from "zod";

/** Names of probes, appliances, sites, profiles and gateways: lower case, digits, dots and dashes. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "lower case letters, digits, '.', '_' and '-', at most 64");
