import {
  excursionQuerySchema,
  excursionSchema,
  figuresOnWire,
  knownAtQuerySchema,
  revisionSchema,
} from "@coldkeep/core/contract/excursions.ts";
import { pageSchema } from "@coldkeep/core/contract/instants.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type EpochMs, formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { pageOf, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import type { StandingExcursion } from "./excursion-reads.ts";

const params = z.object({ id: z.string() });
const position = z.object({ start: z.int(), id: z.string() });

/** What the excursion calls need beyond the services: how an excursion is shown and printed. */
export interface ReportParts {
  readonly view: (id: string) => ExcursionPageView | null | Promise<ExcursionPageView | null>;
  readonly render: (view: ExcursionPageView) => Promise<Uint8Array>;
}

/** `GET /v1/excursions`, `/{id}`, `/{id}/revisions`, `/{id}/report.pdf`. */
export function excursionRoutes(services: Services, report: ReportParts): FastifyPluginAsyncZod {
  const find = (id: string): StandingExcursion => {
    const found = services.excursions.find(id, services.clock.epochMs());
    if (found === null) throw new CodedError("excursion.unknown", `There is no excursion "${id}".`);
    return found;
  };
  const findKnown = (id: string, knownAt: EpochMs): StandingExcursion => {
    const found = services.excursions.knownAt.find(id, knownAt);
    if (found !== null) return found;
    throw new CodedError("excursion.unknown", `No excursion "${id}" was known at ${formatInstant(knownAt)}.`);
  };
  return async (app) => {
    app.get(
      "/v1/excursions",
      {
        config: access("records.read"),
        schema: {
          summary: "Excursions, newest first",
          tags: ["excursions"],
          querystring: excursionQuerySchema,
          response: { 200: pageSchema(excursionSchema) },
        },
      },
      async (request) => {
        const { cursor, limit, knownAt, ...rest } = request.query;
        const filter = { ...rest, after: unpackCursor(position, cursor), limit: limit + 1 };
        const found =
          knownAt === undefined
            ? services.excursions.list(filter, services.clock.epochMs())
            : services.excursions.knownAt.list(filter, knownAt);
        return pageOf(found, limit, onWire, ({ id, figures }) => ({ start: figures.start, id }));
      },
    );
    app.get(
      "/v1/excursions/:id",
      {
        config: access("records.read"),
        schema: {
          summary: "One excursion",
          tags: ["excursions"],
          params,
          querystring: knownAtQuerySchema,
          response: { 200: excursionSchema },
        },
      },
      async (request) => {
        const { knownAt } = request.query;
        return onWire(
          knownAt === undefined ? find(request.params.id) : findKnown(request.params.id, knownAt),
        );
      },
    );
    app.get(
      "/v1/excursions/:id/revisions",
      {
        config: access("records.read"),
        schema: {
          summary: "What was known of an excursion, since when",
          tags: ["excursions"],
          params,
          response: { 200: pageSchema(revisionSchema) },
        },
      },
      async (request) => {
        find(request.params.id);
        const items = services.excursions.revisions(request.params.id).map((each) => ({
          revision: each.revision,
          knownAt: formatInstant(each.knownAt),
          change: each.change,
          reason: each.reason,
          status: each.status,
          ...figuresOnWire(each.figures),
        }));
        return { items, next: null };
      },
    );
    app.get(
      "/v1/excursions/:id/report.pdf",
      {
        config: access("records.read"),
        schema: {
          summary: "The excursion's report as PDF",
          tags: ["excursions"],
          params,
          produces: ["application/pdf"],
        },
      },
      async (request, reply) => {
        const view = await report.view(find(request.params.id).id);
        if (view === null)
          throw new CodedError("site.missing", "No site is applied yet; start the server with a site file.");
        const pdf = await report.render(view);
        return reply.type("application/pdf").send(Buffer.from(pdf));
      },
    );
  };
}

function onWire(excursion: StandingExcursion) {
  const { id, probe, appliance, status, revision, figures } = excursion;
  return { id, probe, appliance, status, revision, ...figuresOnWire(figures) };
}
