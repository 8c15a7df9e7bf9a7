import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyInstance } from "fastify";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import { acceptForms, formOf } from "../pages/form-body.ts";
import type { Channel } from "./channel.ts";
import { type KeyPressed, inboundKinds, isCalled } from "./inbound.ts";

/** `POST /v1/channels/:id/status`, `/replies` and `/keys`: what providers tell by themselves. Anybody may call; only what the provider signed is taken. */
export async function inboundRoutes(
  app: FastifyInstance,
  { channels, pressed }: { readonly channels: readonly Channel[]; readonly pressed: KeyPressed },
): Promise<void> {
  acceptForms(app);
  for (const kind of inboundKinds)
    app.post<{ Params: { id: string } }>(
      `/v1/channels/:id/${kind}`,
      { config: { ...access("public"), ...limited("ordinary") }, schema: { hide: true } },
      async (request, reply) => {
        const channel = channels.find(({ id }) => id === request.params.id);
        if (channel === undefined || !isCalled(channel))
          throw new CodedError("request.not-found", "No provider calls this channel.");
        const header = request.headers["x-twilio-signature"];
        const signature = typeof header === "string" ? header : null;
        const mark = request.url.indexOf("?");
        const search = mark < 0 ? "" : request.url.slice(mark);
        const said = await channel.hear({ kind, form: formOf(request), search, signature }, pressed);
        return reply.type("text/xml").send(said ?? "<Response/>");
      },
    );
}
