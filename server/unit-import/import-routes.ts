import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { previewRefusalsMax } from "@coldkeep/core/unit-feed/preview.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { requestActor } from "../access/guard.ts";
import type { FileImport, ImportDesk } from "./import-desk.ts";
import { acceptFiles, fileNameMax, plainName, type UploadGate } from "./upload.ts";

const counts = z.object({ taken: z.int(), known: z.int() });

/** What a file came to, or would. */
const importAnswerSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  /** False: nothing was taken, by `dryRun`. */
  isTaken: z.boolean(),
  /** Lines that were taken, or would be. */
  lines: z.int(),
  /** Null where nothing was taken. */
  units: counts.nullable(),
  movements: counts.nullable(),
  /** Movements whose unit is on hold after them. */
  held: z.int(),
  refused: z.int(),
  /** The first refused lines. */
  refusals: z.array(
    z.object({ line: z.int(), column: z.string().nullable(), code: z.string(), why: z.string() }),
  ),
});

const querySchema = z.object({
  dryRun: z.stringbool().default(false),
  name: z.string().max(fileNameMax).default("import.csv"),
});

/** `POST /v1/units/import`: a CSV file of units and movements as the body. */
export function importRoutes(desk: ImportDesk, gate: UploadGate): FastifyPluginAsyncZod {
  return async (app) => {
    acceptFiles(app);
    app.post(
      "/v1/units/import",
      {
        config: access("units.feed"),
        onRequest: async (_request, reply) => gate.enter(reply),
        schema: {
          summary:
            "Takes a CSV file of units and movements (docs/units.md), or says what it would do; the same again changes nothing",
          tags: ["units"],
          consumes: ["text/csv"],
          querystring: querySchema,
          response: { 200: importAnswerSchema },
        },
      },
      async (request) => {
        const owner = requestActor(request);
        const { dryRun, name } = request.query;
        if (!Buffer.isBuffer(request.body))
          throw new CodedError(
            "request.media-type",
            "Send the file as the body, with content-type: text/csv.",
          );
        const handed = await desk.hand(owner, plainName(name), request.body);
        const { fileRefusal } = handed.checked.preview;
        if (fileRefusal !== null) {
          desk.drop(owner, handed.id);
          throw new CodedError(
            "units-import.unreadable",
            `Line ${fileRefusal.line}: ${fileRefusal.why} [${fileRefusal.code}]`,
          );
        }
        try {
          return answerOf(dryRun ? handed : await desk.take(owner, handed.id));
        } finally {
          desk.drop(owner, handed.id);
        }
      },
    );
  };
}

function answerOf({ name, checked, taken }: FileImport): z.input<typeof importAnswerSchema> {
  const { preview, sha256 } = checked;
  if (taken === null)
    return {
      name,
      sha256,
      isTaken: false,
      lines: preview.lines,
      units: null,
      movements: null,
      held: 0,
      refused: preview.refused,
      refusals: preview.refusals.map(({ line, column, code, why }) => ({ line, column, code, why })),
    };
  const { lines, units, movements, held, refused, refusals } = taken;
  const listed = refusals
    .slice(0, previewRefusalsMax)
    .map(({ line, column, code, why }) => ({ line, column: column || null, code, why }));
  return { name, sha256, isTaken: true, lines, units, movements, held, refused, refusals: listed };
}
