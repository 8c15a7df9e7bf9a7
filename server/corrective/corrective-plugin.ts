import { endedActionSchema, plannedActionSchema } from "@coldkeep/core/contract/corrective.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { roleOf } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type * as z from "zod";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { personOf, principalOf, requestActor } from "../access/guard.ts";
import { problemOf } from "../http/problems.ts";
import { choicesOf } from "../choices/choices.ts";
import type { Services } from "../http/services.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { sideWords } from "../pages/words.ts";
import { actionsBody, endBody, planBody } from "./action-forms.ts";
import { actionState } from "./action-list.ts";
import { endAction, planAction } from "./corrective-acts.ts";
import { openCorrective } from "./corrective-records.ts";
import { correctiveListMax, ownerOf } from "./corrective-routes.ts";

/** What the pages of corrective actions need. */
export interface CorrectivePages {
  readonly services: Services;
  readonly answers: PageAnswers;
}

interface Excursion {
  readonly Params: { readonly id: string };
}

interface Numbered {
  readonly Params: { readonly number: string };
}

/** `/actions`: the corrective actions; those of an excursion are planned at `/excursions/:id/actions/new`, and ended at `/actions/:number/end`. */
export async function correctivePlugin(app: FastifyInstance, parts: CorrectivePages): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  const { services, answers } = parts;
  app.setErrorHandler(answers.thrown);
  acceptForms(app);
  const deciding = { exposeHeadRoute: false, config: access("units.decide") };
  app.get<{ Querystring: { ended?: string } }>(
    "/actions",
    { config: access("records.read") },
    (request, reply) => showActions(parts, request, reply, request.query.ended === "yes"),
  );
  app.get<Excursion>("/excursions/:id/actions/new", deciding, (request, reply) =>
    showPlan(parts, request, reply, noErrors),
  );
  app.post<Excursion>("/excursions/:id/actions/new", deciding, (request, reply) => {
    const { id } = request.params;
    const errors = planByForm(services, request);
    if (errors !== null) return showPlan(parts, request, reply, errors);
    return reply.redirect(`/excursions/${encodeURIComponent(id)}#actions-title`, 303);
  });
  app.get<Numbered>("/actions/:number/end", deciding, (request, reply) =>
    showEnd(parts, request, reply, noErrors),
  );
  app.post<Numbered>("/actions/:number/end", deciding, (request, reply) => {
    const errors = endByForm(services, request);
    return errors === null ? reply.redirect("/actions", 303) : showEnd(parts, request, reply, errors);
  });
}

/** Plans what was filled in; what is wrong with it otherwise. */
function planByForm(services: Services, request: FastifyRequest<Excursion>): FormErrors | null {
  const [login, name] = [fieldOf(request, "owner"), fieldOf(request, "ownerName")];
  if (login === "" && name === "") return { owner: "Say who sees to it." };
  const cause = fieldOf(request, "cause");
  const given = plannedActionSchema.safeParse({
    what: fieldOf(request, "what"),
    owner: login === "" ? { name } : { login },
    due: fieldOf(request, "due"),
    cause: cause === "" ? null : cause,
  });
  if (!given.success) return wrongFields(given.error, planWords);
  const { what, owner, due } = given.data;
  return refusals(() => {
    const who = actingFor(request);
    const action = {
      excursion: request.params.id,
      what,
      owner: ownerOf(services, owner),
      due,
      cause: given.data.cause,
    };
    planAction(services, requestActor(request), { who, action });
  });
}

/** Notes what was filled in; what is wrong with it otherwise. */
function endByForm(services: Services, request: FastifyRequest<Numbered>): FormErrors | null {
  const outcome = fieldOf(request, "outcome");
  const given = endedActionSchema.safeParse({
    outcome,
    note: fieldOf(request, "note"),
    doneBy: fieldOf(request, "doneBy"),
    doneOn: fieldOf(request, "doneOn"),
  });
  if (!given.success) return wrongFields(given.error, endWords);
  const { data } = given;
  const done = data.outcome === "done" ? { by: data.doneBy, on: data.doneOn } : null;
  const number = Number(request.params.number) || 0;
  const end = { outcome: data.outcome, note: data.note, done };
  return refusals(() => endAction(services, requestActor(request), { who: actingFor(request), number, end }));
}

const planWords = {
  what: "Say what is to be done.",
  due: "Give the day by which it is to be done.",
  cause: "Choose a cause of the list.",
  owner: "Say who sees to it, in at most 100 characters.",
} as const;

const endWords = {
  outcome: "Choose whether it is done.",
  note: "Give the result, or why it is not done.",
  doneBy: "Name who did it.",
  doneOn: "Give the day on which it was done.",
} as const;

function wrongFields(error: z.ZodError, words: Readonly<Record<string, string>>): FormErrors {
  const fields = new Set(error.issues.map(({ path }) => String(path[0] ?? "")));
  return Object.fromEntries([...fields].map((field) => [field, words[field] ?? "This is not right."]));
}

/** Beside which field a refusal stands. */
const fieldOfCode: Readonly<Record<string, string>> = {
  "corrective.future": "doneOn",
  "account.unknown": "owner",
};

function refusals(act: () => void): FormErrors | null {
  try {
    act();
    return null;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === "excursion.unknown") throw error;
    const { code, detail, status } = problemOf(error);
    if (status >= 500 || code === "corrective.unknown") throw error;
    return { [fieldOfCode[code] ?? ""]: detail };
  }
}

function showActions(
  { services, answers }: CorrectivePages,
  request: FastifyRequest,
  reply: FastifyReply,
  isEnded: boolean,
): FastifyReply {
  const records = openCorrective(services.database);
  const here = answers.here();
  const actions = isEnded ? records.ended(correctiveListMax) : records.open(correctiveListMax);
  const overdue = actions.filter((action) => actionState(action, here.site, here.at) === "overdue").length;
  const role = roleOf(principalOf(request));
  const mayEnd = role !== null && isAllowed(role, "units.decide");
  const body = actionsBody({ here, actions, overdue, isEnded, mayEnd });
  return answers.send(reply, { ...here, title: "Corrective actions", section: "actions", path: null, body });
}

function showPlan(
  { services, answers }: CorrectivePages,
  request: FastifyRequest<Excursion>,
  reply: FastifyReply,
  errors: FormErrors,
): FastifyReply {
  const { id } = request.params;
  const here = answers.here();
  const excursion = services.excursions.find(id, here.at);
  if (excursion === null) return answers.missing(reply, "There is no such excursion on record.");
  const name = services.site()?.appliances.get(excursion.appliance)?.name ?? excursion.appliance;
  const body = planBody({
    excursion: id,
    title: `${sideWords[excursion.figures.side]}: ${name}, ${excursion.status}`,
    causes: choicesOf(services, "cause"),
    accounts: services.people.accounts.list().filter(({ state }) => state !== "disabled"),
    filled: (field) => fieldOf(request, field),
    errors,
  });
  const page = {
    ...here,
    title: "Plan a corrective action",
    section: "excursions" as const,
    path: null,
    body,
  };
  return answers.send(reply, page, errors === noErrors ? 200 : 422);
}

function showEnd(
  { services, answers }: CorrectivePages,
  request: FastifyRequest<Numbered>,
  reply: FastifyReply,
  errors: FormErrors,
): FastifyReply {
  const action = openCorrective(services.database).find(Number(request.params.number) || 0);
  if (action === null) return answers.missing(reply, "There is no such corrective action on record.");
  const here = answers.here();
  const isSent = errors !== noErrors;
  const ready: Readonly<Record<string, string>> = { doneBy: personOf(request).name };
  const filled = (field: string): string => (isSent ? fieldOf(request, field) : (ready[field] ?? ""));
  const body = endBody({ action, here, filled, errors });
  const page = { ...here, title: "Corrective action", section: "actions" as const, path: null, body };
  return answers.send(reply, page, isSent ? 422 : 200);
}
