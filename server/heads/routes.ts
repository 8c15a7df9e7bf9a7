import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import type { Services } from "../http/services.ts";
import { headsMax } from "./head-records.ts";

const pointSchema = z.object({ sequence: z.int(), hash: z.string() });
const headSchema = z.object({
  day: z.string(),
  at: z.string(),
  journal: pointSchema,
  audit: pointSchema,
});

/** `GET /v1/heads`: the chains' heads as they are, and the daily ones, newest first. */
export function headRoutes({ heads }: Pick<Services, "heads">): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/heads",
      {
        config: access("trail.read"),
        schema: {
          summary: "Heads of journal and audit trail: as they are, and of each day, newest first",
          tags: ["records"],
          querystring: z.strictObject({
            before: z.iso.date().optional(),
            limit: z.coerce.number().int().min(1).max(headsMax).default(100),
          }),
          response: {
            200: z.object({
              current: z.object({ journal: pointSchema, audit: pointSchema }),
              heads: z.array(headSchema),
            }),
          },
        },
      },
      async (request) => {
        const { before, limit } = request.query;
        const list = heads.before(before ?? null, limit);
        return {
          current: heads.current(),
          heads: list.map((head) => ({ ...head, at: formatInstant(head.at) })),
        };
      },
    );
  };
}
