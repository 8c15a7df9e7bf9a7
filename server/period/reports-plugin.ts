import { endedPeriods, parsePeriod, periodText } from "@coldkeep/core/report/period.ts";
import type { FastifyInstance, FastifyReply } from "fastify";
import { access } from "../access/access.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import { noErrors, type FormErrors } from "../pages/forms.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import type { PeriodReports } from "./period-reports.ts";
import { reportsBody } from "./reports-page.ts";

/** While a report is being made its page is fetched anew this often; unit s. */
const renewSeconds = 2;

/** What the pages of reports work with. */
export interface ReportsPluginParts {
  readonly answers: PageAnswers;
  readonly reports: PeriodReports;
}

/** The page of the reports of periods, their download, and the form that makes one. */
export async function reportsPlugin(
  app: FastifyInstance,
  { answers, reports }: ReportsPluginParts,
): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  acceptForms(app);

  const show = (
    reply: FastifyReply,
    period: string | null,
    errors: FormErrors,
    status: number,
  ): FastifyReply => {
    const here = answers.here();
    const last = periodText(endedPeriods(here.at, here.site.timeZone).month);
    const body = reportsBody({
      standing: reports.standing(),
      made: reports.list(),
      period: period ?? last,
      errors,
    });
    const isMaking = reports.standing().making !== null;
    return answers.send(
      reply,
      {
        ...here,
        title: "Reports",
        section: "reports",
        path: isMaking ? "/reports" : null,
        renewSeconds,
        body,
      },
      status,
    );
  };

  app.get("/reports", { config: access("records.read") }, (_request, reply) =>
    show(reply, null, noErrors, 200),
  );

  app.post("/reports", { config: access("records.read") }, (request, reply) => {
    const text = fieldOf(request, "period");
    const period = parsePeriod(text);
    if (period === null)
      return show(reply, text, { period: "Write a month such as 2026-11, or a year such as 2026." }, 422);
    if (!reports.ask(period, fieldOf(request, "mkt") === "yes"))
      return show(reply, text, { period: "Another report is being made. Try again when it is done." }, 409);
    return reply.redirect("/reports", 303);
  });

  app.get<{ Params: { name: string } }>(
    "/reports/:name",
    { config: access("records.read") },
    (request, reply) => {
      const { name } = request.params;
      const content = reports.read(name);
      if (content === null) return answers.missing(reply, "There is no such report.");
      return reply
        .header("cache-control", "no-store")
        .header("content-disposition", `attachment; filename="${name}"`)
        .type("application/pdf")
        .send(Buffer.from(content));
    },
  );
}
