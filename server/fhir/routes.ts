import { readBundle } from "@coldkeep/core/fhir/bundle.ts";
import { operationOutcome, refuse, within } from "@coldkeep/core/fhir/outcome.ts";
import { readProduct } from "@coldkeep/core/fhir/read-product.ts";
import { dinSystem, mphoSystem, otherDinSystem } from "@coldkeep/core/fhir/systems.ts";
import { parseMpho } from "@coldkeep/core/isbt/mpho.ts";
import { parseProductCode, sixCharacterDivision } from "@coldkeep/core/isbt/product-code.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { access } from "../access/access.ts";
import { requestActor } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import { makeFindUnits } from "../unit-pages/find-units.ts";
import type { StandingUnit } from "../units/unit-reads.ts";
import { capabilities } from "./capabilities.ts";
import { notThere, sendRefusals, sendResource, sendThrown } from "./outcome-answer.ts";
import { fhirSettingsOf, takeProducts } from "./take-products.ts";
import { keyOfId, resourceId, toldUnit } from "./told-unit.ts";

/** Largest resource that is taken, in bytes: a bundle of 1,000 products. */
export const fhirBytesMax = 4 * 1024 * 1024;

const base = "/fhir/BiologicallyDerivedProduct";

interface Place {
  readonly Params: { readonly id: string };
}

const searchSchema = z.object({ identifier: z.string().min(1).max(300) });

/** FHIR R5 under `/fhir`: units as `BiologicallyDerivedProduct`, in and out (docs/units.md). */
export async function fhirRoutes(app: FastifyInstance, { services }: { readonly services: Services }) {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler((error, _request, reply) => sendThrown(reply, error, services.metrics.refused));
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser(
    "application/fhir+json",
    { parseAs: "string", bodyLimit: fhirBytesMax },
    app.getDefaultJsonParser("error", "error"),
  );
  const reading = { exposeHeadRoute: false, config: access("records.read") };
  const feeding = { config: access("units.feed"), bodyLimit: fhirBytesMax };
  const find = makeFindUnits(services.database);

  app.get("/fhir/metadata", reading, (_request, reply) => sendResource(reply, capabilities));

  app.get<Place>(`${base}/:id`, reading, async (request, reply) =>
    sendResource(reply, await toldUnit(services, unitOf(services, request.params.id))),
  );

  app.get(base, reading, async (request, reply) => {
    const asked = searchSchema.safeParse(request.query);
    if (!asked.success)
      return sendRefusals(reply, [
        refuse(
          "fhir.identity-missing",
          "identifier",
          "Units are searched by identifier: ?identifier=system|value.",
        ),
      ]);
    const units = search(asked.data.identifier, find);
    const products = await Promise.all(units.map((unit) => toldUnit(services, unit)));
    const entry = products.map((resource) => ({ resource, search: { mode: "match" } }));
    return sendResource(reply, { resourceType: "Bundle", type: "searchset", total: entry.length, entry });
  });

  app.put<Place>(`${base}/:id`, feeding, (request, reply) =>
    takeOne(services, request, reply, request.params.id),
  );
  app.post(base, feeding, (request, reply) => takeOne(services, request, reply, null));

  app.post("/fhir", feeding, (request, reply) => {
    const result = readBundle(request.body, fhirSettingsOf(services));
    if (!result.ok) return sendRefusals(reply, [result]);
    const { isAllOrNothing, units, refusals, skipped } = result.bundle;
    if (isAllOrNothing && refusals.length > 0) return sendRefusals(reply, refusals);
    if (units.length > 0)
      takeProducts(
        services,
        requestActor(request),
        units.map(({ unit }) => unit),
      );
    const told = new Map<number, object>();
    for (const { index, unit } of units)
      told.set(index, { status: "200", location: `BiologicallyDerivedProduct/${resourceId(unit)}` });
    for (const index of skipped) told.set(index, { status: "204" });
    for (const each of refusals) {
      const index = Number(/^Bundle\.entry\[(\d+)\]/.exec(each.expression)?.[1]);
      told.set(index, { status: "422", outcome: operationOutcome([each]) });
    }
    const entry = [...told].toSorted(([a], [b]) => a - b).map(([, response]) => ({ response }));
    const type = isAllOrNothing ? "transaction-response" : "batch-response";
    return sendResource(reply, { resourceType: "Bundle", type, entry });
  });
}

function unitOf({ units }: Services, id: string): StandingUnit {
  const key = keyOfId(id);
  const unit = key === null ? null : units.find(key);
  if (unit === null) throw notThere(`There is no BiologicallyDerivedProduct/${id.slice(0, 60)}.`);
  return unit;
}

/** Units of an identifier, with its system or without: a number, or an MPHO identifier, which says which of the number's products. */
function search(identifier: string, find: ReturnType<typeof makeFindUnits>): StandingUnit[] {
  const bar = identifier.indexOf("|");
  const system = bar < 0 ? null : identifier.slice(0, bar);
  const value = identifier.slice(bar + 1);
  const mpho = system === null || system === mphoSystem ? parseMpho(value) : null;
  if (mpho?.ok === true) {
    const { din, description, division } = mpho.mpho;
    return unitsOfNumber(din.text, find).filter(({ productCode }) => {
      const code = parseProductCode(productCode.slice(0, 8));
      if (!code.ok || code.product.description !== description) return false;
      return sixCharacterDivision(code.product, productCode.slice(8) || null) === division;
    });
  }
  return system === null || system === dinSystem || system === otherDinSystem
    ? unitsOfNumber(value, find)
    : [];
}

function unitsOfNumber(din: string, find: ReturnType<typeof makeFindUnits>): StandingUnit[] {
  if (!/^[A-Z0-9]{5,30}$/.test(din)) return [];
  return find({ prefix: din }).units.filter((unit) => unit.din === din);
}

async function takeOne(services: Services, request: FastifyRequest, reply: FastifyReply, id: string | null) {
  const result = readProduct(request.body, fhirSettingsOf(services));
  if (!result.ok) return sendRefusals(reply, [within("BiologicallyDerivedProduct", result)]);
  const { unit } = result;
  if (id !== null && id !== resourceId(unit)) {
    const why = `The product is ${resourceId(unit)}, the address says ${id.slice(0, 60)}.`;
    return sendRefusals(reply, [refuse("fhir.identity-differs", "BiologicallyDerivedProduct.id", why)]);
  }
  const isNew = services.units.find(unit) === null;
  takeProducts(services, requestActor(request), [unit]);
  const location = `${base}/${resourceId(unit)}`;
  const product = await toldUnit(services, unitOf(services, resourceId(unit)));
  return sendResource(reply.header("location", location), product, isNew ? 201 : 200);
}
