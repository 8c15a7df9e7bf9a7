import { outOfServiceSchema, returnToServiceSchema, serviceSchema } from "@coldkeep/core/contract/alarms.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { requestActor } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import { checkRemoval, serveAppliance } from "./service-commands.ts";
import { makeUnitsInside } from "./units-inside.ts";

const params = z.object({ id: z.string() });

/** `POST /v1/appliances/{id}/out-of-service` and `/return-to-service`. */
export function serviceRoutes(services: Services): FastifyPluginAsyncZod {
  const answer = (appliance: string): z.infer<typeof serviceSchema> => {
    const entry = services.alarms.outOfService(appliance, services.clock.epochMs());
    if (entry === null) return { appliance, inService: true, outOfService: null };
    const { since, until, actor, reason } = entry;
    const unitsInside = makeUnitsInside(services.database)([appliance]);
    const times = { since: formatInstant(since), until: formatInstant(until) };
    return { appliance, inService: false, outOfService: { ...times, by: actor, reason, unitsInside } };
  };
  return async (app) => {
    app.post(
      "/v1/appliances/:id/out-of-service",
      {
        config: access("service.change"),
        schema: {
          summary: "Calls nobody about an appliance until an instant; the record and the holds go on",
          tags: ["alarms"],
          params,
          body: outOfServiceSchema,
          response: { 200: serviceSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        const { by, reason, until, unitsRemain } = request.body;
        const appliance = request.params.id;
        checkRemoval(services, appliance, until, unitsRemain);
        const { actor: who, name, role } = actingFor(request, by);
        serveAppliance(services, actor, { appliance, by: who, name, role, reason, until });
        return answer(appliance);
      },
    );
    app.post(
      "/v1/appliances/:id/return-to-service",
      {
        config: access("service.change"),
        schema: {
          summary: "Puts an appliance back into service; whoever should be called is called",
          tags: ["alarms"],
          params,
          body: returnToServiceSchema,
          response: { 200: serviceSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        const { by, note = null } = request.body;
        const appliance = request.params.id;
        const { actor: who, name, role } = actingFor(request, by);
        serveAppliance(services, actor, { appliance, by: who, name, role, reason: note, until: null });
        return answer(appliance);
      },
    );
  };
}
