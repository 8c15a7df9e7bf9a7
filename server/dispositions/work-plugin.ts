import { causeTextCharactersMax, chosenText } from "@coldkeep/core/contract/choices.ts";
import { type DecisionKind, decisionKinds, decisionWords } from "@coldkeep/core/contract/dispositions.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { limited } from "../access/rate.ts";
import { choicesOf } from "../choices/choices.ts";
import type { Services } from "../http/services.ts";
import { signingAnew } from "../oidc/signing.ts";
import { openCorrective } from "../corrective/corrective-records.ts";
import { acceptForms, fieldOf, formOf } from "../pages/form-body.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { sideWords } from "../pages/words.ts";
import { excursionRecord } from "../signatures/excursion-signing.ts";
import { refusalErrors } from "../signatures/refusal-errors.ts";
import { contentHashOf } from "../signatures/signatures.ts";
import { needsCode, proofOf, signingFields } from "../signatures/signing-fields.ts";
import { decideUnits, secondDecision, unitText } from "./decide.ts";
import { openDecisions } from "./decision-records.ts";
import { decidedUnit, undecidedUnits, waitingExcursions } from "./undecided.ts";
import { listedReason, secondBody, unitsBody, workListBody } from "./work-pages.ts";

/** What the pages of decisions need. */
export interface WorkPages {
  readonly services: Services;
  readonly answers: PageAnswers;
}

/** Largest form of decisions, in bytes: a thousand ticked units. */
const formBytesMax = 128 * 1024;

interface Place {
  readonly Params: { readonly id: string };
}

/** `/work`: the work list of quality officers, the units of an excursion with their decision, and second persons' answers to concessions. */
export async function workPlugin(app: FastifyInstance, parts: WorkPages): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  const { services, answers } = parts;
  app.setErrorHandler(answers.thrown);
  acceptForms(app, formBytesMax);
  const deciding = { exposeHeadRoute: false, config: access("units.decide") };
  const signing = { config: { ...access("units.decide"), ...limited("signing") } };
  app.get("/work", deciding, (_request, reply) => {
    const { site, at } = answers.here();
    const nameOf = (id: string): string => services.site()?.appliances.get(id)?.name ?? id;
    const waiting = openDecisions(services.database).waiting();
    const body = workListBody({ site, excursions: waitingExcursions(services), waiting, nameOf });
    return answers.send(reply, { site, at, title: "Units to decide", section: "work", path: null, body });
  });
  app.get<Place>("/work/:id", deciding, (request, reply) => showUnits(parts, request, reply, noErrors));
  app.post<Place>("/work/:id", signing, async (request, reply) => {
    try {
      await decideByForm(services, request);
    } catch (error) {
      return showUnits(parts, request, reply, errorsOf(error));
    }
    return reply.redirect(`/work/${encodeURIComponent(request.params.id)}#decided-title`, 303);
  });
  app.get<Place>("/work/decisions/:id", deciding, (request, reply) =>
    showSecond(parts, request, reply, noErrors),
  );
  app.post<Place>("/work/decisions/:id", signing, async (request, reply) => {
    const number = Number(request.params.id);
    try {
      const verdict = fieldOf(request, "verdict");
      if (verdict !== "agreed" && verdict !== "declined")
        return await showSecond(parts, request, reply, { verdict: "Choose an answer." });
      const proof = await proofOf(services, personOf(request), request, actOfSecond(number));
      secondDecision(services, proof, { number, verdict, reason: fieldOf(request, "reason") });
    } catch (error) {
      return showSecond(parts, request, reply, errorsOf(error));
    }
    return reply.redirect("/work", 303);
  });
}

async function decideByForm(services: Services, request: FastifyRequest<Place>): Promise<void> {
  const decision = fieldOf(request, "decision");
  if (!isDecision(decision)) throw new FormMistake({ decision: "Choose a decision." });
  const cause = fieldOf(request, "cause");
  if (cause !== "" && !choicesOf(services, "cause").includes(cause))
    throw new FormMistake({ cause: "Choose a cause of the list, or say it in your own words." });
  const causeText = fieldOf(request, "causeText");
  if (causeText.length > causeTextCharactersMax)
    throw new FormMistake({ causeText: `Say it in at most ${causeTextCharactersMax} characters.` });
  const reason = reasonOf(services, request, decision);
  const chosen = new Set(formOf(request).getAll("unit"));
  const listed = await undecidedUnits(services, request.params.id);
  const isAll = fieldOf(request, "all") === "yes";
  const units = listed.filter((unit) => isAll || chosen.has(unitText(unit)));
  if (units.length === 0 || units.length < chosen.size)
    throw new FormMistake({
      units: "Tick the units that you decide about; some may have been decided about meanwhile.",
    });
  const record = excursionRecord(services.database, request.params.id);
  const { revision } = (record?.content ?? { revision: 0 }) as { readonly revision: number };
  const proof = await proofOf(services, personOf(request), request, fieldOf(request, "seen"));
  const content = {
    excursion: request.params.id,
    revision,
    decision,
    cause: chosenText(cause, causeText) || null,
    units: units.map(decidedUnit),
  };
  decideUnits(services, proof, {
    content,
    seen: fieldOf(request, "seen"),
    reason,
  });
}

/** The reason that was chosen or said. Throws `FormMistake` for one that belongs to another kind of decision, or stands in no list any more. */
function reasonOf(services: Services, request: FastifyRequest, decision: DecisionKind): string {
  const listed = fieldOf(request, "listed");
  const entry = choicesOf(services, decision).find((each) => listedReason(decision, each) === listed) ?? "";
  if (listed !== "" && entry === "")
    throw new FormMistake({
      listed: `Choose a reason of those for ${decisionWords[decision].toLowerCase()}, or say it in your own words.`,
    });
  return chosenText(entry, fieldOf(request, "reason"));
}

async function showUnits(
  { services, answers }: WorkPages,
  request: FastifyRequest<Place>,
  reply: FastifyReply,
  errors: FormErrors,
): Promise<FastifyReply> {
  const { id } = request.params;
  const person = personOf(request);
  const excursion = services.excursions.find(id, services.clock.epochMs());
  const record = excursionRecord(services.database, id);
  if (excursion === null || record === null)
    return answers.missing(reply, "There is no such excursion on record.");
  const { site, at } = answers.here();
  const appliance = services.site()?.appliances.get(excursion.appliance)?.name ?? excursion.appliance;
  const title = `${sideWords[excursion.figures.side]}: ${appliance}`;
  const form = formOf(request);
  const body = unitsBody({
    site,
    excursion: {
      id,
      status: excursion.status,
      title,
      lead: `${excursion.status}, revision ${excursion.revision}`,
    },
    units: await undecidedUnits(services, id),
    decisions: openDecisions(services.database).ofExcursion(id),
    actions: openCorrective(services.database).ofExcursion(id),
    at,
    causes: choicesOf(services, "cause"),
    reasons: {
      release: choicesOf(services, "release"),
      concession: choicesOf(services, "concession"),
      discard: choicesOf(services, "discard"),
      "other-use": choicesOf(services, "other-use"),
    },
    errors,
    seen: contentHashOf(record),
    chosen: {
      all: fieldOf(request, "all") === "yes",
      units: new Set(form.getAll("unit")),
      decision: fieldOf(request, "decision"),
      cause: fieldOf(request, "cause"),
      causeText: fieldOf(request, "causeText"),
      listed: fieldOf(request, "listed"),
    },
    signing: signingFields(person, errors, {
      anew: signingAnew(services, request, person, {
        to: `/work/${encodeURIComponent(id)}`,
        act: contentHashOf(record),
      }),
      needsCode: needsCode(services.people, person),
      reason: fieldOf(request, "reason"),
      isAddition: true,
    }),
  });
  const status = errors === noErrors ? 200 : 422;
  return answers.send(reply, { site, at, title, section: "work", path: null, body }, status);
}

async function showSecond(
  { services, answers }: WorkPages,
  request: FastifyRequest<Place>,
  reply: FastifyReply,
  errors: FormErrors,
): Promise<FastifyReply> {
  const person = personOf(request);
  const kept = openDecisions(services.database).find(Number(request.params.id) || 0);
  if (kept === null || kept.decision !== "concession")
    return answers.missing(reply, "There is no such concession on record.");
  const { site, at } = answers.here();
  const mayAnswer = kept.second === null && kept.login !== person.login;
  const anew = signingAnew(services, request, person, {
    to: `/work/decisions/${kept.number}`,
    act: actOfSecond(kept.number),
  });
  const look = { anew, needsCode: needsCode(services.people, person), reason: fieldOf(request, "reason") };
  const body = secondBody({
    kept,
    site,
    errors,
    signing: mayAnswer ? signingFields(person, errors, look) : null,
  });
  const page = { site, at, title: "Concession", section: "work" as const, path: null, body };
  return answers.send(reply, page, errors === noErrors ? 200 : 422);
}

/** What a person signs in anew for, to answer about a concession: an answer changes nothing of it. */
function actOfSecond(number: number): string {
  return `decision ${number}`;
}

/** What a person filled in wrongly, by field. */
class FormMistake extends Error {
  readonly errors: FormErrors;
  constructor(errors: FormErrors) {
    super("a form was filled in wrongly");
    this.errors = errors;
  }
}

function errorsOf(error: unknown): FormErrors {
  if (error instanceof FormMistake) return error.errors;
  if (error instanceof CodedError && error.code === "excursion.unknown") throw error;
  return refusalErrors(error);
}

function isDecision(text: string): text is DecisionKind {
  return (decisionKinds as readonly string[]).includes(text);
}
