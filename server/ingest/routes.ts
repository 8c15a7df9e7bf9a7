import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { batchAnswerSchema, batchBytesMax, batchSchema } from "@coldkeep/core/contract/batch.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import { demandGateway } from "../access/gateway.ts";
import { principalOf, requestActor } from "../access/guard.ts";
import type { Services } from "../http/services.ts";

const unpackers: Readonly<Record<string, (body: Uint8Array) => Promise<Uint8Array>>> = {
  identity: (body) => Promise.resolve(body),
  gzip: (body) => promisify(gunzip)(body, { maxOutputLength: batchBytesMax }),
  zstd: (body) => promisify(zstdDecompress)(body, { maxOutputLength: batchBytesMax }),
};

/** `POST /v1/batches`. The body is taken as bytes, because the journal keeps it as it came. */
export function ingestRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      "application/json",
      { parseAs: "buffer", bodyLimit: batchBytesMax },
      (_request, body, done) => {
        done(null, body);
      },
    );
    app.post(
      "/v1/batches",
      {
        config: { ...access("batches.send"), ...limited("free") },
        schema: {
          summary: "Takes a gateway's batch of readings; answers only after the commit",
          tags: ["gateway"],
          body: batchSchema,
          response: { 200: batchAnswerSchema },
        },
        validatorCompiler: () => (value) => ({ value }),
      },
      async (request) => {
        const actor = requestActor(request);
        const encoding = request.headers["content-encoding"] ?? "identity";
        const body = request.body as unknown as Buffer;
        const bytes = await unpack(encoding, body);
        return services.takeBatch({
          encoding,
          body,
          text: readText(bytes),
          source: actor,
          demandGateway: (gateway) => demandGateway(principalOf(request), gateway),
        });
      },
    );
  };
}

async function unpack(encoding: string, body: Uint8Array): Promise<Uint8Array> {
  const unpacker = unpackers[encoding];
  if (unpacker === undefined) {
    throw new CodedError(
      "batch.encoding-invalid",
      `Content-Encoding "${encoding}" is not known; send gzip, zstd or none.`,
    );
  }
  try {
    return await unpacker(body);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
      throw new CodedError(
        "batch.too-large",
        `The batch unpacks to more than ${batchBytesMax} bytes; send fewer readings.`,
        {
          cause,
        },
      );
    }
    throw new CodedError(
      "batch.encoding-invalid",
      `The body is not ${encoding} as its Content-Encoding says.`,
      { cause },
    );
  }
}

function readText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CodedError(
      "batch.not-json",
      "The body is not UTF-8 text. Send one batch object as application/json.",
      { cause },
    );
  }
}
