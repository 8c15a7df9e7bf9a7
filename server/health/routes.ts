import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import type { Services } from "../http/services.ts";

/** `/health/live`, `/health/ready` and `/metrics`: for machines that watch this one, so without a token. */
export function healthRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/health/live",
      {
        config: { ...access("public"), ...limited("free") },
        schema: {
          summary: "The process answers",
          tags: ["health"],
          response: { 200: z.object({ status: z.literal("live") }) },
        },
      },
      async () => ({ status: "live" as const }),
    );
    app.get(
      "/health/ready",
      {
        config: { ...access("public"), ...limited("free") },
        schema: {
          summary: "A site is in force and the records answer",
          tags: ["health"],
          response: {
            200: z.object({ status: z.literal("ready"), journal: z.int() }),
            503: z.object({ status: z.literal("not-ready"), reason: z.string() }),
          },
        },
      },
      async (_request, reply) => {
        const isAnswering = services.database.prepare("SELECT 1 AS one").get()?.["one"] === 1;
        if (!isAnswering)
          return reply.code(503).send({ status: "not-ready", reason: "the records do not answer" });
        if (services.site() === null) {
          return reply.code(503).send({
            status: "not-ready",
            reason: "no site is applied; give COLDKEEP_SITE or site: in the settings",
          });
        }
        return { status: "ready" as const, journal: services.journal.head().sequence };
      },
    );
    app.get("/metrics", { config: access("public"), schema: { hide: true } }, async (_request, reply) =>
      reply.type("text/plain; version=0.0.4; charset=utf-8").send(await services.metrics.render()),
    );
  };
}
