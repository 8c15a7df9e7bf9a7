import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { acceptForms, formOf } from "./form-body.ts";
import { nameCharactersMax, noteCharactersMax } from "./limits.ts";

/** What the acknowledgement form needs from the pages. */
export interface AcknowledgeRoute {
  readonly acknowledge: (id: string, by: string, note: string) => boolean | Promise<boolean>;
  readonly missing: (reply: FastifyReply, what: string) => FastifyReply;
  readonly failed: (reply: FastifyReply, status: number, title: string, text: string) => FastifyReply;
  /** Called once an acknowledgement was taken. */
  readonly done: () => void;
}

/** Takes acknowledgements from the pages' form and sends the browser back to where it came from. */
export function registerAcknowledge(app: FastifyInstance, route: AcknowledgeRoute): void {
  acceptForms(app);
  app.post<{ Params: { id: string } }>(
    "/alarms/:id/acknowledge",
    { config: access("public") },
    async (request, reply) => {
      if (!fromOwnPage(request)) {
        return route.failed(
          reply,
          403,
          "Refused",
          "Acknowledgements are taken from this server's own pages only.",
        );
      }
      const form = formOf(request);
      const by = (form.get("by") ?? "").trim();
      const note = (form.get("note") ?? "").trim();
      if (by === "" || by.length > nameCharactersMax || note.length > noteCharactersMax) {
        const text = `Say who you are, in at most ${nameCharactersMax} characters, and what you do about it in at most ${noteCharactersMax}. Go back and try again.`;
        return route.failed(reply, 422, "Nothing was acknowledged", text);
      }
      if (!(await route.acknowledge(request.params.id, by, note))) {
        return route.missing(reply, "There is no such alarm.");
      }
      route.done();
      return reply.redirect(backTo(request), 303);
    },
  );
}

/** Browsers say where a request comes from; another site's page must not acknowledge in a person's name. */
function fromOwnPage(request: FastifyRequest): boolean {
  const from = request.headers["sec-fetch-site"];
  return from === undefined || from === "same-origin" || from === "none";
}

function backTo(request: FastifyRequest): string {
  const referer = request.headers.referer;
  const url = referer === undefined ? null : URL.parse(referer);
  return url !== null && url.host === request.headers.host ? url.pathname + url.search : "/";
}
