import { rotaGaps } from "@coldkeep/core/duty/reachability.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { dutySpans } from "@coldkeep/core/duty/rota.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { instantQuerySchema, instantTextSchema } from "@coldkeep/core/contract/instants.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import { personOf, principalOf } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import type { Values } from "../master-data/draft-file.ts";
import { reasonOf } from "../master-data/edit-routes.ts";
import { editBy, FormMistakes, masterFormBody } from "../master-data/master-form.ts";
import { personActor } from "../master-data/parts.ts";
import { acceptForms, formOf } from "../pages/form-body.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { returnedAddresses, returnShownMs } from "../summons/returned-addresses.ts";
import { pagesAheadMs, plainHoles, siteHoles } from "./duty-alarm.ts";
import { calendarBody, monthFrom } from "./calendar-page.ts";
import { dutyPageBody } from "./duty-page.ts";
import { nameOf } from "./duty-words.ts";
import { overrideForm, takersFor } from "./override-form.ts";
import { planPageBody } from "./plan-page.ts";

/** What the pages about duty need. */
export interface DutyPages {
  readonly services: Services;
  readonly answers: PageAnswers;
  /** The channels that work at the moment. */
  readonly channels: () => readonly ChannelFact[];
}

interface RotaPlace {
  readonly Params: { readonly rota: string };
  readonly Querystring: { readonly from?: string; readonly to?: string };
}

const personSchema = z.object({ id: z.string(), name: z.string() });
const dutySchema = z.object({
  at: instantTextSchema,
  rotas: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      people: z.array(personSchema),
      /** When that changes next; null where it does not within 14 days. */
      until: instantTextSchema.nullable(),
    }),
  ),
});

function siteOf({ site }: Pick<Services, "site">): Site {
  const book = site();
  if (book === null) throw new CodedError("site.missing", "No site is in force yet.");
  return book.site;
}

/** `GET /v1/on-duty`: who is on duty in each rota, now or at another instant. */
export function dutyRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/on-duty",
      {
        config: access("records.read"),
        schema: {
          summary: "Who is on duty in each rota, now or at `at`, and until when",
          tags: ["duty"],
          querystring: z.object({ at: instantQuerySchema.optional() }),
          response: { 200: dutySchema },
        },
      },
      async (request) => {
        const site = siteOf(services);
        const at = request.query.at ?? services.clock.epochMs();
        return {
          at: formatInstant(at),
          rotas: (site.rotas ?? []).map((rota) => {
            const [now] = dutySpans(rota, site, at, at + pagesAheadMs);
            const isOpen = now === undefined || now.to === at + pagesAheadMs;
            return {
              id: rota.id,
              name: rota.name,
              people: (now?.people ?? []).map((id) => ({ id, name: nameOf(site, id) })),
              until: isOpen ? null : formatInstant(now.to),
            };
          }),
        };
      },
    );
  };
}

/** `/on-duty`: who is on duty, and the gaps ahead; `/on-duty/calendar`: a month of it; `/on-duty/plan`: what that follows from; `/on-duty/:rota/override`: somebody takes a duty on. */
export async function dutyPlugin(
  app: FastifyInstance,
  { services, answers, channels }: DutyPages,
): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  acceptForms(app);

  app.get("/on-duty", { config: access("records.read") }, (request, reply) => {
    const site = siteOf(services);
    const here = answers.here();
    const principal = principalOf(request);
    const isPerson = principal.kind === "person";
    const isTaker =
      isPerson && isAllowed(principal.role, "alarms.handle") && takersFor(site, principal).length > 0;
    const mayAll = isPerson && isAllowed(principal.role, "site.draft");
    const body = dutyPageBody({
      site,
      at: here.at,
      channels: channels(),
      returned: returnedAddresses(services.database, here.at - returnShownMs),
      holes: plainHoles(siteHoles(site, channels(), here.at, pagesAheadMs)),
      gaps: rotaGaps(site, here.at, here.at + pagesAheadMs),
      mayChange: mayAll ? "all" : isTaker ? "own" : "none",
    });
    return answers.send(reply, { ...here, title: "Who is on duty", section: "duty", path: null, body });
  });

  app.get<{ Querystring: { month?: string } }>(
    "/on-duty/calendar",
    { config: access("records.read") },
    (request, reply) => {
      const site = siteOf(services);
      const here = answers.here();
      const month = monthFrom(request.query.month ?? "", site.timeZone, here.at);
      const body = calendarBody(site, month, here.at);
      return answers.send(reply, { ...here, title: "Calendar of duties", section: "duty", path: null, body });
    },
  );

  app.get("/on-duty/plan", { config: access("records.read") }, (request, reply) => {
    const here = answers.here();
    const principal = principalOf(request);
    const body = planPageBody({
      site: siteOf(services),
      at: here.at,
      channels: channels(),
      canDraft: principal.kind === "person" && isAllowed(principal.role, "site.draft"),
      own: principal.kind === "person" ? services.proposals.openBy(personActor(principal).actor) : null,
    });
    return answers.send(reply, { ...here, title: "Plan of duties", section: "duty", path: null, body });
  });

  const formOfRota = (request: FastifyRequest<RotaPlace>) => {
    const site = siteOf(services);
    const rota = site.rotas?.find(({ id }) => id === request.params.rota);
    if (rota === undefined) return null;
    const { from = "", to = "" } = request.query;
    return {
      site,
      form: overrideForm(site, rota, personOf(request), { from, to }, services.clock.epochMs()),
    };
  };

  const show = (
    request: FastifyRequest<RotaPlace>,
    reply: FastifyReply,
    given: Values | null,
    errors: FormErrors,
  ): FastifyReply => {
    const found = formOfRota(request);
    if (found === null) return answers.missing(reply, "There is no such rota.");
    const body = masterFormBody(found.form, request.url, given ?? found.form.values, errors, "");
    const page = { ...answers.here(), title: found.form.title, section: "duty" as const, path: null, body };
    return answers.send(reply, page, given === null ? 200 : 422);
  };

  app.get<RotaPlace>("/on-duty/:rota/override", { config: access("alarms.handle") }, (request, reply) =>
    show(request, reply, null, noErrors),
  );
  app.post<RotaPlace>("/on-duty/:rota/override", { config: access("alarms.handle") }, (request, reply) => {
    const found = formOfRota(request);
    if (found === null) return answers.missing(reply, "There is no such rota.");
    const values = Object.fromEntries([...formOf(request)].map(([name, value]) => [name, value.trim()]));
    try {
      const reason = reasonOf(values);
      services.proposals.take(personActor(personOf(request)), editBy(found.form, values, found.site), reason);
      return reply.redirect("/on-duty", 303);
    } catch (error) {
      if (error instanceof FormMistakes) return show(request, reply, values, error.errors);
      throw error;
    }
  });
}
