import { pageSchema } from "@coldkeep/core/contract/instants.ts";
import {
  dinSchema,
  dispositionSchema,
  feedAnswerSchema,
  feedBytesMax,
  feedSchema,
  movementAnswerSchema,
  movementSchema,
  productCodeSchema,
  unitDetailSchema,
  unitDetailsSchema,
  unitQuerySchema,
  unitSchema,
} from "@coldkeep/core/contract/units.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { principalOf, requestActor } from "../access/guard.ts";
import { pageOf, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import { takeFeed } from "./take-feed.ts";
import { decideUnit, moveUnit, registerUnit, standingUnit } from "./unit-commands.ts";
import { unitDetailOnWire, unitOnWire } from "./unit-on-wire.ts";

const params = z.object({ din: dinSchema, productCode: productCodeSchema });
const position = z.object({ number: z.int() });

/** The unit feed and what is known of units. */
export function unitRoutes(services: Services): FastifyPluginAsyncZod {
  const { units } = services;
  return async (app) => {
    app.put(
      "/v1/units/:din/:productCode",
      {
        config: access("units.feed"),
        schema: {
          summary: "Registers a unit or corrects what is known of it; the same again changes nothing",
          tags: ["units"],
          params,
          body: unitDetailsSchema,
          response: { 200: unitSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        const { description = null, expires = null } = request.body;
        registerUnit(services, actor, { ...request.params, description, expires });
        return unitOnWire(standingUnit(services, request.params));
      },
    );
    app.post(
      "/v1/movements",
      {
        config: access("units.feed"),
        schema: {
          summary: "Tells where a unit is from an instant on, however late; the same again changes nothing",
          tags: ["units"],
          body: movementSchema,
          response: { 200: movementAnswerSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        const { din, productCode } = request.body;
        moveUnit(services, actor, request.body);
        const unit = standingUnit(services, request.body).number;
        const heldBy = units.holds(unit).flatMap((hold) => (hold.exposed ? [hold.excursion] : []));
        return { din, productCode, heldBy };
      },
    );
    app.post(
      "/v1/units/feed",
      {
        config: access("units.feed"),
        bodyLimit: feedBytesMax,
        schema: {
          summary: "Takes many units and movements at once; the same again changes nothing",
          tags: ["units"],
          body: feedSchema,
          response: { 200: feedAnswerSchema },
        },
      },
      async (request) => takeFeed(services, requestActor(request), request.body),
    );
    app.get(
      "/v1/units",
      {
        config: access("records.read"),
        schema: {
          summary: "Units, by status and by where they are",
          tags: ["units"],
          querystring: unitQuerySchema,
          response: { 200: pageSchema(unitSchema) },
        },
      },
      async (request) => {
        const { status, appliance, limit, cursor } = request.query;
        const after = unpackCursor(position, cursor)?.number;
        const found = units.list({ status, appliance, after, limit: limit + 1 });
        return pageOf(found, limit, unitOnWire, ({ number }) => ({ number }));
      },
    );
    app.get(
      "/v1/units/:din/:productCode",
      {
        config: access("records.read"),
        schema: {
          summary: "One unit with its residences, exposure ledger and holds",
          tags: ["units"],
          params,
          response: { 200: unitDetailSchema },
        },
      },
      async (request) => {
        return unitDetailOnWire(services, standingUnit(services, request.params));
      },
    );
    app.post(
      "/v1/units/:din/:productCode/disposition",
      {
        config: access("units.decide"),
        schema: {
          summary: "A named person decides about a held unit",
          tags: ["units"],
          params,
          body: dispositionSchema,
          response: { 200: unitDetailSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        if (principalOf(request).kind === "person")
          throw new CodedError(
            "unit.signature-needed",
            "A person signs for a decision about units: do it under Units to decide, /work.",
          );
        const { actor: by, name, role } = actingFor(request, request.body.by);
        decideUnit(services, actor, { ...request.params, ...request.body, by, name, role });
        return unitDetailOnWire(services, standingUnit(services, request.params));
      },
    );
  };
}
