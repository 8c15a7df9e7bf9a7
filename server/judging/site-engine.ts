import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { compareReadings, type Reading } from "@coldkeep/core/readings/reading.ts";
import { present } from "@coldkeep/core/engine/judge.ts";
import { type ChannelPlan, probeOfChannel } from "@coldkeep/core/site/channels.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { type DurationMs, type EpochMs, formatDuration, minuteMs } from "@coldkeep/core/time/millis.ts";
import { type Equipment, openEquipment } from "../alarms/equipment.ts";
import type { Commit } from "../journal/committer.ts";
import { noSite } from "../site/no-site.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { judgeAnew, judgeFresh, type JudgingParts, takeReadings, type Taken, tickProbe } from "./judging.ts";
import { openPairWatch } from "./pair-watch.ts";
import type { ProbeMemory } from "./probe-memory.ts";
import { changedSpanOf, isOwnChannel, storeRouted, unjudged } from "./routing.ts";

/** A gateway that has sent nothing for this long is silent. */
export const gatewaySilentAfterMs: DurationMs = 5 * minuteMs;

/** All probes of the site, judged: the runner around the pure engine. */
export interface SiteEngine {
  /** Takes up work: all that only memory knew is as after a start, and every probe is due. */
  readonly begin: (commit: Commit) => void;
  /** True for a channel whose readings are taken: one that the site lists, or a probe as its own channel. */
  readonly isKnown: (channel: string) => boolean;
  readonly probe: (id: string) => ProbeMemory | undefined;
  /** Takes readings by channel: each belongs to the probe that the channel is assigned to at the reading's time. */
  readonly take: (commit: Commit, readings: ReadonlyMap<string, readonly Reading[]>) => Taken;
  /** Hears a gateway, through which readings of these channels came. */
  readonly hearGateway: (commit: Commit, gateway: string, channels: Iterable<string>) => void;
  /** What appliances and devices tell of themselves. */
  readonly equipment: Equipment;
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
  let plan: ChannelPlan = book?.channels ?? new Map();
  let site: SiteBook = book ?? noSite;
  const equipment = openEquipment(database, parts.alarms, () => site);
  const pairs = openPairWatch(database, parts.alarms, book);
  for (const probe of book?.probes.values() ?? []) memories.set(probe.id, restore(probe, now));
  const gateways = new Map<string, EpochMs>();
  for (const row of database.all(database.query.selectFrom("gateways").selectAll()))
    if (row.id !== canaryId) gateways.set(row.id, row.last_at);
  const silentGateways = (): Set<string> =>
    new Set(
      parts.alarms
        .underWay()
        .flatMap((alarm) =>
          alarm.kind === "gateway-silent" && alarm.state.condition ? [alarm.subject] : [],
        ),
    );

  function restore(probe: PlacedProbe, at: EpochMs): ProbeMemory {
    const memory = unjudged(parts.store, probe, at);
    return atStart({ ...memory, ...parts.store.restore(memory.number, probe, memory.route) }, at);
  }

  /** A probe that the site has from now on. Readings of its channels may be there already, from before it was taken out or through a back-dated assignment. */
  function welcome(commit: Commit, probe: PlacedProbe): ProbeMemory {
    const memory = unjudged(parts.store, probe, commit.at);
    const isEmpty = parts.store.nthAfter(memory.route, always.from, 1) === null;
    if (isEmpty && !hasOpenOnRecord(database, probe.id)) return atStart(memory, commit.at);
    return judgeAnew(parts, commit, null, memory, always);
  }

  function change(commit: Commit, known: ProbeMemory, probe: PlacedProbe): ProbeMemory {
    if (JSON.stringify(known.probe) === JSON.stringify(probe)) return { ...known, probe };
    const memory = { ...known, probe, route: parts.store.routeOf(probe) };
    const span = changedSpanOf(known.probe, probe);
    return span === null ? { ...memory, dueAt: commit.at } : judgeAnew(parts, commit, known, memory, span);
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
        figures: { of: "silence", since: lastAt, unmonitoredAt: null },
      }),
      gateway,
    );
  };

  const gatewayIsDue = (now: EpochMs): boolean => {
    const silent = silentGateways();
    return [...gateways].some(([id, lastAt]) => now - lastAt > gatewaySilentAfterMs && !silent.has(id));
  };

  /** The probes whose readings channels carry at an instant. */
  function* probesOf(channels: Iterable<string>, at: EpochMs): Iterable<string> {
    for (const channel of channels) {
      const probe = memories.has(channel) ? channel : probeOfChannel(plan, channel, at);
      if (probe !== null && probe !== undefined && memories.has(probe)) yield probe;
    }
  }

  return {
    equipment,
    begin: (commit) => {
      parts.alarms.begin(commit);
      const fresh = [...memories].map(([id, memory]): [string, ProbeMemory] => [
        id,
        atStart(memory, commit.at),
      ]);
      commit.afterwards(() => {
        memories = new Map(fresh);
      });
    },
    isKnown: (channel) => memories.has(channel) || plan.has(channel),
    probe: (id) => memories.get(id),
    take: (commit, readings) => {
      let accepted = 0;
      let duplicates = 0;
      const byProbe = new Map<string, Reading[]>();
      const judged = new Map<string, ProbeMemory>();
      const count = (taken: Taken): void => {
        accepted += taken.accepted;
        duplicates += taken.duplicates;
      };
      for (const [channel, list] of readings) {
        const memory = memories.get(channel);
        if (memory === undefined || !isOwnChannel(memory)) {
          const memoryAt = (at: EpochMs) => memories.get(probeOfChannel(plan, channel, at) ?? "");
          count(storeRouted(parts.store, channel, list, memoryAt, byProbe));
        } else {
          const result = takeReadings(parts, commit, memory, list);
          count(result.taken);
          judged.set(channel, result.memory);
        }
      }
      for (const [probe, fresh] of byProbe) {
        const memory = memories.get(probe);
        if (memory !== undefined)
          judged.set(probe, judgeFresh(parts, commit, memory, fresh.toSorted(compareReadings)));
      }
      for (const memory of judged.values()) keep(commit, memory);
      pairs.judge(commit, judged.keys(), (id) => judged.get(id) ?? memories.get(id));
      return { accepted, duplicates };
    },
    hearGateway: (commit, gateway, channels) => {
      parts.alarms.learnGateway(commit, gateway, probesOf(channels, commit.at));
      // The canary speaks when it breaches, and is silent between.
      if (gateway === canaryId) return;
      judgeGateway(commit, gateway, commit.at);
      commit.afterwards(() => void gateways.set(gateway, commit.at));
    },
    isDue: (at) =>
      [...memories.values()].some(({ dueAt }) => dueAt !== null && dueAt <= at) ||
      parts.alarms.isDue(at) ||
      equipment.isDue(at) ||
      gatewayIsDue(at),
    tick: (commit) => {
      for (const [gateway, lastAt] of inOrder(gateways)) judgeGateway(commit, gateway, lastAt);
      for (const memory of memories.values()) {
        if (memory.dueAt !== null && memory.dueAt <= commit.at)
          keep(commit, tickProbe(parts, commit, memory));
      }
      equipment.tick(commit);
      parts.alarms.tick(commit);
    },
    applySite: (commit, next) => {
      const fresh = new Map<string, ProbeMemory>();
      for (const probe of next.probes.values()) {
        const known = memories.get(probe.id);
        fresh.set(probe.id, known === undefined ? welcome(commit, probe) : change(commit, known, probe));
      }
      commit.afterwards(() => {
        memories = fresh;
        plan = next.channels;
        site = next;
        pairs.use(next);
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
