import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import type { Services } from "../http/services.ts";
import type { AssetUrls } from "../pages/assets.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import { promiseCharactersMax } from "../pages/limits.ts";
import type { KeptDelivery } from "../summons/delivery-book.ts";
import { alarmsCalledAbout, answerCall } from "./answer-call.ts";
import type { AnswerKey } from "./answer-key.ts";
import { answerDocument, answerMinutes, invalidDocument, timeOfDay } from "./answer-page.ts";
import { answerableMs } from "./reply.ts";

/** What the page for answering needs. */
export interface AnswerPluginParts {
  readonly services: Services;
  readonly key: AnswerKey;
  readonly assets: AssetUrls;
}

interface Asked {
  readonly Params: { readonly token: string };
}

/** `/a/{token}`: the page to which the link in a message leads. Opening it changes nothing, because mail filters open links too; its form answers. */
export async function answerPlugin(
  app: FastifyInstance,
  { services, key, assets }: AnswerPluginParts,
): Promise<void> {
  acceptForms(app);
  const config = { ...access("public"), ...limited("ordinary") };

  const deliveryOf = (token: string): KeptDelivery | null => {
    const number = key.numberOf(token);
    const delivery = number === null ? null : services.deliveries.numbered(number);
    if (delivery === null || delivery.summons === null) return null;
    return services.clock.epochMs() - delivery.state.owedAt > answerableMs ? null : delivery;
  };

  const show = (
    request: FastifyRequest<Asked>,
    reply: FastifyReply,
    delivery: KeptDelivery,
    { takenUntil = null, isMissing = false }: { takenUntil?: string | null; isMissing?: boolean } = {},
  ): FastifyReply => {
    const contact = services.site()?.site.contacts.find(({ id }) => id === delivery.contact);
    const document = answerDocument({
      language: delivery.language,
      name: contact?.name ?? delivery.contact,
      alarms: alarmsCalledAbout(services, delivery),
      path: `/a/${request.params.token}`,
      takenUntil,
      isMissing,
      isDrill: delivery.drill !== null,
      assets,
    });
    return send(reply, isMissing ? 422 : 200, document);
  };

  const refuse = (reply: FastifyReply): FastifyReply => {
    services.metrics.refused("answer.link-invalid");
    return send(reply, 410, invalidDocument(services.site()?.site.language ?? "en", assets));
  };

  app.get<Asked>("/a/:token", { config }, async (request, reply) => {
    const delivery = deliveryOf(request.params.token);
    return delivery === null ? refuse(reply) : show(request, reply, delivery);
  });

  app.post<Asked>("/a/:token", { config }, async (request, reply) => {
    const delivery = deliveryOf(request.params.token);
    if (delivery === null) return refuse(reply);
    const what = fieldOf(request, "what");
    const minutes = Number(fieldOf(request, "minutes"));
    if (what === "" || what.length > promiseCharactersMax || !answerMinutes.includes(minutes))
      return show(request, reply, delivery, { isMissing: true });
    const until = services.clock.epochMs() + minutes * minuteMs;
    const answer = { delivery: delivery.id, by: "link", what, until } as const;
    const taken = answerCall(services, `contact:${delivery.contact}`, answer);
    const timeZone = services.site()?.site.timeZone ?? "UTC";
    return show(request, reply, delivery, { takenUntil: taken === 0 ? null : timeOfDay(until, timeZone) });
  });
}

function send(reply: FastifyReply, status: number, document: string): FastifyReply {
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(document);
}
