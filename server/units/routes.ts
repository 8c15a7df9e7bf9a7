import { instantOrNull, pageSchema } from "@coldkeep/core/contract/instants.ts";
import {
  dinSchema,
  dispositionSchema,
  movementAnswerSchema,
  movementSchema,
  productCodeSchema,
  unitDetailSchema,
  unitDetailsSchema,
  unitQuerySchema,
  unitSchema,
} from "@coldkeep/core/contract/units.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { formatInstant, parseInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { pageOf, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import { futureMaxMs } from "../ingest/batch-reader.ts";
import type { EntryKind } from "../journal/journal.ts";
import { decide } from "./dispositions.ts";
import type { Movement, UnitKey } from "./unit-feed.ts";
import type { StandingUnit } from "./unit-reads.ts";

const params = z.object({ din: dinSchema, productCode: productCodeSchema });
const position = z.object({ number: z.int() });

/** The unit feed and what is known of units. */
export function unitRoutes(services: Services): FastifyPluginAsyncZod {
  const { committer, feed, units } = services;
  const standing = (key: UnitKey): StandingUnit => {
    const unit = units.find(key);
    if (unit === null)
      throw new CodedError("unit.unknown", `No unit ${key.din} ${key.productCode} was ever registered.`);
    return unit;
  };
  const entry = (kind: EntryKind, source: string, content: unknown) => ({
    kind,
    source,
    encoding: "identity",
    body: new TextEncoder().encode(JSON.stringify(content)),
  });
  return async (app) => {
    app.put(
      "/v1/units/:din/:productCode",
      {
        schema: {
          summary: "Registers a unit or corrects what is known of it; the same again changes nothing",
          tags: ["units"],
          params,
          body: unitDetailsSchema,
          response: { 200: unitSchema },
        },
      },
      async (request) => {
        const { name } = services.authenticate(request.headers.authorization, "api");
        const key = request.params;
        const details = {
          description: request.body.description ?? null,
          expires: request.body.expires ?? null,
        };
        const known = units.find(key);
        const isSame = known?.description === details.description && known.expires === details.expires;
        if (!isSame) {
          committer.commit(entry("unit", name, { ...key, ...details }), (commit) => {
            feed.register(commit, key, details);
            commit.audit({
              actor: name,
              action: "unit.registered",
              subject: `${key.din} ${key.productCode}`,
              detail: details,
            });
          });
        }
        return onWire(standing(key));
      },
    );
    app.post(
      "/v1/movements",
      {
        schema: {
          summary: "Tells where a unit is from an instant on, however late; the same again changes nothing",
          tags: ["units"],
          body: movementSchema,
          response: { 200: movementAnswerSchema },
        },
      },
      async (request) => {
        const { name } = services.authenticate(request.headers.authorization, "api");
        const movement = checkMovement(services, request.body);
        const { din, productCode } = movement;
        const unit = standing(movement).number;
        if (!feed.isKnown(unit, movement)) {
          committer.commit(entry("movement", name, request.body), (commit) => {
            const heldBy = feed.move(commit, unit, movement);
            const { at, appliance, reason } = movement;
            const detail = { at, appliance, reason, heldBy };
            commit.audit({ actor: name, action: "unit.moved", subject: `${din} ${productCode}`, detail });
          });
        }
        const heldBy = units.holds(unit).flatMap((hold) => (hold.exposed ? [hold.excursion] : []));
        return { din, productCode, heldBy };
      },
    );
    app.get(
      "/v1/units",
      {
        schema: {
          summary: "Units, by status and by where they are",
          tags: ["units"],
          querystring: unitQuerySchema,
          response: { 200: pageSchema(unitSchema) },
        },
      },
      async (request) => {
        services.authenticate(request.headers.authorization, "api");
        const { status, appliance, limit, cursor } = request.query;
        const after = unpackCursor(position, cursor)?.number;
        const found = units.list({ status, appliance, after, limit: limit + 1 });
        return pageOf(found, limit, onWire, ({ number }) => ({ number }));
      },
    );
    app.get(
      "/v1/units/:din/:productCode",
      {
        schema: {
          summary: "One unit with its residences, exposure ledger and holds",
          tags: ["units"],
          params,
          response: { 200: unitDetailSchema },
        },
      },
      async (request) => {
        services.authenticate(request.headers.authorization, "api");
        return detail(services, standing(request.params));
      },
    );
    app.post(
      "/v1/units/:din/:productCode/disposition",
      {
        schema: {
          summary: "A named person decides about a held unit",
          tags: ["units"],
          params,
          body: dispositionSchema,
          response: { 200: unitDetailSchema },
        },
      },
      async (request) => {
        const { name } = services.authenticate(request.headers.authorization, "api");
        const unit = standing(request.params);
        if (unit.status !== "held") {
          throw new CodedError(
            "unit.not-held",
            `Unit ${unit.din} ${unit.productCode} is ${unit.status}, not held; there is nothing to decide.`,
          );
        }
        committer.commit(entry("disposition", name, { ...request.params, ...request.body }), (commit) => {
          decide(services.database, commit, unit, request.body);
        });
        return detail(services, standing(request.params));
      },
    );
  };
}

function checkMovement(services: Services, body: z.output<typeof movementSchema>): Movement {
  const at = parseInstant(body.at);
  if (at === null) throw new CodedError("request.invalid", `"${body.at}" is no instant.`);
  if (at > services.clock.epochMs() + futureMaxMs) {
    throw new CodedError(
      "movement.at-future",
      `The movement at ${body.at} has not happened yet by this server's clock.`,
    );
  }
  const isKnown = body.appliance === null || services.site()?.appliances.has(body.appliance) === true;
  if (!isKnown) {
    throw new CodedError(
      "movement.appliance-unknown",
      `There is no appliance "${body.appliance}" at this site; use null for anywhere else.`,
    );
  }
  const { din, productCode, appliance, reason } = body;
  return { din, productCode, at, appliance, reason };
}

function onWire(unit: StandingUnit) {
  const { din, productCode, description, expires, status, appliance } = unit;
  return { din, productCode, description, expires, status, appliance };
}

function detail(services: Services, unit: StandingUnit) {
  const { units, clock } = services;
  return {
    ...onWire(unit),
    residences: units.residences(unit.number).map(({ appliance, from, to }) => ({
      appliance,
      from: formatInstant(from),
      to: instantOrNull(to),
    })),
    ledger: units.ledger(unit.number, clock.epochMs()),
    holds: units.holds(unit.number).map(({ excursion, since, exposed, releasedAt }) => ({
      excursion,
      since: formatInstant(since),
      exposed,
      releasedAt: instantOrNull(releasedAt),
    })),
    dispositions: units
      .dispositions(unit.number)
      .map(({ decision, by, reason, at }) => ({ decision, by, reason, at: formatInstant(at) })),
  };
}
