import type { FastifyContextConfig } from "fastify";

/**
 * How often a route may be called. `sign-in`: where somebody says who they are (sign-in, second factor, invitation, first administrator, single sign-on),
 * counted per address. `signing`: where somebody proves it anew for one act, counted per person. `ordinary`: all that says nothing, counted per person, token
 * or, for nobody, address. `free`: not counted: batches of gateways, which have days to make up, and files that browsers keep.
 */
export type RateClass = "sign-in" | "signing" | "ordinary" | "free";

/** The part of a route's `config` that says how often it may be called: `config: { ...access("public"), ...limited("sign-in") }`. */
export function limited(rateClass: RateClass): FastifyContextConfig & { readonly rate: RateClass } {
  return { rate: rateClass };
}

/** What a route's config says of how often it may be called; `ordinary` where it says nothing. */
export function declaredRate(config: unknown): RateClass {
  return typeof config === "object" && config !== null && "rate" in config
    ? (config.rate as RateClass)
    : "ordinary";
}
