import type { Logger } from "pino";
import type { Services } from "../http/services.ts";
import type { InfluxLinks } from "./influx-links.ts";
import type { InfluxSettings } from "./influx-settings.ts";
import { influxFaultKinds } from "./fault.ts";
import type { Projection } from "./projection.ts";
import { everyWatch, judgeLag, type Lag, makeLag } from "./watch.ts";

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
): InfluxService {
  const projection = links.project(services.journal, () => undefined);
  const lag = makeLag(services, projection);
  const warn = (error: unknown): void =>
    logger.warn({ err: error }, "the projection could not be looked at; trying again");
  const watch = everyWatch(services.clock, async () => judgeLag(services, lag(), projection, settings), warn);
  watchFigures(services, links, projection, lag);
  return {
    projection,
    lag,
    start: () => {
      projection.start();
      watch.start();
    },
    stop: async () => {
      await watch.stop();
      await projection.stop();
    },
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
