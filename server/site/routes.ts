import { figuresOnWire } from "@coldkeep/core/contract/excursions.ts";
import {
  figuresOrNull,
  siteBytesMax,
  siteChangeSchema,
  siteChangesListedMax,
  siteProposalSchema,
  siteQuerySchema,
} from "@coldkeep/core/contract/site.ts";
import type { Machine } from "@coldkeep/core/people/principal.ts";
import { touchesLimits } from "@coldkeep/core/site/limits-part.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { type SiteDifference, siteDifferences } from "@coldkeep/core/site/site-differences.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { principalOf, requestActor } from "../access/guard.ts";
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
          response: { 200: siteChangeSchema, 202: siteProposalSchema },
        },
      },
      async (request, reply) => {
        const actor = requestActor(request);
        const { dryRun } = request.query;
        const incoming = parseSite(request.body, "The site");
        const principal = principalOf(request);
        if (!dryRun && principal.kind === "machine" && principal.role === "api") {
          const proposed = proposeWhereLimits(services, principal, incoming);
          if (proposed !== null) return reply.code(202).send(proposed);
        }
        const change = dryRun ? services.rehearseSite(incoming, actor) : services.applySite(incoming, actor);
        return { dryRun, ...changeOnWire(change) };
      },
    );
  };
}

/** A named token's site waits for a second person where it touches limits; null where it touches none. */
function proposeWhereLimits(services: Services, { name, role }: Machine, incoming: Site) {
  const current = services.site()?.site ?? null;
  const merged = mergeSite(current, incoming, services.clock.epochMs());
  const differences = siteDifferences(current, merged);
  if (differences.length === 0 || !touchesLimits(current, merged)) return null;
  const by = { actor: name, name, role };
  const proposal = services.proposals.propose(by, incoming, "Sent by a program");
  return { proposal, site: incoming.site, ...differencesOnWire(differences) };
}

function differencesOnWire(differences: readonly SiteDifference[]) {
  return {
    differences: differences
      .slice(0, siteChangesListedMax)
      .map(({ path, from, to }) => ({ path, from: from ?? null, to: to ?? null })),
    differencesTotal: differences.length,
  };
}

function changeOnWire({ site, differences, excursions, units }: SiteChange) {
  return {
    site,
    ...differencesOnWire(differences),
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
