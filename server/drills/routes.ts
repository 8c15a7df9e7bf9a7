import {
  drillCancelSchema,
  drillOrderSchema,
  drillRecordSchema,
  drillSchema,
} from "@coldkeep/core/contract/drills.ts";
import { pageQuery, pageSchema } from "@coldkeep/core/contract/instants.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { requestActor } from "../access/guard.ts";
import { pageOf, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import { cancelPlanned, planDrill } from "./drill-acts.ts";
import { drillOnWire, recordOnWire } from "./drill-on-wire.ts";
import { traceOf } from "./drill-orders.ts";
import { drillRecord } from "./drill-record.ts";

const params = z.object({ id: z.string() });
const position = z.object({ number: z.int() });

/** `GET` and `POST /v1/drills`, `GET /v1/drills/{id}`, `POST /v1/drills/{id}/cancel`. */
export function drillRoutes(services: Services): FastifyPluginAsyncZod {
  const one = (id: string) => {
    const record = drillRecord(services, id);
    if (record === null) throw new CodedError("drill.unknown", `There is no drill "${id}".`);
    return recordOnWire(record);
  };
  return async (app) => {
    app.get(
      "/v1/drills",
      {
        config: access("records.read"),
        schema: {
          summary: "Drills of the alarms, newest first. Their alarms stand nowhere among the real ones",
          tags: ["drills"],
          querystring: z.object(pageQuery),
          response: { 200: pageSchema(drillSchema) },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const before = unpackCursor(position, cursor)?.number ?? null;
        const found = services.drills.rows.newest(limit + 1, before);
        return pageOf(found, limit, drillOnWire, ({ plan }) => ({ number: plan.number }));
      },
    );
    app.get(
      "/v1/drills/:id",
      {
        config: access("records.read"),
        schema: {
          summary:
            "The record of a drill: what was played, whom it called, what became of each message, who answered",
          tags: ["drills"],
          params,
          response: { 200: drillRecordSchema },
        },
      },
      async (request) => one(request.params.id),
    );
    app.post(
      "/v1/drills",
      {
        config: access("drills.plan"),
        schema: {
          summary: "Plans a drill: real people are called, about an alarm that says that it is a drill",
          tags: ["drills"],
          body: drillOrderSchema,
          response: { 201: drillRecordSchema },
        },
      },
      async (request, reply) => {
        const { probe, trace, startAt, answerWithinMinutes, repeatDays, announce, reason, by } = request.body;
        const played = await traceOf(
          services,
          "scenario" in trace ? trace : { ...trace, probe: trace.probe ?? probe },
        );
        const id = planDrill(services, requestActor(request), {
          probe,
          appliance: services.site()?.probes.get(probe)?.appliance ?? "",
          trace: played,
          startAt: startAt ?? services.clock.epochMs(),
          goalMs: answerWithinMinutes * minuteMs,
          repeatDays: repeatDays ?? null,
          isAnnounced: announce,
          reason,
          plannedBy: actingFor(request, by),
        });
        return reply.code(201).send(one(id));
      },
    );
    app.post(
      "/v1/drills/:id/cancel",
      {
        config: access("drills.plan"),
        schema: {
          summary: "Stops a drill, or takes a planned one back",
          tags: ["drills"],
          params,
          body: drillCancelSchema,
          response: { 200: drillRecordSchema },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { reason, by } = request.body;
        cancelPlanned(services, requestActor(request), id, actingFor(request, by), reason);
        return one(id);
      },
    );
  };
}
