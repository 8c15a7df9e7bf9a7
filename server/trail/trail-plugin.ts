import { Readable } from "node:stream";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { roleOf } from "@coldkeep/core/people/principal.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { principalOf } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import { acceptForms } from "../pages/form-body.ts";
import { hasErrors } from "../pages/forms.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { reviewNote } from "./review-page.ts";
import { reviewRoutes } from "./review-routes.ts";
import { reviewStanding } from "./trail-reviews.ts";
import { exportCsv, exportJsonLines } from "./trail-export.ts";
import { trailBody } from "./trail-page.ts";
import { programFilter, readTrailQuery, trailFilter } from "./trail-query.ts";
import type { TrailReads } from "./trail-reads.ts";

/** What the pages of the trail need. */
export interface TrailPages {
  readonly services: Services;
  readonly answers: PageAnswers;
  readonly reads: TrailReads;
  /** How often the trail is to be reviewed. */
  readonly reviewEveryMs: DurationMs;
}

/** Entries of one page. */
const pageEntries = 50;

/** The pages of the audit trail and its exports. */
export async function trailPlugin(app: FastifyInstance, parts: TrailPages): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(parts.answers.thrown);
  acceptForms(app);
  reviewRoutes(app, parts);
  app.get("/trail", { config: access("trail.read") }, (request, reply) => showTrail(parts, request, reply));
  app.get("/trail.csv", { exposeHeadRoute: false, config: access("trail.read") }, (request, reply) => {
    const filter = exportFilter(parts, request);
    return download(reply, "csv", "text/csv; charset=utf-8; header=present", exportCsv(parts.reads, filter));
  });
  app.get("/trail.jsonl", { exposeHeadRoute: false, config: access("trail.read") }, (request, reply) => {
    const filter = exportFilter(parts, request);
    const { site, at } = parts.answers.here();
    const lines = exportJsonLines(parts.reads, filter, { site: site.id, at });
    return download(reply, "jsonl", "application/jsonl", lines);
  });
}

function showTrail(parts: TrailPages, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { reads, answers } = parts;
  const here = answers.here();
  const { timeZone } = here.site;
  const query = readTrailQuery(request.query);
  const { filter, errors } = trailFilter(query, timeZone);
  const before = beforeOf(request.query);
  const found = hasErrors(errors)
    ? { entries: [], before: null, isCut: false }
    : reads.search(filter, before, pageEntries);
  const body = trailBody({
    timeZone,
    role: roleOf(principalOf(request)),
    query,
    errors,
    actors: reads.actors(),
    found,
    isLater: before !== null,
    reviewNote: reviewNote(reviewStanding(parts.services.database, parts.reviewEveryMs, here.at), timeZone),
  });
  return answers.send(reply, { ...here, title: "Audit trail", section: "trail", path: null, body });
}

/** Where a later page begins; a number that no page gave out finds nothing worse than other entries. */
function beforeOf(query: unknown): number | null {
  const given = Number((query as { readonly before?: unknown }).before ?? Number.NaN);
  return Number.isSafeInteger(given) && given > 0 ? given : null;
}

function exportFilter({ answers }: TrailPages, request: FastifyRequest) {
  const query = readTrailQuery(request.query);
  const { filter, errors } = trailFilter(query, answers.here().site.timeZone);
  return hasErrors(errors) ? programFilter(query) : filter;
}

/** Answers with lines as they come. The first is read before anything is sent: records that cannot be read are refused, and no download begins. */
async function download(
  reply: FastifyReply,
  ending: string,
  type: string,
  lines: AsyncGenerator<string>,
): Promise<FastifyReply> {
  const first = await lines.next();
  return reply
    .header("cache-control", "no-store")
    .header("content-disposition", `attachment; filename="audit-trail.${ending}"`)
    .type(type)
    .send(Readable.from(follow(first, lines)));
}

async function* follow(first: IteratorResult<string>, lines: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done === true) return;
  yield first.value;
  yield* lines;
}
