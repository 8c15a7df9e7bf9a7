import { figuresOnWire } from "@coldkeep/core/contract/excursions.ts";
import {
  figuresOrNull,
  siteBytesMax,
  siteChangeSchema,
  siteChangesListedMax,
  siteQuerySchema,
} from "@coldkeep/core/contract/site.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { requestActor } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import type { SiteChange } from "./apply-site.ts";
import { parseSite } from "./read-site-file.ts";

const mediaTypes = ["application/json", "application/yaml", "text/yaml"];

/** `POST /v1/site`: the site file as YAML or JSON, applied where it differs, or with `dryRun=true` only compared. */
export function siteRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      mediaTypes,
      { parseAs: "string", bodyLimit: siteBytesMax },
      (_request, body, done) => {
        done(null, body);
      },
    );
    app.post(
      "/v1/site",
      {
        config: access("site.apply"),
        schema: {
          summary: "Applies a site file where it differs; says which excursions and units that changes",
          tags: ["site"],
          consumes: mediaTypes,
          querystring: siteQuerySchema,
          body: z.string().describe("The site file (docs/site-file.md)"),
          response: { 200: siteChangeSchema },
        },
      },
      async (request) => {
        const actor = requestActor(request);
        const { dryRun } = request.query;
        const incoming = parseSite(request.body, "The site");
        const change = dryRun ? services.rehearseSite(incoming, actor) : services.applySite(incoming, actor);
        return { dryRun, ...changeOnWire(change) };
      },
    );
  };
}

function changeOnWire({ site, differences, excursions, units }: SiteChange) {
  return {
    site,
    differences: differences
      .slice(0, siteChangesListedMax)
      .map(({ path, from, to }) => ({ path, from: from ?? null, to: to ?? null })),
    differencesTotal: differences.length,
    revisions: excursions.slice(0, siteChangesListedMax).map(({ id, before, after, ...rest }) => ({
      excursion: id,
      ...rest,
      before: figuresOrNull(before),
      after: figuresOnWire(after),
    })),
    revisionsTotal: excursions.length,
    units,
  };
}
