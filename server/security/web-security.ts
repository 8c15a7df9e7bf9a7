import type { Server as HttpServer } from "node:http";
import { Server as TlsServer } from "node:https";
import type { FastifyServerOptions } from "fastify";
import type { Logger } from "pino";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { Metrics } from "../health/metrics.ts";
import { isLoopback, type ServerSettings } from "../settings/server-settings.ts";
import { type HttpLimits, makeHttpServer } from "./http-server.ts";
import { type KeyKeeper, makeKeyKeeper } from "./key-keeper.ts";
import { makeRateCounts, type RateCounts } from "./rate-store.ts";
import { isSecure, type RateLimits, rateLimitsSchema } from "./security-settings.ts";

/** How the HTTP side is secured, by the settings. */
export interface WebSecurity {
  /** True where browsers speak TLS with this server or with a proxy in front of it. */
  readonly isSecure: boolean;
  readonly rateLimits: RateLimits;
  readonly counts: RateCounts;
  /** Whom Fastify believes about who is calling, and how it makes its server. */
  readonly fastify: Pick<FastifyServerOptions, "trustProxy" | "serverFactory">;
  /** Keeps the certificate up to date while `server` runs, and warns where people's passwords would travel in the clear. */
  readonly start: (server: HttpServer) => void;
  /** Reads the certificate anew, where there is one. */
  readonly reload: () => void;
  readonly stop: () => void;
}

/** Secures the HTTP side as the settings say. Throws `settings.tls-unusable`. */
export function makeWebSecurity(
  settings: Pick<ServerSettings, "listen" | "tls" | "behindProxy" | "publicUrl" | "rateLimits">,
  {
    clock,
    logger,
    metrics,
  }: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Pick<Metrics, "watch"> },
  limits?: Partial<HttpLimits>,
): WebSecurity {
  const { tls, behindProxy, rateLimits } = settings;
  const keeper: KeyKeeper | null = tls === undefined ? null : makeKeyKeeper(tls, clock, logger);
  const counts = makeRateCounts(clock);
  const trusted = behindProxy?.trust ?? [];
  let refused = 0;
  metrics.watch("coldkeep_rate_limited_callers", "Callers whose calls are counted now", counts.size);
  metrics.watch(
    "coldkeep_connections_refused",
    "Connections closed at a limit since the start",
    () => refused,
  );
  if (keeper !== null) {
    const left = () => (keeper.expiresAt() - clock.epochMs()) / 1_000;
    metrics.watch("coldkeep_tls_certificate_seconds", "Until the certificate ends", left);
  }
  return {
    isSecure: isSecure(settings),
    rateLimits,
    counts,
    fastify: {
      trustProxy: trusted.length > 0 ? [...trusted] : false,
      serverFactory: (handler) =>
        makeHttpServer((request, response) => handler(request, response), {
          tls:
            tls === undefined || keeper === null
              ? undefined
              : { ...keeper.first, minVersion: tls.minVersion },
          trusted,
          refused: () => (refused += 1),
          ...(limits === undefined ? {} : { limits }),
        }),
    },
    start: (server) => {
      if (server instanceof TlsServer) {
        keeper?.start((pair) => server.setSecureContext({ ...pair, minVersion: tls?.minVersion }));
      }
      if (tls === undefined && behindProxy === undefined && !isLoopback(settings.listen)) {
        logger.warn(
          { listen: settings.listen },
          "Passwords, tokens and readings travel in the clear: give a certificate (tls: in the settings), or say behind which proxy TLS ends (behindProxy:)",
        );
      }
    },
    reload: () => keeper?.reload(),
    stop: () => keeper?.stop(),
  };
}

/** As a server with no settings has it: on loopback, in the clear. */
export function plainSecurity(clock: Clock, logger: Logger): WebSecurity {
  const settings = { listen: "127.0.0.1:0", tls: undefined, behindProxy: undefined };
  return makeWebSecurity(
    { ...settings, rateLimits: rateLimitsSchema.parse({}) },
    { clock, logger, metrics: { watch: () => undefined } },
  );
}
