import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { type Acting, actingFor } from "../access/acting.ts";
import { acceptForms, formOf } from "./form-body.ts";
import { noteCharactersMax } from "./limits.ts";

/** What the acknowledgement form needs from the pages. */
export interface AcknowledgeRoute {
  readonly acknowledge: (id: string, who: Acting, note: string) => boolean | Promise<boolean>;
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
    { config: access("alarms.handle") },
    async (request, reply) => {
      const form = formOf(request);
      const note = (form.get("note") ?? "").trim();
      if (note.length > noteCharactersMax) {
        const text = `Say what you do about it in at most ${noteCharactersMax} characters. Go back and try again.`;
        return route.failed(reply, 422, "Nothing was acknowledged", text);
      }
      if (!(await route.acknowledge(request.params.id, actingFor(request), note))) {
        return route.missing(reply, "There is no such alarm.");
      }
      route.done();
      return reply.redirect(backTo(request), 303);
    },
  );
}

function backTo(request: FastifyRequest): string {
  const referer = request.headers.referer;
  const url = referer === undefined ? null : URL.parse(referer);
  return url !== null && url.host === request.headers.host ? url.pathname + url.search : "/";
}
