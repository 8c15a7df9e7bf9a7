import type { Logger } from "pino";
import type { Services } from "../http/services.ts";
import type { InfluxLinks } from "./influx-links.ts";
import type { InfluxSettings } from "./influx-settings.ts";
import { influxFaultKinds } from "./fault.ts";
import { sqliteHistory } from "../history/history.ts";
import { noSite } from "../site/no-site.ts";
import type { SiteBook } from "../site/site-book.ts";
import { makeCoverage } from "./coverage.ts";
import { diskFigures } from "./disk.ts";
import { makeLimits } from "./limit-lines.ts";
import { platformLines } from "./platform-lines.ts";
import type { Projection } from "./projection.ts";
import { openSentCalls } from "./sent-calls.ts";
import { makeStateSampler } from "./state-lines.ts";
import { everyWatch, judgeLag, type Lag, makeLag } from "./watch.ts";
import { writeLines } from "./write-lines.ts";

/** The projection at work, with what watches it. */
export interface InfluxService {
  readonly projection: Projection;
  readonly lag: () => Lag;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Puts the projection to work for a server. */
export function makeInfluxService(
  settings: InfluxSettings,
  links: InfluxLinks,
  services: Services,
  logger: Logger,
  recordsPath: string,
): InfluxService {
  const { database, clock, engine, site } = services;
  const coverage = makeCoverage({
    database,
    engine,
    history: sqliteHistory(database),
    port: links.port,
    clock,
    target: links.target,
  });
  const limits = makeLimits(database, links.port, links.target);
  const projection = links.project(services.journal, {
    onSlice: ({ late }) => coverage.touch(site() ?? noSite, late),
    onAnew: () => {
      coverage.reset();
      limits.reset();
    },
  });
  const lag = makeLag(services, projection);
  const warn = (error: unknown): void =>
    logger.warn({ err: error }, "the projection could not be looked at; trying again");
  const samples = makeSamples(links, services, lag, recordsPath);
  const watch = everyWatch(
    clock,
    async () => {
      judgeLag(services, lag(), projection, settings);
      const book = site();
      // What is of the moment is not kept for later; while InfluxDB is away, there is a gap.
      if (book === null || !projection.status().isPrepared) return;
      await samples(book);
      await limits.round(book, clock.epochMs());
      await coverage.round(book, clock.epochMs());
    },
    warn,
  );
  watchFigures(services, links, projection, lag);
  return {
    projection,
    lag,
    start: () => {
      projection.start();
      watch.start();
    },
    stop: async () => {
      const stopped = projection.stop();
      await watch.stop();
      await stopped;
    },
  };
}

/** Makes the writing of what is of the moment: states, the platform, and messages handed over since. */
function makeSamples(
  { port, target }: InfluxLinks,
  services: Services,
  lag: () => Lag,
  recordsPath: string,
): (book: SiteBook) => Promise<void> {
  const states = makeStateSampler(services);
  const sent = openSentCalls(services.database, target);
  return async (book) => {
    const now = services.clock.epochMs();
    const platform = platformLines(services, book, lag(), diskFigures(recordsPath), now);
    const calls = sent.next(book, now);
    const outcome = await writeLines(port, [...platform, ...states.sample(book, now), ...calls.lines]);
    if (!outcome.ok) return;
    states.kept();
    if (calls.lines.length > 0) sent.move(calls.until);
  };
}

function watchFigures(
  { metrics }: Services,
  links: InfluxLinks,
  { status }: Projection,
  lag: () => Lag,
): void {
  metrics.watch(
    "coldkeep_projection_lag_entries",
    "Journal entries that are not in InfluxDB yet",
    () => lag().entries,
  );
  metrics.watch(
    "coldkeep_projection_lag_seconds",
    "Age of the oldest entry that is not in InfluxDB yet",
    () => lag().ms / 1_000,
  );
  metrics.watch("coldkeep_projection_points", "Points written since the start", () => status().points);
  metrics.watch("coldkeep_projection_asides", "Lines that InfluxDB refused", () => status().asides);
  metrics.watch(
    "coldkeep_projection_expired",
    "Lines not sent because InfluxDB would keep them no longer",
    () => status().expired,
  );
  metrics.watch("coldkeep_projection_stopped", "1 while a fault keeps the projection", () =>
    status().fault === null ? 0 : 1,
  );
  for (const kind of influxFaultKinds) {
    const what = `Calls to InfluxDB that failed as ${kind}`;
    metrics.watch(`coldkeep_projection_faults_${kind}`, what, () => status().faults[kind] ?? 0);
  }
  metrics.watch(
    "coldkeep_history_influx_reads",
    "Reads of history answered with InfluxDB",
    () => links.historyCounts().influx,
  );
  metrics.watch(
    "coldkeep_history_fallback_reads",
    "Reads of history that the records answered in place of InfluxDB",
    () => links.historyCounts().fallbacks,
  );
}
