import rateLimit, { normalizeIP, type RateLimitOptions } from "@fastify/rate-limit";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { principalOf } from "../access/guard.ts";
import { declaredRate, type RateClass } from "../access/rate.ts";
import type { RateCounts } from "./rate-store.ts";
import type { RateLimits } from "./security-settings.ts";

/** Addresses of IPv6 are counted by the network that one customer has. */
const ipv6NetworkBits = 64;

/**
 * Puts the rate limits on all routes that are registered after it, by the class that each declares (server/access/rate.ts); to be called after the guard, which says
 * who is there. Beyond a limit: `request.too-many` with `retry-after`.
 */
export async function registerRates(
  app: FastifyInstance,
  limits: RateLimits,
  counts: RateCounts,
): Promise<void> {
  app.addHook("onRoute", (route) => {
    const rate = rateOf(declaredRate(route.config), limits);
    route.config = { ...route.config, rateLimit: rate };
  });
  await app.register(rateLimit, {
    global: false,
    store: counts.Store,
    timeWindow: minuteMs,
    addHeadersOnExceeding: headersOf(false),
    addHeaders: { ...headersOf(false), "retry-after": true },
    errorResponseBuilder: (_request, { ttl }) =>
      new CodedError(
        "request.too-many",
        `Too many calls within a minute. Try again in ${Math.ceil(ttl / 1_000)} s.`,
      ),
  });
}

const headersOf = (told: boolean) => ({
  "x-ratelimit-limit": told,
  "x-ratelimit-remaining": told,
  "x-ratelimit-reset": told,
});

function rateOf(rateClass: RateClass, limits: RateLimits): RateLimitOptions | false {
  switch (rateClass) {
    case "free":
      return false;
    case "sign-in":
      return { max: limits.signIn, keyGenerator: (request) => `sign-in ${addressOf(request)}` };
    case "signing":
      return { max: limits.signing, keyGenerator: (request) => `signing ${callerOf(request)}` };
    case "ordinary":
      return {
        max: (request: FastifyRequest) =>
          principalOf(request).kind === "machine" ? limits.machine : limits.person,
        keyGenerator: callerOf,
      };
  }
}

function callerOf(request: FastifyRequest): string {
  const principal = principalOf(request);
  switch (principal.kind) {
    case "person":
      return `person ${principal.login}`;
    case "machine":
      return `machine ${principal.name}`;
    case "nobody":
      return `address ${addressOf(request)}`;
  }
}

const addressOf = (request: FastifyRequest): string => normalizeIP(request.ip, ipv6NetworkBits);
