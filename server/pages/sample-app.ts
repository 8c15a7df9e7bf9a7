import helmet from "@fastify/helmet";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import fastify, { type FastifyInstance } from "fastify";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { registerGuard } from "../access/guard.ts";
import { registerAssets } from "./asset-routes.ts";
import { pageAnswers } from "./page-answers.ts";
import { pagesPlugin, type PagesOptions } from "./plugin.ts";
import {
  sampleAppliancePage,
  sampleExcursion,
  sampleExcursionPage,
  sampleOpenExcursion,
} from "./sample-excursions.ts";
import { sampleBoard, sampleNow, sampleSite } from "./sample-views.ts";
import type { PageViews } from "./views.ts";

/** An application with the pages over sample views, for tests. */
export interface SampleApp {
  readonly app: FastifyInstance;
  /** Tells the pages that something changed. */
  readonly change: () => void;
  /** How many listen for changes. */
  readonly subscribers: () => number;
}

/** The content security policy under which the pages have to work, as the server sets it. */
export const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
  },
} as const;

/** Views that show the samples. */
export function sampleViews(change: Partial<PageViews> = {}): PageViews {
  return {
    board: () => sampleBoard(),
    appliance: (id, fromMs, toMs) => {
      if (id !== "fridge-3") return null;
      const page = sampleAppliancePage();
      const shift = toMs - sampleNow;
      return {
        ...page,
        at: toMs,
        curves: page.curves.map(({ probe, maxGapMs, limits, readings }) => ({
          probe,
          maxGapMs,
          limits,
          from: fromMs,
          to: toMs,
          readings: readings.map((reading) => moved(reading, shift)),
        })),
      };
    },
    excursions: () => ({
      site: sampleSite,
      at: sampleNow,
      excursions: [
        sampleOpenExcursion({ id: "exc-open" }),
        sampleExcursion(),
        sampleExcursion({ id: "exc-w", status: "withdrawn", critical: true }),
      ],
    }),
    excursion: (id) => {
      if (id === "exc-open") return sampleExcursionPage({ excursion: sampleOpenExcursion({ id }) });
      return id === sampleExcursion().id ? sampleExcursionPage() : null;
    },
    ...change,
  };
}

/** Who looks at the sample pages unless a test says otherwise. */
export const sampleViewer: Person = {
  kind: "person",
  login: "a.peeters",
  name: "A. Peeters",
  role: "quality",
  session: "session-1",
};

/** Builds the application; nothing listens yet. */
export async function sampleApp(
  { viewer = sampleViewer, ...change }: Partial<PagesOptions> & { readonly viewer?: Person | null } = {},
  clock: Clock = systemClock,
): Promise<SampleApp> {
  const listeners = new Set<() => void>();
  const app = fastify({ forceCloseConnections: true });
  await app.register(helmet, { contentSecurityPolicy });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: "not-found" }));
  registerGuard(app, {
    machine: () => {
      throw new CodedError("auth.unknown", "There is no token here.");
    },
    person: () => viewer,
  });
  await app.register(pagesPlugin, {
    views: sampleViews(),
    answers: pageAnswers(registerAssets(app), () => ({ site: sampleSite, at: clock.epochMs() })),
    clock,
    report: () => Promise.resolve(new TextEncoder().encode("%PDF-sample")),
    changes: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    ...change,
  });
  return {
    app,
    change: () => {
      for (const listener of listeners) listener();
    },
    subscribers: () => listeners.size,
  };
}

function moved(reading: Reading, byMs: number): Reading {
  return isGood(reading)
    ? { at: reading.at + byMs, celsius: reading.celsius }
    : { at: reading.at + byMs, fault: reading.fault };
}
