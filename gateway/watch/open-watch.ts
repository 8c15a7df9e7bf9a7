import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { WireWatch } from "@coldkeep/core/contract/edge.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { siteSchema } from "@coldkeep/core/site/site.ts";
import type { SubjectEvent } from "../buffer/buffer.ts";
import type { GatewaySettings } from "../settings/settings.ts";
import { edgeWatch, type EdgeWatch, type EdgeWatchParts } from "./edge-watch.ts";
import { watchOfSite } from "./plan.ts";
import { openSqliteWatchStore } from "./sqlite-watch-store.ts";
import { memoryWatchStore, type WatchStore } from "./watch-store.ts";

/** A watch as the settings have it. `stop` closes its store too. */
export function openWatch(
  settings: GatewaySettings,
  parts: Omit<EdgeWatchParts, "gateway" | "store" | "afterMs" | "channels" | "events" | "localPlan">,
): EdgeWatch {
  const channels = [...new Set(Object.values(settings.probes))];
  const { site } = settings.watch;
  const localPlan = site === undefined ? null : readLocalPlan(site, new Set(channels));
  const store = openStore(settings.data, parts);
  const watch = edgeWatch({
    ...parts,
    gateway: settings.gateway,
    store,
    afterMs: settings.watch.after,
    channels,
    events: eventsOf(settings, parts.buffer),
    localPlan,
  });
  return {
    ...watch,
    stop: async () => {
      await watch.stop();
      store.close();
    },
  };
}

/** A gateway whose watch cannot be kept on disk still records, and still watches. */
function openStore(
  folder: string,
  { clock, counters, log }: Pick<EdgeWatchParts, "clock" | "counters" | "log">,
): WatchStore {
  try {
    const { store, damagedFile } = openSqliteWatchStore(folder, clock.epochMs());
    if (damagedFile !== null) {
      counters.add("watch.damaged", "watch");
      log.error(
        { code: "watch.damaged", damagedFile },
        "The file of the watch was damaged and set aside; the server tells the plan again.",
      );
    }
    return store;
  } catch (error) {
    counters.add("watch.open-failed", "watch");
    log.error(
      { code: "watch.open-failed", reason: String(error) },
      "The watch cannot be kept on disk; it is forgotten at a restart.",
    );
    return memoryWatchStore();
  }
}

/** Throws `settings.unreadable` or `settings.invalid`. */
function readLocalPlan(path: string, channels: ReadonlySet<string>): WireWatch {
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new CodedError(
      "settings.unreadable",
      `The site file ${path} of watch.site cannot be read: ${String(cause)}`,
      {
        context: { path },
        cause,
      },
    );
  }
  return watchOfSite(checkSettings(siteSchema, content, path), channels);
}

/** How contacts and batteries stood last, as the events that said so. */
function eventsOf({ signals }: GatewaySettings, buffer: EdgeWatchParts["buffer"]): SubjectEvent[] {
  return buffer.signals().flatMap(({ channel, active, at }): SubjectEvent[] => {
    const rule = signals[channel];
    return rule === undefined ? [] : [{ subject: rule.subject, kind: rule.kind, active, at }];
  });
}
