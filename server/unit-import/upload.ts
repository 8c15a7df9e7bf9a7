import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { uploadBytesMax } from "./import-desk.ts";

/** Most files that come in over HTTP at once. */
export const uploadsAtOnceMax = 2;

/** Longest name of a file that is kept, in characters. */
export const fileNameMax = 200;

/** Bytes of a form beside the file in it. */
const formBytes = 64 * 1024;

/** A file as it came in. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Lets the routes of a plugin take whole files as bytes: CSV, and forms that carry a file. */
export function acceptFiles(app: FastifyInstance): void {
  const options = { parseAs: "buffer", bodyLimit: uploadBytesMax + formBytes } as const;
  for (const type of ["text/csv", "multipart/form-data"])
    app.addContentTypeParser(type, options, (_request, body, done) => done(null, body));
}

/** Counts what is coming in, so that only so many files are in memory at once. */
export class UploadGate {
  readonly #inside = new Set<FastifyReply>();

  /** Lets a request bring its body; it counts until it is answered or broken off. Throws `units-import.busy`. */
  enter(reply: FastifyReply): void {
    if (this.#inside.size >= uploadsAtOnceMax)
      throw new CodedError("units-import.busy", "Other files are coming in. Try again in a minute.");
    this.#inside.add(reply);
    const leave = (): void => void this.#inside.delete(reply);
    reply.raw.once("finish", leave);
    reply.raw.once("close", leave);
  }
}

/** The file of a form: the one that was chosen, or else the lines that were pasted. Null where there is neither. Throws `request.invalid`. */
export async function uploadOf(request: FastifyRequest): Promise<Upload | null> {
  const fields = await fieldsOf(request);
  const file = fields.get("file");
  if (file instanceof File && file.size > 0)
    return { name: plainName(file.name), bytes: new Uint8Array(await file.arrayBuffer()) };
  const pasted = fields.get("pasted");
  if (typeof pasted === "string" && pasted.trim() !== "")
    return { name: "pasted lines", bytes: new TextEncoder().encode(pasted) };
  return null;
}

async function fieldsOf(request: FastifyRequest): Promise<FormData> {
  const { body } = request;
  if (!Buffer.isBuffer(body)) throw new CodedError("request.invalid", "Send a form with a file.");
  try {
    const type = request.headers["content-type"] ?? "";
    return await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  } catch (cause) {
    throw new CodedError("request.invalid", "The form could not be read. Send it again.", { cause });
  }
}

/** A file's name without its folders and without what is not printed. */
export function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  return last.replaceAll(/\p{C}/gu, "").trim().slice(0, fileNameMax) || "without a name";
}
