import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { type Acting, actingFor } from "../access/acting.ts";
import { acceptForms, formOf } from "./form-body.ts";
import { promiseMinutesMax } from "@coldkeep/core/contract/alarms.ts";
import { promiseCharactersMax } from "./limits.ts";

/** What whoever takes an alarm on says: what they will do, and within how many minutes. */
export interface PromiseGiven {
  readonly what: string;
  readonly minutes: number;
}

/** What the acknowledgement form needs from the pages. */
export interface AcknowledgeRoute {
  readonly acknowledge: (id: string, who: Acting, promise: PromiseGiven) => boolean | Promise<boolean>;
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
      const what = (form.get("note") ?? "").trim();
      const minutes = Number(form.get("minutes") ?? "");
      const isTime = Number.isInteger(minutes) && minutes >= 1 && minutes <= promiseMinutesMax;
      if (what === "" || what.length > promiseCharactersMax || !isTime) {
        const text = `Say what you will do about it in at most ${promiseCharactersMax} characters, and within how many minutes (1 to ${promiseMinutesMax}). Go back and try again.`;
        return route.failed(reply, 422, "Nothing was acknowledged", text);
      }
      if (!(await route.acknowledge(request.params.id, actingFor(request), { what, minutes }))) {
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
