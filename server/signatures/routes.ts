import { pageQuery, pageSchema } from "@coldkeep/core/contract/instants.ts";
import { personRoles } from "@coldkeep/core/people/roles.ts";
import { type Signature, signatureMeanings } from "@coldkeep/core/signatures/signature.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { pageOf, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import { numberOf } from "./signatures.ts";

const position = z.object({ number: z.int() });

const signatureSchema = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  role: z.enum(personRoles),
  method: z.enum(["password", "password+totp", "oidc"]),
  at: z.string(),
  meaning: z.enum(signatureMeanings),
  reason: z.string(),
  subjectKind: z.string(),
  subject: z.string(),
  contentHash: z.string(),
});

/** `GET /v1/signatures`: the signatures of a record, newest first. */
export function signatureRoutes({ signatures }: Pick<Services, "signatures">): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/signatures",
      {
        config: access("records.read"),
        schema: {
          summary: "Electronic signatures, newest first",
          tags: ["signatures"],
          querystring: z.object({
            subject: z.string().max(500).optional(),
            subjectKind: z.string().max(100).optional(),
            ...pageQuery,
          }),
          response: { 200: pageSchema(signatureSchema) },
        },
      },
      async (request) => {
        const { subject, subjectKind, limit, cursor } = request.query;
        const after = unpackCursor(position, cursor)?.number;
        const found = signatures.list({ subject, subjectKind, after, limit: limit + 1 });
        return pageOf(found, limit, onWire, (each) => ({ number: numberOf(each) }));
      },
    );
  };
}

function onWire({ journalSeq: _journalSeq, at, ...signature }: Signature) {
  return { ...signature, at: formatInstant(at) };
}
