import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { actorOf } from "@coldkeep/core/people/principal.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import { acceptForms } from "../pages/form-body.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { applianceName } from "../unit-pages/unit-words.ts";
import { turn } from "./file-reading.ts";
import { handInBody, importBody } from "./import-bodies.ts";
import type { FileImport, ImportDesk } from "./import-desk.ts";
import { refusalReport } from "./refusal-report.ts";
import { acceptFiles, type UploadGate, uploadOf } from "./upload.ts";

/** What the pages on which files are imported need. */
export interface ImportPages {
  readonly services: Services;
  readonly answers: PageAnswers;
  readonly desk: ImportDesk;
  readonly gate: UploadGate;
}

interface Place {
  readonly Params: { readonly id: string };
}

const gone =
  "There is no such import any more: it was taken back, or it waited too long. Send the file again.";

/** `/units/import`: a person hands in a file, sees what it would do, and takes it. */
export async function importPagesPlugin(app: FastifyInstance, parts: ImportPages): Promise<void> {
  const { answers, desk, gate } = parts;
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  acceptFiles(app);
  acceptForms(app);
  const feeding = { config: access("units.feed") };
  const looking = { ...feeding, exposeHeadRoute: false };
  app.get("/units/import", looking, (_request, reply) => showForm(parts, reply, noErrors));
  app.post(
    "/units/import",
    { ...feeding, onRequest: async (_request: FastifyRequest, reply: FastifyReply) => gate.enter(reply) },
    async (request, reply) => {
      const upload = await uploadOf(request);
      if (upload === null) return showForm(parts, reply, { file: "Choose a file, or paste its lines." });
      const { id } = await desk.hand(ownerOf(request), upload.name, upload.bytes);
      return seeOther(reply, id);
    },
  );
  app.get<Place>("/units/import/:id", looking, (request, reply) => {
    const file = desk.find(ownerOf(request), request.params.id);
    return file === null ? answers.missing(reply, gone) : show(parts, reply, file, noErrors);
  });
  app.post<Place>("/units/import/:id/take", feeding, async (request, reply) => {
    const [owner, id] = [ownerOf(request), request.params.id];
    const taking = desk.take(owner, id);
    taking.catch(() => undefined);
    try {
      // What is refused is refused at once; the work itself goes on behind the page that shows how far it is.
      await Promise.race([taking, turn()]);
    } catch (error) {
      const file = desk.find(owner, id);
      if (!(error instanceof CodedError) || file === null) throw error;
      return show(parts, reply, file, { "": error.message });
    }
    return seeOther(reply, id);
  });
  app.post<Place>("/units/import/:id/drop", feeding, async (request, reply) => {
    desk.drop(ownerOf(request), request.params.id);
    return reply.header("cache-control", "no-store").redirect("/units/import", 303);
  });
  app.get<Place>("/units/import/:id/report.csv", looking, (request, reply) => {
    const file = desk.find(ownerOf(request), request.params.id);
    if (file === null) return answers.missing(reply, gone);
    const { preview } = file.checked;
    const refusals =
      file.taken?.refusals ??
      preview.refusals.map(({ line, column, code, why }) => ({ line, column: column ?? "", code, why }));
    const name = `${file.name.replaceAll(/[^\w.-]/g, "_")}.report.csv`;
    return reply
      .header("cache-control", "no-store")
      .header("content-disposition", `attachment; filename="${name}"`)
      .type("text/csv; charset=utf-8")
      .send(refusalReport(refusals, file.taken?.refused ?? preview.refused));
  });
}

const ownerOf = (request: FastifyRequest): string => actorOf(personOf(request));

function seeOther(reply: FastifyReply, id: string): FastifyReply {
  return reply.header("cache-control", "no-store").redirect(`/units/import/${id}`, 303);
}

function showForm({ answers }: ImportPages, reply: FastifyReply, errors: FormErrors): FastifyReply {
  const body = handInBody(errors);
  const status = errors === noErrors ? 200 : 422;
  return answers.send(
    reply,
    { ...answers.here(), title: "Import units", section: "units", path: null, body },
    status,
  );
}

function show(
  { answers, services }: ImportPages,
  reply: FastifyReply,
  file: FileImport,
  errors: FormErrors,
): FastifyReply {
  const here = answers.here();
  const body = importBody(file, here.site.timeZone, (id) => applianceName(services, id), errors);
  const path = file.state === "taking" ? `/units/import/${file.id}` : null;
  const status = errors === noErrors ? 200 : 409;
  return answers.send(
    reply,
    { ...here, title: file.name, section: "units", path, renewSeconds: 1, body },
    status,
  );
}
