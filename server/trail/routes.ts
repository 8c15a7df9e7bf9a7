import { pageQuery, pageSchema } from "@coldkeep/core/contract/instants.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { packCursor, unpackCursor } from "../http/cursors.ts";
import type { TrailEntry, TrailReads } from "./trail-reads.ts";
import { programFilter, trailQuery } from "./trail-query.ts";

const position = z.object({ before: z.int() });

const entrySchema = z.object({
  seq: z.int(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.unknown(),
  journalSeq: z.int(),
  previous: z.string(),
  hash: z.string(),
});

/** `GET /v1/audit`: the audit trail, newest first. A page of a search for a text may be short, or empty, and yet have a next one. */
export function auditRoutes(reads: TrailReads): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/audit",
      {
        config: access("trail.read"),
        schema: {
          summary: "Entries of the audit trail, newest first",
          tags: ["records"],
          querystring: z.object({ ...trailQuery, ...pageQuery }),
          response: { 200: pageSchema(entrySchema) },
        },
      },
      async (request) => {
        const { cursor, limit, ...query } = request.query;
        const from = unpackCursor(position, cursor)?.before ?? null;
        const { entries, before } = reads.search(programFilter(query), from, limit);
        return { items: entries.map(onWire), next: before === null ? null : packCursor({ before }) };
      },
    );
  };
}

function onWire({ at, detail, ...entry }: TrailEntry) {
  return { ...entry, at: formatInstant(at), detail: JSON.parse(detail) as unknown };
}
