import {
  edgeAnswerSchema,
  edgeReportBytesMax,
  edgeReportSchema,
  watchQuerySchema,
  watchSchema,
} from "@coldkeep/core/contract/edge.ts";
import { idSchema } from "@coldkeep/core/contract/ids.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { demandGateway } from "../access/gateway.ts";
import { principalOf, requestActor } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import { takeEdgeReport } from "./edge-commands.ts";
import { watchOf } from "./watch.ts";

const params = z.object({ id: idSchema });

/** `GET /v1/gateways/{id}/watch` and `POST /v1/gateways/{id}/edge-alarms`: how a gateway can keep watch while the server is out of its reach. */
export function edgeRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/gateways/:id/watch",
      {
        config: access("batches.send"),
        schema: {
          summary: "What a gateway needs to keep watch by itself; 304 while nothing changed",
          tags: ["gateway"],
          params,
          querystring: watchQuerySchema,
          response: { 200: watchSchema, 304: z.null() },
        },
      },
      async (request, reply) => {
        demandGateway(principalOf(request), request.params.id);
        const site = services.site();
        if (site === null) throw new CodedError("site.missing", "No site was applied yet.");
        const watch = watchOf(services, site, request.params.id, request.query.probes);
        const tag = `"${watch.version}"`;
        void reply.header("etag", tag).header("cache-control", "no-cache");
        if (request.headers["if-none-match"] === tag) return reply.code(304).send(null);
        return watch;
      },
    );
    app.post(
      "/v1/gateways/:id/edge-alarms",
      {
        config: access("batches.send"),
        bodyLimit: edgeReportBytesMax,
        schema: {
          summary: "Takes the alarms that a gateway raised while it was alone; answers only after the commit",
          tags: ["gateway"],
          params,
          body: edgeReportSchema,
          response: { 200: edgeAnswerSchema },
        },
        // Each alarm is checked by itself, so that one that cannot be taken is refused alone; the gateway's id must be one all the same.
        validatorCompiler:
          ({ httpPart }) =>
          (value) =>
            httpPart === "params" ? checked(params.safeParse(value)) : { value },
      },
      async (request) => {
        const actor = requestActor(request);
        demandGateway(principalOf(request), request.params.id);
        return takeEdgeReport(services, actor, request.params.id, request.body);
      },
    );
  };
}

function checked<Value>(result: z.ZodSafeParseResult<Value>) {
  return result.success ? { value: result.data } : { error: new TypeError("the gateway's id is not an id") };
}
