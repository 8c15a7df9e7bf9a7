import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import { acceptForms, formOf } from "../pages/form-body.ts";
import type { Channel } from "./channel.ts";
import { inboundKinds, isCalled, isPosted, type KeyPressed } from "./inbound.ts";
import { inboundBytesMax } from "./read-inbound.ts";

/** What the routes by which providers call us work with. */
export interface InboundRouteParts {
  readonly channels: readonly Channel[];
  /** Takes a key that somebody pressed. */
  readonly pressed: KeyPressed;
  /** Counts what was refused, by its code. */
  readonly refused: (code: string) => void;
}

/** `POST /v1/channels/:id/status`, `/replies` and `/keys`: what providers tell by themselves. Anybody may call; only what the provider signed is taken. */
export async function inboundRoutes(app: FastifyInstance, parts: InboundRouteParts): Promise<void> {
  const { channels, pressed } = parts;
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
        const search = searchOf(request);
        const said = await channel.hear({ kind, form: formOf(request), search, signature }, pressed);
        return reply.type("text/xml").send(said ?? "<Response/>");
      },
    );
  await app.register(postedRoutes, parts);
}

/** `POST` and `GET /v1/channels/:id/inbound`: what gateways tell in words that the settings explain. Anybody may call; only who knows the secret is listened to. */
async function postedRoutes(app: FastifyInstance, { channels, refused }: InboundRouteParts): Promise<void> {
  // The body as it came: it may be signed.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: inboundBytesMax }, (_request, body, done) =>
    done(null, String(body)),
  );
  app.route<{ Params: { id: string } }>({
    method: ["GET", "POST"],
    url: "/v1/channels/:id/inbound",
    exposeHeadRoute: false,
    config: { ...access("public"), ...limited("ordinary") },
    schema: { hide: true },
    handler: async (request, reply) => {
      const channel = channels.find(({ id }) => id === request.params.id);
      if (channel === undefined || !isPosted(channel))
        throw new CodedError("request.not-found", "No provider calls this channel.");
      const { method, headers, body } = request;
      const search = searchOf(request);
      const taken = await channel.take({
        search,
        headers,
        body: method === "GET" ? null : typeof body === "string" ? body : "",
      });
      for (let count = 0; count < taken.refused; count += 1) refused("channel.inbound-unreadable");
      return reply.type("text/plain; charset=utf-8").send(taken.answer);
    },
  });
}

function searchOf({ url }: FastifyRequest): string {
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark);
}
