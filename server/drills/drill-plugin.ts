import { roleOf } from "@coldkeep/core/people/principal.ts";
import { isAllowed, type Permission } from "@coldkeep/core/people/roles.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { promiseMinutesMax } from "@coldkeep/core/contract/alarms.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { personOf, principalOf, requestActor } from "../access/guard.ts";
import { limited } from "../access/rate.ts";
import { signingAnew } from "../oidc/signing.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import { promiseCharactersMax } from "../pages/limits.ts";
import { applianceName, contactName, type DrillPages } from "./drill-pages.ts";
import { registerPlanning } from "./drill-planning.ts";
import { refusalErrors } from "../signatures/refusal-errors.ts";
import { needsCode, proofOf } from "../signatures/signing-fields.ts";
import { answerDrill, cancelPlanned } from "./drill-acts.ts";
import { drillDueAfterMs, drillListBody, type UntestedAppliance } from "./drill-list-page.ts";
import { drillBody } from "./drill-page.ts";
import { drillRecord } from "./drill-record.ts";
import { reviewAct, reviewedRecord, signDrill } from "./drill-review.ts";
import { drillReviewBody } from "./drill-review-page.ts";

interface Named {
  readonly Params: { readonly id: string };
}

/** Drills on one page. */
const pageDrills = 50;

/** `/drills`: the drills, `/drills/new`: the form that plans one, `/drills/:id`: its record, `/drills/:id/review`: its review. */
export async function drillPlugin(app: FastifyInstance, parts: DrillPages): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  const { services, answers } = parts;
  app.setErrorHandler(answers.thrown);
  acceptForms(app);
  const reading = { config: access("records.read") };
  const planning = { exposeHeadRoute: false, config: access("drills.plan") };

  app.get<{ Querystring: { before?: string } }>("/drills", reading, (request, reply) =>
    showList(parts, request, reply),
  );
  registerPlanning(app, parts);
  app.get<Named>("/drills/:id", reading, (request, reply) => showDrill(parts, request, reply, noErrors));
  app.post<Named>("/drills/:id/answer", { config: access("alarms.handle") }, (request, reply) => {
    const what = fieldOf(request, "what");
    const minutes = Number(fieldOf(request, "minutes"));
    const isTime = Number.isInteger(minutes) && minutes >= 1 && minutes <= promiseMinutesMax;
    if (what === "" || what.length > promiseCharactersMax || !isTime)
      return showDrill(parts, request, reply, {
        what: `Say what you would do, in at most ${promiseCharactersMax} characters.`,
      });
    const promise = { what, until: services.clock.epochMs() + minutes * minuteMs };
    answerDrill(services, requestActor(request), request.params.id, actingFor(request), promise);
    return reply.redirect(`/drills/${request.params.id}`, 303);
  });
  app.post<Named>("/drills/:id/cancel", planning, (request, reply) => {
    const reason = fieldOf(request, "reason");
    if (reason === "" || reason.length > 500)
      return showDrill(parts, request, reply, { reason: "Say why, in at most 500 characters." });
    cancelPlanned(services, requestActor(request), request.params.id, actingFor(request), reason);
    return reply.redirect(`/drills/${request.params.id}`, 303);
  });
  const reviewing = { exposeHeadRoute: false, config: access("drills.review") };
  app.get<Named>("/drills/:id/review", reviewing, (request, reply) =>
    showReview(parts, request, reply, noErrors),
  );
  app.post<Named>(
    "/drills/:id/review",
    { config: { ...access("drills.review"), ...limited("signing") } },
    async (request, reply) => {
      const { id } = request.params;
      const hash = fieldOf(request, "hash");
      try {
        const proof = await proofOf(services, personOf(request), request, reviewAct(id, hash));
        signDrill(services, proof, { id, hash, reason: fieldOf(request, "reason") });
      } catch (error) {
        return showReview(parts, request, reply, refusalErrors(error));
      }
      return reply.header("cache-control", "no-store").redirect(`/drills/${id}#review-title`, 303);
    },
  );
}

function may(request: FastifyRequest, permission: Permission): boolean {
  const role = roleOf(principalOf(request));
  return role !== null && isAllowed(role, permission);
}

function showList(
  { services, answers }: DrillPages,
  request: FastifyRequest<{ Querystring: { before?: string } }>,
  reply: FastifyReply,
): FastifyReply {
  const here = answers.here();
  const before = Number(request.query.before ?? Number.NaN);
  const { rows } = services.drills;
  const found = rows.newest(pageDrills + 1, Number.isSafeInteger(before) ? before : null);
  const drills = found.slice(0, pageDrills);
  const appliances = services.site()?.site.appliances ?? [];
  const lastHeld = rows.lastHeld();
  const untested = appliances.flatMap(({ id, name }): UntestedAppliance[] => {
    const lastAt = lastHeld.get(id) ?? null;
    return lastAt !== null && here.at - lastAt <= drillDueAfterMs ? [] : [{ id, name, lastAt }];
  });
  const body = drillListBody({
    timeZone: here.site.timeZone,
    drills,
    nameOf: (id) => applianceName(services, id),
    untested,
    appliances: appliances.length,
    before: found.length > pageDrills ? (drills.at(-1)?.plan.number ?? null) : null,
    mayPlan: may(request, "drills.plan"),
  });
  return answers.send(reply, { ...here, title: "Drills", section: "drills", path: "/drills", body });
}

function showDrill(
  { services, answers }: DrillPages,
  request: FastifyRequest<Named>,
  reply: FastifyReply,
  errors: FormErrors,
): FastifyReply {
  const record = drillRecord(services, request.params.id);
  if (record === null) return answers.missing(reply, "There is no such drill on record.");
  const here = answers.here();
  const { plan, state } = record;
  const isUnderWay = state.phase === "under-way";
  const body = drillBody({
    timeZone: here.site.timeZone,
    at: here.at,
    record,
    appliance: applianceName(services, plan.appliance),
    rules: services.site()?.probes.get(plan.probe)?.rules ?? null,
    nameOf: (id) => contactName(services, id),
    isAnswerable: isUnderWay && services.drills.alarms.underWay().some((alarm) => !alarm.state.acknowledged),
    mayAnswer: may(request, "alarms.handle"),
    mayStop: may(request, "drills.plan"),
    mayReview: may(request, "drills.review"),
    errors,
    filled: (field) => fieldOf(request, field),
  });
  const path = errors === noErrors && state.phase !== "over" ? `/drills/${plan.id}` : null;
  const page = { ...here, title: `Drill ${plan.number}`, section: "drills" as const, path, body };
  return answers.send(reply, page, errors === noErrors ? 200 : 422);
}

function showReview(
  { services, answers }: DrillPages,
  request: FastifyRequest<Named>,
  reply: FastifyReply,
  errors: FormErrors,
): FastifyReply {
  const { id } = request.params;
  const here = answers.here();
  const person = personOf(request);
  const { record, hash } = reviewedRecord(services, id);
  const body = drillReviewBody({
    timeZone: here.site.timeZone,
    record,
    hash,
    appliance: applianceName(services, record.plan.appliance),
    person,
    anew: signingAnew(services, request, person, { to: `/drills/${id}/review`, act: reviewAct(id, hash) }),
    needsCode: needsCode(services.people, person),
    reason: fieldOf(request, "reason"),
    errors,
  });
  const page = { ...here, title: "Review of a drill", section: "drills" as const, path: null, body };
  return answers.send(reply, page, errors === noErrors ? 200 : 422);
}
