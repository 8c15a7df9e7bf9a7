import {
  acknowledgeSchema,
  alarmQuerySchema,
  alarmSchema,
  personActSchema,
  shelveSchema,
} from "@coldkeep/core/contract/alarms.ts";
import { pageSchema } from "@coldkeep/core/contract/instants.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { requestActor } from "../access/guard.ts";
import { pageOf, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import { acknowledgement, actOnAlarm } from "./alarm-commands.ts";
import { listAlarms } from "./alarm-reads.ts";
import { onWire } from "./alarm-on-wire.ts";

const params = z.object({ id: z.string() });
const position = z.object({ raisedAt: z.int(), id: z.string() });

const summaries = {
  unshelve: "Ends a shelving before its time; whoever should be called is called",
  reset: "Ends a latched alarm whose condition is gone and which was acknowledged",
} as const;

/** `GET /v1/alarms`, `POST /v1/alarms/{id}/acknowledge`, `/shelve`, `/unshelve` and `/reset`. */
export function alarmRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/alarms",
      {
        config: access("records.read"),
        schema: {
          summary: "Alarms, newest first; those that are over only when asked for",
          tags: ["alarms"],
          querystring: alarmQuerySchema,
          response: { 200: pageSchema(alarmSchema) },
        },
      },
      async (request) => {
        const { phase, limit, cursor } = request.query;
        const found = listAlarms(services.database, {
          phase,
          after: unpackCursor(position, cursor),
          limit: limit + 1,
        });
        return pageOf(found, limit, onWire, ({ id, state }) => ({ raisedAt: state.raisedAt, id }));
      },
    );
    app.post(
      "/v1/alarms/:id/acknowledge",
      {
        config: access("alarms.handle"),
        schema: {
          summary: "A person takes the alarm on",
          tags: ["alarms"],
          params,
          body: acknowledgeSchema,
          response: { 200: alarmSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        const { note = null, promise } = request.body;
        const who = actingFor(request, request.body.by);
        const at = services.clock.epochMs();
        const promised =
          promise === undefined ? null : { what: promise.what, until: at + promise.withinMinutes * minuteMs };
        const alarm = request.params.id;
        return onWire(
          actOnAlarm(services, "acknowledge", actor, acknowledgement(alarm, who, note, promised)),
        );
      },
    );
    for (const kind of ["unshelve", "reset"] as const) {
      app.post(
        `/v1/alarms/:id/${kind}`,
        {
          config: access("alarms.handle"),
          schema: {
            summary: summaries[kind],
            tags: ["alarms"],
            params,
            body: personActSchema,
            response: { 200: alarmSchema },
          },
        },
        async (request) => {
          const actor = requestActor(request);
          const { note = null } = request.body;
          const { actor: by, role } = actingFor(request, request.body.by);
          const act = { alarm: request.params.id, by, role, note, input: { kind } };
          return onWire(actOnAlarm(services, kind, actor, act));
        },
      );
    }
    app.post(
      "/v1/alarms/:id/shelve",
      {
        config: access("alarms.handle"),
        schema: {
          summary: "Calls nobody about the alarm for a while; the record and the holds go on",
          tags: ["alarms"],
          params,
          body: shelveSchema,
          response: { 200: alarmSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        const { note, minutes } = request.body;
        const { actor: by, role } = actingFor(request, request.body.by);
        const until = services.clock.epochMs() + minutes * minuteMs;
        const act = { alarm: request.params.id, by, role, note, input: { kind: "shelve" as const, until } };
        return onWire(actOnAlarm(services, "shelve", actor, act));
      },
    );
  };
}
