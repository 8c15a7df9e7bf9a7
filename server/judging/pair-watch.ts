import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { PairSection } from "@coldkeep/core/site/trust-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { judgePair, type PairSide, type PairStanding } from "@coldkeep/core/trust/pair.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import type { AlarmFacts } from "../alarms/kept-alarm.ts";
import { formatCelsius, localTime } from "../alarms/messages.ts";
import type { Commit } from "../journal/committer.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { ProbeMemory } from "./probe-memory.ts";

/** Watches pairs of probes that must not say different things for long (docs/sensor-trust.md). It calls people; no probe's own judgement depends on it. */
export interface PairWatch {
  /** Puts the pairs of another version of the site in force. */
  readonly use: (book: SiteBook) => void;
  /** Compares the pairs of probes whose readings were taken in a commit. */
  readonly judge: (
    commit: Commit,
    taken: Iterable<string>,
    memoryOf: (probe: string) => ProbeMemory | undefined,
  ) => void;
}

/** Opens the watch on the records, where the beginnings of disagreements are kept. */
export function openPairWatch(database: Database, alarms: AlarmBook, start: SiteBook | null): PairWatch {
  const save = database.prepare(
    "INSERT INTO disagreements (probe, since) VALUES (?, ?) ON CONFLICT (probe) DO UPDATE SET since = excluded.since",
  );
  const drop = database.prepare("DELETE FROM disagreements WHERE probe = ?");
  const rows = database.prepare("SELECT probe, since FROM disagreements").all();
  const since = new Map(rows.map((row) => [String(row["probe"]), Number(row["since"])]));
  let book = start;
  let owners = ownersOf(start);

  const keep = (commit: Commit, probe: string, began: EpochMs | null): void => {
    if (began === (since.get(probe) ?? null)) return;
    if (began === null) drop.run(probe);
    else save.run(probe, began);
    commit.afterwards(() => void (began === null ? since.delete(probe) : since.set(probe, began)));
  };

  const follow = (commit: Commit, owner: ProbeMemory, other: ProbeMemory, pair: PairSection): void => {
    const { id } = owner.probe;
    const standing = judgePair(since.get(id) ?? null, sideOf(owner), sideOf(other), pair, commit.at);
    keep(commit, id, standing.since);
    const facts = (): AlarmFacts => describe(owner, other, standing, book);
    alarms.judge(commit, "probe-disagreement", standing.condition, facts, id);
  };

  return {
    use: (next) => {
      book = next;
      owners = ownersOf(next);
    },
    judge: (commit, taken, memoryOf) => {
      const touched = new Set([...taken].flatMap((probe) => [probe, ...(owners.get(probe) ?? [])]));
      for (const id of [...touched].sort()) {
        const owner = memoryOf(id);
        const pair = owner?.probe.pair;
        const other = pair === undefined ? undefined : memoryOf(pair.with);
        if (owner !== undefined && pair !== undefined && other !== undefined)
          follow(commit, owner, other, pair);
        else if (owner !== undefined) endWatch(commit, owner.probe);
      }
    },
  };

  /** A probe that is in no pair, or no longer. */
  function endWatch(commit: Commit, probe: PlacedProbe): void {
    keep(commit, probe.id, null);
    const nothing = (): AlarmFacts => ({
      subject: probe.id,
      severity: "warning",
      appliance: probe.appliance,
      probe: probe.id,
      text: "",
    });
    alarms.judge(commit, "probe-disagreement", "off", nothing, probe.id);
  }
}

/** By probe, the probes whose pair it is. */
function ownersOf(book: SiteBook | null): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  for (const { id, pair } of book?.probes.values() ?? []) {
    if (pair !== undefined) owners.set(pair.with, [...(owners.get(pair.with) ?? []), id]);
  }
  return owners;
}

function sideOf({ state, probe }: ProbeMemory): PairSide {
  const { last } = state;
  return { last, maxGap: ruleAt(probe.rules.profiles, last?.at ?? 0).maxGap };
}

function describe(
  owner: ProbeMemory,
  other: ProbeMemory,
  { since }: PairStanding,
  book: SiteBook | null,
): AlarmFacts {
  const { id, appliance } = owner.probe;
  const said = ({ probe, state }: ProbeMemory): string =>
    `${probe.id} says ${formatCelsius(state.last?.celsius ?? 0)}`;
  const name = book?.appliances.get(appliance)?.name ?? appliance;
  const began = since === null ? "" : ` since ${localTime(since, book?.site.timeZone ?? "UTC")}`;
  return {
    subject: id,
    severity: "warning",
    appliance,
    probe: id,
    text: `${name}: two probes disagree${began}: ${said(owner)}, ${said(other)}; one of them is wrong`,
    figures: {
      of: "disagreement",
      since,
      said: [owner, other].map(({ probe, state }) => ({
        probe: probe.id,
        celsius: state.last?.celsius ?? 0,
      })),
    },
  };
}
