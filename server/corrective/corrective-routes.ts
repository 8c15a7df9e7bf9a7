import {
  correctiveActionSchema,
  endedActionSchema,
  plannedActionSchema,
} from "@coldkeep/core/contract/corrective.ts";
import { dayIn } from "@coldkeep/core/corrective/corrective-action.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { requestActor } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import { actionOnWire } from "./action-on-wire.ts";
import { endAction, planAction } from "./corrective-acts.ts";
import { openCorrective, type KeptAction, type Owner } from "./corrective-records.ts";

/** Most corrective actions that one call or page lists. */
export const correctiveListMax = 500;

const listSchema = z.object({ items: z.array(correctiveActionSchema) });

/** The calls about corrective actions. */
export function correctiveRoutes(services: Services): FastifyPluginAsyncZod {
  const { database, clock, site } = services;
  const today = (): string => dayIn(site()?.site.timeZone ?? "UTC", clock.epochMs());
  const wire = (actions: readonly KeptAction[]) => {
    const day = today();
    return actions.map((action) => actionOnWire(action, day));
  };
  const one = (number: number) => {
    const found = openCorrective(database).find(number);
    if (found === null)
      throw new CodedError("corrective.unknown", `There is no corrective action ${number}.`);
    return actionOnWire(found, today());
  };
  return async (app) => {
    app.get(
      "/v1/actions",
      {
        config: access("records.read"),
        schema: {
          summary:
            "Corrective actions: those that are open, the earliest due first, or those that have ended",
          tags: ["corrective actions"],
          querystring: z.object({ state: z.enum(["open", "ended"]).default("open") }),
          response: { 200: listSchema },
        },
      },
      async (request) => {
        const records = openCorrective(database);
        const { state } = request.query;
        return { items: wire(records[state](correctiveListMax)) };
      },
    );
    app.get(
      "/v1/excursions/:id/actions",
      {
        config: access("records.read"),
        schema: {
          summary: "The corrective actions of an excursion, in the order in which they were planned",
          tags: ["corrective actions"],
          params: z.object({ id: z.string() }),
          response: { 200: listSchema },
        },
      },
      async (request) => ({ items: wire(openCorrective(database).ofExcursion(request.params.id)) }),
    );
    app.post(
      "/v1/excursions/:id/actions",
      {
        config: access("units.decide"),
        schema: {
          summary: "Plans a corrective action for an excursion",
          tags: ["corrective actions"],
          params: z.object({ id: z.string() }),
          body: plannedActionSchema,
          response: { 201: correctiveActionSchema },
        },
      },
      async (request, reply) => {
        const { what, owner, due, cause, by } = request.body;
        const action = { excursion: request.params.id, what, owner: ownerOf(services, owner), due, cause };
        const number = planAction(services, requestActor(request), { who: actingFor(request, by), action });
        return reply.code(201).send(one(number));
      },
    );
    app.post(
      "/v1/actions/:number/end",
      {
        config: access("units.decide"),
        schema: {
          summary:
            "Says that a corrective action was done, by whom, when and with what result, or why it is not done",
          tags: ["corrective actions"],
          params: z.object({ number: z.coerce.number().int().min(1) }),
          body: endedActionSchema,
          response: { 200: correctiveActionSchema },
        },
      },
      async (request) => {
        const { body } = request;
        const { number } = request.params;
        const done = body.outcome === "done" ? { by: body.doneBy, on: body.doneOn } : null;
        const end = { outcome: body.outcome, note: body.note, done };
        endAction(services, requestActor(request), { who: actingFor(request, body.by), number, end });
        return one(number);
      },
    );
  };
}

/** The owner that a call or form names, as he is called now. Throws `account.unknown`. */
export function ownerOf(
  { people }: Pick<Services, "people">,
  given: { readonly login: string } | { readonly name: string },
): Owner {
  if ("name" in given) return { login: null, name: given.name };
  const { login, name } = people.accounts.of(given.login);
  return { login, name };
}
