import { drillOrderSchema } from "@coldkeep/core/contract/drills.ts";
import { drillRun } from "@coldkeep/core/drills/foretell.ts";
import { drillLengthMaxMs, drillScenarios } from "@coldkeep/core/drills/trace.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type DurationMs, type EpochMs, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { requestActor } from "../access/guard.ts";
import { problemOf } from "../http/problems.ts";
import type { Services } from "../http/services.ts";
import { instantFrom } from "../master-data/draft-file.ts";
import { fieldOf } from "../pages/form-body.ts";
import { type Choice, type FormErrors, noErrors } from "../pages/forms.ts";
import { siteTime } from "../pages/site-time.ts";
import { sideWords } from "../pages/words.ts";
import { contactsCalled, everybody } from "../summons/callees.ts";
import { planDrill } from "./drill-acts.ts";
import type { DrillOrder } from "./drill-book.ts";
import { policyOfDrill } from "./drill-calls.ts";
import { drillFormBody, drillPreviewBody } from "./drill-form.ts";
import { traceOf, type WantedTrace } from "./drill-orders.ts";
import { applianceName, contactName, type DrillPages } from "./drill-pages.ts";
import { measuredWords, traceWords } from "./drill-words.ts";

/** Past excursions that can be chosen to be played. */
const pastMax = 20;

/** What is played of the time before and after an excursion. */
const aroundMs: DurationMs = 10 * minuteMs;

/** `/drills/new`: the form that plans a drill, then what it will do, then the drill. */
export function registerPlanning(app: FastifyInstance, parts: DrillPages): void {
  const { services } = parts;
  const planning = { exposeHeadRoute: false, config: access("drills.plan") };
  app.get("/drills/new", planning, (request, reply) => showForm(parts, request, reply, noErrors));
  app.post("/drills/new", planning, async (request, reply) => {
    try {
      const order = await orderOf(services, request);
      if (fieldOf(request, "confirmed") !== "yes") return await showPreview(parts, request, reply, order);
      const id = planDrill(services, requestActor(request), order);
      return await reply.redirect(`/drills/${id}`, 303);
    } catch (error) {
      return showForm(parts, request, reply, mistakesOf(error));
    }
  });
}

function showForm(
  { services, answers }: DrillPages,
  request: FastifyRequest,
  reply: FastifyReply,
  errors: FormErrors,
): FastifyReply {
  const here = answers.here();
  const { timeZone } = here.site;
  const time = siteTime(timeZone);
  const probes = [...(services.site()?.probes.values() ?? [])].map(({ id, appliance }): Choice => ({
    value: id,
    text: `${applianceName(services, appliance)}, probe ${id}`,
  }));
  const past = services.excursions
    .list({ status: "closed", limit: pastMax }, here.at)
    .map(({ id, probe, appliance, figures }): Choice => ({
      value: `excursion:${id}`,
      text: `${sideWords[figures.side]}: ${applianceName(services, appliance)} (${probe}), ${time.minute(figures.start)}`,
    }));
  const filled = (field: string): string => fieldOf(request, field);
  const body = drillFormBody({ timeZone, probes, past, filled, errors });
  const page = { ...here, title: "Plan a drill", section: "drills" as const, path: null, body };
  return answers.send(reply, page, errors === noErrors ? 200 : 422);
}

/** What the form asks for. Throws a `FieldMistake` or what cannot be planned. */
async function orderOf(services: Services, request: FastifyRequest): Promise<DrillOrder> {
  const now = services.clock.epochMs();
  const timeZone = services.site()?.site.timeZone ?? "UTC";
  const probe = fieldOf(request, "probe");
  const when = fieldOf(request, "when");
  const startAt = when === "" ? now : parseInstant(instantFrom(when, timeZone) ?? "");
  if (startAt === null) throw new FieldMistake("when", "Give a day and a time, or leave it empty.");
  if (startAt < now - minuteMs) throw new FieldMistake("when", "This time is over.");
  const wanted = wantedTrace(services, fieldOf(request, "course"), now);
  if (wanted === null) throw new FieldMistake("course", "Choose what is played.");
  const repeat = fieldOf(request, "repeat");
  const given = drillOrderSchema
    .pick({ answerWithinMinutes: true, repeatDays: true, reason: true })
    .safeParse({
      answerWithinMinutes: Number(fieldOf(request, "goal")),
      repeatDays: repeat === "" ? undefined : Number(repeat),
      reason: fieldOf(request, "reason"),
    });
  if (!given.success) {
    const field = String(given.error.issues[0]?.path[0] ?? "");
    throw new FieldMistake(fieldNames[field] ?? "", fieldWords[field] ?? "This is not right.");
  }
  const { answerWithinMinutes, repeatDays = null, reason } = given.data;
  return {
    probe,
    appliance: services.site()?.probes.get(probe)?.appliance ?? "",
    trace: await traceOf(services, wanted),
    startAt,
    goalMs: answerWithinMinutes * minuteMs,
    repeatDays,
    isAnnounced: fieldOf(request, "announce") === "yes",
    reason,
    plannedBy: actingFor(request),
  };
}

const fieldNames: Readonly<Record<string, string>> = {
  answerWithinMinutes: "goal",
  repeatDays: "repeat",
  reason: "reason",
};
const fieldWords: Readonly<Record<string, string>> = {
  answerWithinMinutes: "Choose within how many minutes somebody is to answer.",
  repeatDays: "Choose how often it is held.",
  reason: "Say why, in at most 500 characters.",
};

/** Something that was filled in wrongly, and where. */
class FieldMistake extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

const codeFields: Readonly<Record<string, string>> = {
  "drill.probe-unknown": "probe",
  "drill.no-alarm": "course",
  "drill.trace-unfit": "course",
  "drill.too-late": "when",
};

function mistakesOf(error: unknown): FormErrors {
  if (error instanceof FieldMistake) return { [error.field]: error.message };
  if (!(error instanceof CodedError)) throw error;
  const { code, detail, status } = problemOf(error);
  if (status >= 500) throw error;
  return { [codeFields[code] ?? ""]: detail };
}

function wantedTrace(services: Services, course: string, now: EpochMs): WantedTrace | null {
  const scenario = drillScenarios.find((each) => each === course);
  if (scenario !== undefined) return { scenario };
  if (!course.startsWith("excursion:")) return null;
  const excursion = services.excursions.find(course.slice("excursion:".length), now);
  if (excursion === null) return null;
  const { start, end } = excursion.figures;
  const from = start - aroundMs;
  return {
    probe: excursion.probe,
    from,
    to: Math.min((end ?? now) + aroundMs, from + drillLengthMaxMs, now),
  };
}

async function showPreview(
  { services, answers }: DrillPages,
  request: FastifyRequest,
  reply: FastifyReply,
  order: DrillOrder,
): Promise<FastifyReply> {
  const here = answers.here();
  const { timeZone } = here.site;
  const book = services.site();
  const probe = book?.probes.get(order.probe);
  if (book === null || probe === undefined)
    throw new CodedError("drill.probe-unknown", `The site has no probe "${order.probe}".`);
  const run = drillRun(order.trace, probe.rules, order.goalMs, order.startAt);
  if (run === null) throw new FieldMistake("course", "By the rules in force this raises no alarm.");
  const policy = policyOfDrill(book.site, { ...order, number: 0, id: "", plannedAt: here.at }, run.expected);
  const alarmAt = order.startAt + run.expected.afterMs;
  const named = (people: readonly { readonly id: string }[]): string[] =>
    people.map(({ id }) => contactName(services, id));
  const steps =
    policy === null
      ? [{ after: "With the alarm", people: named(everybody(book.site)), by: "" }]
      : policy.steps.map(({ after, call, by = [] }) => ({
          after: after === 0 ? "With the alarm" : `${measuredWords(after)} later`,
          people: named(contactsCalled(book.site, call, alarmAt + after)),
          by: by.join(" and "),
        }));
  const isNow = fieldOf(request, "when") === "";
  const body = drillPreviewBody({
    timeZone,
    appliance: applianceName(services, order.appliance),
    probe: order.probe,
    course: traceWords(order.trace, timeZone),
    startsAt: isNow ? null : siteTime(timeZone).minute(order.startAt),
    run,
    steps,
    policy: policy?.id ?? null,
    isDigest: policy?.digestAt !== undefined,
    filled: (field) => fieldOf(request, field),
  });
  return answers.send(reply, {
    ...here,
    title: "What the drill will do",
    section: "drills",
    path: null,
    body,
  });
}
