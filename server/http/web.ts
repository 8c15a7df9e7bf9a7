import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import cookies from "@fastify/cookie";
import swagger from "@fastify/swagger";
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from "fastify";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { Logger } from "pino";
import { answerPlugin } from "../answers/answer-plugin.ts";
import { makeAnswerFiller } from "../answers/fill-answers.ts";
import { takeKey } from "../answers/take-key.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { acknowledgement, actOnAlarm } from "../alarms/alarm-commands.ts";
import { alarmRoutes } from "../alarms/routes.ts";
import { serviceRoutes } from "../alarms/service-routes.ts";
import type { Channel, KeyPress } from "../channels/channel.ts";
import { inboundRoutes } from "../channels/inbound-routes.ts";
import { drillPlugin } from "../drills/drill-plugin.ts";
import { drillRoutes } from "../drills/routes.ts";
import { edgeRoutes } from "../edge/routes.ts";
import { excursionRoutes } from "../excursions/routes.ts";
import { headRoutes } from "../heads/routes.ts";
import { fhirRoutes } from "../fhir/routes.ts";
import { healthRoutes } from "../health/routes.ts";
import { historyRoutes } from "../history/routes.ts";
import { ingestRoutes } from "../ingest/routes.ts";
import { makePageViews, siteView } from "../overview/page-views.ts";
import type { Mailer } from "../notify/dispatcher.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { contactPlugin } from "../duty-pages/contact-plugin.ts";
import { dutyPlugin, dutyRoutes } from "../duty-pages/duty-plugin.ts";
import { registerAssets } from "../pages/asset-routes.ts";
import { pageAnswers } from "../pages/page-answers.ts";
import { masterDataPages } from "../master-data/plugin.ts";
import { pagesPlugin } from "../pages/plugin.ts";
import type { Acting } from "../access/acting.ts";
import { principalOf, registerGuard } from "../access/guard.ts";
import { access } from "../access/access.ts";
import type { PeriodReports } from "../period/period-reports.ts";
import { reportsPlugin } from "../period/reports-plugin.ts";
import { makeReporter } from "../reports/reporter.ts";
import { bareHeaders, registerHeaders } from "../security/headers.ts";
import { requestTimeoutMs } from "../security/http-server.ts";
import { registerRates } from "../security/rates.ts";
import { plainSecurity, type WebSecurity } from "../security/web-security.ts";
import { type SessionCookie, sessionCookieFor } from "../people/session-cookie.ts";
import { peoplePlugin } from "../sign-in/people-plugin.ts";
import { canaryPlugin, canaryRoutes } from "../canary/canary-plugin.ts";
import { choicesPlugin } from "../choices/choices-plugin.ts";
import { correctivePlugin } from "../corrective/corrective-plugin.ts";
import { correctiveRoutes } from "../corrective/corrective-routes.ts";
import { workPlugin } from "../dispositions/work-plugin.ts";
import { excursionSigningPlugin } from "../signatures/excursion-pages.ts";
import { signatureRoutes } from "../signatures/routes.ts";
import { siteRoutes } from "../site/routes.ts";
import { makeImportDesk } from "../unit-import/import-desk.ts";
import { importPagesPlugin } from "../unit-import/import-pages.ts";
import { importRoutes } from "../unit-import/import-routes.ts";
import { UploadGate } from "../unit-import/upload.ts";
import { unitPagesPlugin } from "../unit-pages/plugin.ts";
import { auditRoutes } from "../trail/routes.ts";
import { trailPlugin } from "../trail/trail-plugin.ts";
import { openTrailReads } from "../trail/trail-reads.ts";
import { reviewEveryDefaultMs } from "../trail/trail-settings.ts";
import { unitRoutes } from "../units/routes.ts";
import { sendProblem } from "./problems.ts";
import type { Services } from "./services.ts";

/** Longest body of all calls but batches, in bytes. */
const bodyBytesMax = 256 * 1024;

/** True while whoever began a stream may still have it: a session may end, and a token be revoked, while it goes on. */
function isStillIn({ identities }: Services, request: FastifyRequest): boolean {
  switch (principalOf(request).kind) {
    case "nobody":
      return true;
    case "person":
      return identities.person(request) !== null;
    case "machine":
      try {
        return identities.machine(request.headers.authorization ?? "").kind === "machine";
      } catch {
        return false;
      }
  }
}

/** What the settings say of the pages. */
export interface PageSettings {
  readonly cookie: SessionCookie;
  /** Where people reach the pages, without a slash at its end; null where nothing is said. */
  readonly publicUrl: string | null;
  /** The channels whose providers may call. */
  readonly channels: readonly Channel[];
  /** Mails one-time links; null without a mail server. */
  readonly mailer: Pick<Mailer, "send"> | null;
  /** Lets anybody see the board. */
  readonly isBoardOpen: boolean;
  /** The reports of periods; null where there is nothing that makes them. */
  readonly periodReports: PeriodReports | null;
  /** How often the audit trail is to be reviewed. */
  readonly reviewEveryMs: DurationMs;
  /** The channels that work at the moment. */
  readonly workingChannels: () => readonly ChannelFact[];
  /** What keeps the canary from being received. */
  readonly canaryProblems: () => readonly string[];
}

const plainPages: PageSettings = {
  cookie: sessionCookieFor(false),
  publicUrl: null,
  channels: [],
  mailer: null,
  isBoardOpen: false,
  periodReports: null,
  reviewEveryMs: reviewEveryDefaultMs,
  workingChannels: () => [],
  canaryProblems: () => [],
};

/** Builds the HTTP side: the calls of the outside contract, the pages, OpenAPI. */
export async function buildWeb(
  services: Services,
  logger: Logger,
  security: WebSecurity = plainSecurity(services.clock, logger),
  {
    cookie,
    publicUrl,
    channels,
    mailer,
    isBoardOpen,
    periodReports,
    reviewEveryMs,
    workingChannels,
    canaryProblems,
  }: PageSettings = plainPages,
): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = logger;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => {
      void reply.headers(bareHeaders);
      sendProblem(request, reply, error, services.metrics.refused);
    },
    ...security.fastify,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) =>
    sendProblem(request, reply, error, services.metrics.refused),
  );
  app.setNotFoundHandler((request, reply) => {
    const error = new CodedError(
      "request.not-found",
      `There is nothing at ${request.method} ${request.url.slice(0, 200)}.`,
    );
    sendProblem(request, reply, error, services.metrics.refused);
  });
  await registerHeaders(app, security.isSecure);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Coldkeep", version: "0.1.0" },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(cookies);
  registerGuard(app, services.identities);
  await registerRates(app, security.rateLimits, security.counts);
  const views = makePageViews(services);
  const report = makeReporter(services);
  const trail = openTrailReads(services.database);
  await app.register(ingestRoutes(services));
  await app.register(historyRoutes(services));
  await app.register(excursionRoutes(services, { view: views.excursion, render: report }));
  await app.register(alarmRoutes(services));
  await app.register(serviceRoutes(services));
  await app.register(edgeRoutes(services));
  await app.register(unitRoutes(services));
  await app.register(correctiveRoutes(services));
  await app.register(drillRoutes(services));
  const desk = makeImportDesk(services, (error) => logger.error({ err: error }, "an import of units failed"));
  app.addHook("onClose", async () => desk.stop());
  const gate = new UploadGate();
  await app.register(importRoutes(desk, gate));
  await app.register(fhirRoutes, { services });
  await app.register(siteRoutes(services));
  await app.register(signatureRoutes(services));
  await app.register(auditRoutes(trail));
  await app.register(healthRoutes(services));
  await app.register(headRoutes(services));
  const fill = makeAnswerFiller(services.answerKey, publicUrl);
  await app.register(inboundRoutes, {
    channels,
    refused: services.metrics.refused,
    pressed: (press: KeyPress) => takeKey({ ...services, fill }, press),
  });
  app.get("/openapi.json", { config: access("public"), schema: { hide: true } }, async () => app.swagger());
  const assets = registerAssets(app);
  await app.register(answerPlugin, { services, key: services.answerKey, assets });
  const answers = pageAnswers(assets, () => ({
    site: siteView(services),
    at: services.clock.epochMs(),
  }));
  const { people, clock, singleSignOn } = services;
  await app.register(peoplePlugin, {
    ground: { people, clock, answers, cookie, publicUrl, mailer },
    singleSignOn,
  });
  await app.register(masterDataPages, { services, answers, channels: workingChannels });
  await app.register(choicesPlugin, { services, answers });
  await app.register(dutyRoutes(services));
  await app.register(dutyPlugin, { services, answers, channels: workingChannels });
  await app.register(drillPlugin, { services, answers });
  await app.register(canaryRoutes({ services, problems: canaryProblems }));
  await app.register(canaryPlugin, { services, answers, problems: canaryProblems });
  await app.register(contactPlugin, { services, answers, channels: workingChannels });
  await app.register(correctivePlugin, { services, answers });
  await app.register(workPlugin, { services, answers });
  await app.register(unitPagesPlugin, { services, answers });
  if (periodReports !== null) await app.register(reportsPlugin, { answers, reports: periodReports });
  await app.register(trailPlugin, { services, answers, reads: trail, reviewEveryMs });
  await app.register(importPagesPlugin, { services, answers, desk, gate });
  await app.register(excursionSigningPlugin, { services, answers, view: views.excursion });
  await app.register(pagesPlugin, {
    views,
    answers,
    changes: { subscribe: services.committer.subscribe },
    clock: services.clock,
    report,
    isBoardOpen,
    isStillIn: (request: FastifyRequest) => isStillIn(services, request),
    acknowledge: (id: string, who: Acting, promised: { what: string; minutes: number }) => {
      if (!services.alarms.underWay().some((alarm) => alarm.id === id)) return false;
      const promise = { what: promised.what, until: clock.epochMs() + promised.minutes * minuteMs };
      actOnAlarm(services, "acknowledge", who.actor, acknowledgement(id, who, null, promise));
      return true;
    },
  });
  return app;
}
