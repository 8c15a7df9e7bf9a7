import { instantTextSchema } from "@coldkeep/core/contract/instants.ts";
import { dayMs, type EpochMs, formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyInstance } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import type { Services } from "../http/services.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { canaryPageBody } from "./canary-page.ts";
import { canaryFigures, newestBreaches } from "./canary-reads.ts";

/** Breaches that the page and the call show. */
export const breachesShownMax = 48;

/** Over how many days the figures of the page count. */
const figureDays = 30;

/** What the pages of the canary need. */
export interface CanaryPages {
  readonly services: Pick<Services, "database" | "canary" | "site" | "clock">;
  readonly answers: PageAnswers;
  /** What keeps the canary from being received. */
  readonly problems: () => readonly string[];
}

const at = instantTextSchema.nullable();
const standingSchema = z.object({
  /** Whether the site has one. */
  isWanted: z.boolean(),
  isLate: z.boolean(),
  problems: z.array(z.string()),
  /** The newest first. */
  runs: z.array(
    z.object({
      number: z.int(),
      sampleAt: instantTextSchema,
      outcome: z.enum(["in-time", "late", "interrupted"]).nullable(),
      /** The configured delay of its alarm, ms. */
      delayMs: z.int(),
      /** From the sample until it was received by all media, without that delay, ms. */
      tookMs: z.int().nullable(),
      takenAt: at,
      ways: z.array(
        z.object({
          medium: z.string(),
          alarmAt: at,
          handedOverAt: at,
          channels: z.array(z.string()),
          receivedBy: z.enum(["mailbox", "reply", "answer"]).nullable(),
          /** When the mail server had it, by its own clock. */
          arrivedAt: at,
          receivedAt: at,
        }),
      ),
    }),
  ),
});

/** `GET /v1/canary`: how the canary stands, and where the time of its last breaches went. */
export function canaryRoutes({ services, problems }: Omit<CanaryPages, "answers">): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/canary",
      {
        config: access("board.read"),
        schema: {
          summary: "How the canary stands, and its newest breaches with the stages of their way",
          tags: ["alarms"],
          response: { 200: standingSchema },
        },
      },
      async () => ({
        isWanted: services.site()?.site.canary !== undefined,
        isLate: services.canary.state().isLate,
        problems: [...problems()],
        runs: newestBreaches(services.database, breachesShownMax).map((run) => ({
          number: run.number,
          sampleAt: formatInstant(run.sampleAt),
          outcome: run.outcome,
          delayMs: run.terms.delayMs,
          tookMs: run.tookMs,
          takenAt: instantOrNull(run.takenAt),
          ways: run.ways.map(({ medium, message, receipt }) => ({
            medium,
            alarmAt: instantOrNull(message?.owedAt ?? null),
            handedOverAt: instantOrNull(message?.handedOverAt ?? null),
            channels: [...(message?.channels ?? [])],
            receivedBy: receipt?.way ?? null,
            arrivedAt: instantOrNull(receipt?.arrivedAt ?? null),
            receivedAt: instantOrNull(receipt?.seenAt ?? null),
          })),
        })),
      }),
    );
  };
}

/** `/canary`: whether alarms reach people, how long that takes, and where the time goes. */
export async function canaryPlugin(
  app: FastifyInstance,
  { services, answers, problems }: CanaryPages,
): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  app.get("/canary", { config: access("board.read") }, (_request, reply) => {
    const here = answers.here();
    const { database, site, canary } = services;
    const body = canaryPageBody({
      section: site()?.site.canary ?? null,
      timeZone: here.site.timeZone,
      state: canary.state(),
      problems: problems(),
      figures: canaryFigures(database, here.at - figureDays * dayMs, here.at + 1),
      runs: newestBreaches(database, breachesShownMax),
    });
    return answers.send(reply, { ...here, title: "Test alarm", section: "duty", path: "/canary", body });
  });
}

function instantOrNull(instant: EpochMs | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
