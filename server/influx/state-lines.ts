import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { AlarmPhase } from "@coldkeep/core/alarms/alarm.ts";
import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import { activeEpisode } from "@coldkeep/core/engine/probe-state.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { standingBadness } from "../overview/page-views.ts";
import type { Standing } from "../pages/views.ts";
import { standingOf } from "../overview/probe-views.ts";
import type { SiteBook } from "../site/site-book.ts";
import { float, integer, line, lineHead, nanos, text } from "./line.ts";

/** A state that lasts is written again after this long, so that a screen need not look further back. Unit ms. */
export const stateEveryMs: DurationMs = 5 * minuteMs;

/** How a probe stands, as a screen wants it. */
export type ProbeStanding = "in" | "low" | "high" | "unknown";

/** The more a phase presses, the earlier it stands here. */
const pressing: readonly AlarmPhase[] = [
  "unacknowledged",
  "latched-unacknowledged",
  "returned-unacknowledged",
  "acknowledged",
  "latched-acknowledged",
  "shelved",
  "suppressed",
  "out-of-service",
];

/** The states of all probes at a moment. */
export interface StateSampler {
  /** The lines of what changed since the last sample that was `kept`, and of what has not been said for long. */
  readonly sample: (book: SiteBook, now: EpochMs) => string[];
  /** The sample has been written. */
  readonly kept: () => void;
}

interface Said {
  readonly content: string;
  readonly at: EpochMs;
}

/** Makes the sampler. Since when a state lasts is kept in the records, so that it outlives the process. */
export function makeStateSampler(services: Pick<Services, "database" | "engine" | "alarms">): StateSampler {
  const { database, engine, alarms } = services;
  const find = database.prepare("SELECT state, since FROM probe_states WHERE probe = ?");
  const save = database.prepare(
    `INSERT INTO probe_states (probe, state, since) VALUES (?, ?, ?)
     ON CONFLICT (probe) DO UPDATE SET state = excluded.state, since = excluded.since`,
  );
  const openExcursions = database.prepare(
    "SELECT probe, count(*) AS n FROM excursions WHERE status = 'open' GROUP BY probe",
  );
  const heldUnits = database.prepare(
    `SELECT probe, count(DISTINCT unit) AS n FROM holds JOIN excursions ON excursions.id = holds.excursion
     WHERE released_at IS NULL GROUP BY probe`,
  );
  const said = new Map<string, Said>();
  let fresh = new Map<string, Said>();

  const counts = (rows: readonly Record<string, unknown>[]): Map<string, number> =>
    new Map(rows.map((row) => [String(row["probe"]), Number(row["n"])]));

  const sinceOf = (memory: ProbeMemory, state: ProbeStanding, now: EpochMs): EpochMs => {
    const known = find.get(memory.probe.id);
    if (known?.["state"] === state) return Number(known["since"]);
    const since = beginningOf(memory, state, now);
    save.run(memory.probe.id, state, since);
    return since;
  };

  return {
    sample: (book, now) => database.transaction(() => sampleAll(book, now)),
    kept: () => {
      for (const [probe, content] of fresh) said.set(probe, content);
      fresh = new Map();
    },
  };

  function sampleAll(book: SiteBook, now: EpochMs): string[] {
    const openByProbe = counts(openExcursions.all());
    const heldByProbe = counts(heldUnits.all());
    const phases = alarms.underWay();
    fresh = new Map();
    return [...book.probes.values()].flatMap((probe) => {
      if (probe.id === canaryId) return [];
      const memory = engine.probe(probe.id);
      if (memory === undefined) return [];
      const standing = standingOf(memory, now);
      const state = wordOf(standing);
      const open = openByProbe.get(probe.id) ?? 0;
      const held = heldByProbe.get(probe.id) ?? 0;
      const worst = pressing.find((phase) =>
        phases.some(
          (alarm) =>
            (alarm.probe === probe.id || (alarm.probe === null && alarm.appliance === probe.appliance)) &&
            phaseOf(alarm.state) === phase,
        ),
      );
      const { last } = memory.state;
      const celsius = last === null || state === "unknown" ? null : last.celsius;
      const fixed = {
        state: text(state),
        alarm: text(worst ?? "normal"),
        open_excursions: integer(open),
        held_units: integer(held),
        urgency: integer(standingBadness[standing] * 10 + (open > 0 ? 5 : 0) + (held > 0 ? 1 : 0)),
      };
      const content = JSON.stringify(fixed);
      const known = said.get(probe.id);
      if (known?.content === content && now - known.at < stateEveryMs) return [];
      fresh.set(probe.id, { content, at: now });
      const head = lineHead("states", { site: book.site.site, appliance: probe.appliance, probe: probe.id });
      const fields = {
        ...fixed,
        celsius: celsius === null ? null : float(celsius),
        since_ms: integer(sinceOf(memory, state, now)),
      };
      return line(head, fields, nanos(now, 0)) ?? [];
    });
  }
}

function wordOf(standing: Standing): ProbeStanding {
  return standing === "in" || standing === "high" || standing === "low" ? standing : "unknown";
}

/** Since when a state lasts that has just been found. */
function beginningOf(memory: ProbeMemory, state: ProbeStanding, now: EpochMs): EpochMs {
  if (state === "high" || state === "low") return activeEpisode(memory.state, state)?.start ?? now;
  return state === "unknown" ? (memory.state.last?.at ?? now) : now;
}
