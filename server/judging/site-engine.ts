import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { present } from "@coldkeep/core/engine/judge.ts";
import { type DurationMs, type EpochMs, formatDuration, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { judgeAnew, type JudgingParts, takeReadings, type Taken, tickProbe } from "./judging.ts";
import type { ProbeMemory } from "./probe-memory.ts";

/** A gateway that has sent nothing for this long is silent. */
export const gatewaySilentAfterMs: DurationMs = 5 * minuteMs;

/** All probes of the site, judged: the runner around the pure engine. */
export interface SiteEngine {
  /** Takes up work: all that only memory knew is as after a start, and every probe is due. */
  readonly begin: (commit: Commit) => void;
  readonly isKnown: (probe: string) => boolean;
  readonly probe: (id: string) => ProbeMemory | undefined;
  readonly take: (commit: Commit, readings: ReadonlyMap<string, readonly Reading[]>) => Taken;
  readonly hearGateway: (commit: Commit, gateway: string) => void;
  /** True where the passing of time has something to judge at `now`. */
  readonly isDue: (now: EpochMs) => boolean;
  readonly tick: (commit: Commit) => void;
  /** Puts another version of the site in force; probes whose rules changed are judged anew. */
  readonly applySite: (commit: Commit, book: SiteBook) => void;
}

/** Starts the engine on the records, for the site in force (null before the first). */
export function startSiteEngine(
  database: Database,
  parts: JudgingParts,
  book: SiteBook | null,
  now: EpochMs,
): SiteEngine {
  let memories = new Map<string, ProbeMemory>();
  for (const probe of book?.probes.values() ?? []) memories.set(probe.id, restore(probe, now));
  const gateways = new Map<string, EpochMs>();
  for (const row of database.all(database.query.selectFrom("gateways").selectAll()))
    gateways.set(row.id, row.last_at);
  const silentGateways = (): Set<string> =>
    new Set(
      parts.alarms
        .underWay()
        .flatMap((alarm) =>
          alarm.kind === "gateway-silent" && alarm.state.condition ? [alarm.subject] : [],
        ),
    );

  function restore(probe: PlacedProbe, at: EpochMs): ProbeMemory {
    const number = parts.store.numberOf(probe.id);
    const { state, sinceCheckpoint } = parts.store.restore(number, probe);
    const memory = { number, probe, state, sinceCheckpoint, live: false, heardAt: 0, staleSince: null, dueAt: null };
    return atStart(memory, at);
  }

  /** A probe's memory as it is when work is taken up at an instant. */
  function atStart(memory: ProbeMemory, at: EpochMs): ProbeMemory {
    const { state, probe } = memory;
    const live = present(state, probe.rules, at).length > 0 || hasOpenOnRecord(database, probe.id);
    return { ...memory, live, heardAt: state.last?.at ?? at, staleSince: null, dueAt: at };
  }

  const keep = (commit: Commit, memory: ProbeMemory): void =>
    commit.afterwards(() => void memories.set(memory.probe.id, memory));

  const judgeGateway = (commit: Commit, gateway: string, lastAt: EpochMs): void => {
    const isSilent = commit.at - lastAt > gatewaySilentAfterMs;
    parts.alarms.judge(
      commit,
      "gateway-silent",
      isSilent ? "on" : "off",
      () => ({
        subject: gateway,
        severity: "warning",
        appliance: null,
        probe: null,
        text: `Gateway ${gateway} has sent nothing for ${formatDuration(commit.at - lastAt)}`,
      }),
      gateway,
    );
  };

  const gatewayIsDue = (now: EpochMs): boolean => {
    const silent = silentGateways();
    return [...gateways].some(([id, lastAt]) => now - lastAt > gatewaySilentAfterMs && !silent.has(id));
  };

  return {
    begin: (commit) => {
      const fresh = [...memories].map(([id, memory]): [string, ProbeMemory] => [id, atStart(memory, commit.at)]);
      commit.afterwards(() => {
        memories = new Map(fresh);
      });
    },
    isKnown: (probe) => memories.has(probe),
    probe: (id) => memories.get(id),
    take: (commit, readings) => {
      let accepted = 0;
      let duplicates = 0;
      for (const [probe, list] of readings) {
        const memory = memories.get(probe);
        if (memory === undefined) continue;
        const result = takeReadings(parts, commit, memory, list);
        accepted += result.taken.accepted;
        duplicates += result.taken.duplicates;
        keep(commit, result.memory);
      }
      return { accepted, duplicates };
    },
    hearGateway: (commit, gateway) => {
      judgeGateway(commit, gateway, commit.at);
      commit.afterwards(() => void gateways.set(gateway, commit.at));
    },
    isDue: (at) =>
      [...memories.values()].some(({ dueAt }) => dueAt !== null && dueAt <= at) ||
      parts.alarms.shelvedUntil(at).length > 0 ||
      gatewayIsDue(at),
    tick: (commit) => {
      for (const memory of memories.values()) {
        if (memory.dueAt !== null && memory.dueAt <= commit.at)
          keep(commit, tickProbe(parts, commit, memory));
      }
      for (const id of parts.alarms.shelvedUntil(commit.at))
        parts.alarms.act(commit, id, { kind: "tick" }, "system", null);
      for (const [gateway, lastAt] of inOrder(gateways)) judgeGateway(commit, gateway, lastAt);
    },
    applySite: (commit, next) => {
      const fresh = new Map<string, ProbeMemory>();
      for (const probe of next.probes.values()) {
        const known = memories.get(probe.id);
        const isSame = known !== undefined && JSON.stringify(known.probe) === JSON.stringify(probe);
        const memory = known === undefined ? restore(probe, commit.at) : { ...known, probe };
        fresh.set(probe.id, isSame || known === undefined ? memory : judgeAnew(parts, commit, memory));
      }
      commit.afterwards(() => {
        memories = fresh;
      });
    },
  };
}

function hasOpenOnRecord(database: Database, probe: string): boolean {
  const open = database.query
    .selectFrom("excursions")
    .select("id")
    .where("probe", "=", probe)
    .where("status", "=", "open")
    .limit(1);
  return database.first(open) !== undefined;
}

/** By name, whatever order they came in: what follows must not depend on when the process was started. */
function inOrder<Value>(entries: ReadonlyMap<string, Value>): [string, Value][] {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
