import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import { alarmIdentity } from "@coldkeep/core/alarms/identity.ts";
import {
  type AlarmTerms,
  isAsJudged,
  isDueBy,
  standardTerms,
  whileParentLasts,
} from "@coldkeep/core/alarms/alarm-state.ts";
import {
  type AlarmEffect,
  type AlarmInput,
  type AlarmState,
  type AlarmStep,
  isOver,
  phaseOf,
  type Mutes,
  raiseAlarm,
  raiseMomentary,
  stepAlarm,
} from "@coldkeep/core/alarms/lifecycle.ts";
import {
  type Condition,
  type ConditionList,
  quietConditions,
} from "@coldkeep/core/alarms/probe-conditions.ts";
import { strongerKind, suppressionGraceMs } from "@coldkeep/core/alarms/parents.ts";
import { termsOf } from "@coldkeep/core/alarms/terms.ts";
import { toldSeverity } from "@coldkeep/core/alarms/told-severity.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import { activeEpisode, type ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { changeDetail } from "../audit/detail.ts";
import type { Commit } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { type AlarmLane, earnestLane } from "./alarm-lane.ts";
import { makeCallWriter } from "./write-call.ts";
import type { ForecastProbe } from "./told-forecast.ts";
import { makeCaller } from "./caller.ts";
import { type EdgeOccurrence, type EdgeOutcome, makeTakeover } from "./edge-takeover.ts";
import type { AlarmFacts, KeptAlarm } from "./kept-alarm.ts";
import { describeLate } from "./messages.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import { isMoot } from "../summons/chain-alarms.ts";
import type { Notes } from "../summons/notes.ts";
import { makeOthersTeller } from "../summons/tell-others.ts";
import { openSummonsBook } from "../summons/summons-book.ts";
import type { OutOfService } from "./service-register.ts";

/** What a person does to an appliance's service. */
export interface ServiceAct {
  readonly appliance: string;
  readonly by: string;
  readonly reason: string | null;
  /** Until when it is out of service; null puts it back into service. */
  readonly until: EpochMs | null;
  /** What the person is called, where `by` is how the trail names them. */
  readonly name?: string;
  /** The role in which a person acted. */
  readonly role?: string | null;
}

/** All alarms of the site that are not over, and what happens to them. */
export interface AlarmBook {
  /** Takes up work: forgets what only memory knew. */
  readonly begin: (commit: Commit) => void;
  readonly judgeProbe: (
    commit: Commit,
    probe: PlacedProbe,
    state: ProbeState,
    conditions: ConditionList,
  ) => void;
  readonly raiseLate: (
    commit: Commit,
    probe: PlacedProbe,
    excursion: string,
    figures: ExcursionFigures,
    unitsHeld: number,
  ) => void;
  /** `evidenceAt`: the event time of what the condition was judged by, where that is not the commit's time. */
  readonly judge: (
    commit: Commit,
    kind: AlarmKind,
    condition: Condition,
    facts: () => AlarmFacts,
    subject: string,
    terms?: AlarmTerms,
    evidenceAt?: EpochMs,
  ) => void;
  /** Takes over what a gateway says of an alarm that it kept watch over while it was alone. */
  readonly takeOver: (commit: Commit, occurrence: EdgeOccurrence) => EdgeOutcome;
  /** Notes in an alarm's record that it stood for something, so that nobody is called anew about that. */
  readonly noteCovered: (commit: Commit, id: string, note: string) => void;
  /** Notes in an alarm's record that somebody who was called cannot come. */
  readonly noteDeclined: (commit: Commit, id: string, actor: string, note: string) => void;
  /** The probes that were last heard through a gateway. */
  readonly probesBehind: (gateway: string) => readonly string[];
  /** Remembers through which gateway probes were heard: its silence is then why they are silent. */
  readonly learnGateway: (commit: Commit, gateway: string, probes: Iterable<string>) => void;
  /** Applies a person's act. Returns the alarm after it, or null where there is no such alarm under way. */
  readonly act: (
    commit: Commit,
    id: string,
    input: AlarmInput,
    actor: string,
    note: string | null,
  ) => KeptAlarm | null;
  /** Takes an appliance out of service or puts it back: who is called about it changes, nothing else. */
  readonly serve: (commit: Commit, act: ServiceAct) => void;
  /** How an appliance is out of service at an instant; null where it is in service. */
  readonly outOfService: (appliance: string, at: EpochMs) => OutOfService | null;
  /** True where the passing of time changes an alarm or owes a call at `at`. */
  readonly isDue: (at: EpochMs) => boolean;
  readonly tick: (commit: Commit) => void;
  /** A message of a call reaches nobody, or somebody cannot come. */
  readonly unreached: (commit: Commit, summons: string, call: number) => void;
  /** All that are not over; without a commit those that are durable. */
  readonly underWay: (commit?: Commit) => readonly KeptAlarm[];
  /** Ends all of them, and calls nobody: for drills alone. */
  readonly dropAll: (commit: Commit) => void;
  /** The alarm of a kind about a subject that is under way. */
  readonly find: (commit: Commit | null, kind: AlarmKind, subject: string) => KeptAlarm | undefined;
}

/** What the book works with: `site` gives the site in force, `pages` the address of the board for messages, `channels` those that people can be told by. */
export interface AlarmBookParts {
  readonly database: Database;
  readonly deliveries: DeliveryBook;
  readonly notes: Notes;
  readonly channels: () => readonly ChannelFact[];
  readonly site: () => SiteBook;
  readonly pages: () => string | null;
  /** When a probe is expected at a limit; nothing is forecast where left out. */
  readonly forecast?: ForecastProbe;
  /** Where it keeps them; in earnest where left out. */
  readonly lane?: AlarmLane;
}

/** Opens the book on the records. */
export function openAlarmBook(parts: AlarmBookParts): AlarmBook {
  const {
    database,
    deliveries,
    notes,
    channels,
    site,
    pages,
    lane = earnestLane(parts),
    forecast = () => null,
  } = parts;
  const { rows, services, gateways, drill } = lane;
  const write = makeCallWriter({ database, rows, site, pages, channels, isDrill: lane.isDrill, forecast });
  const summonses = openSummonsBook({
    database,
    deliveries,
    site,
    channels,
    write,
    isDrill: lane.isDrill,
    drill,
  });
  const caller = makeCaller({ database, lane, summonses, deliveries, write, channels, gateways, site });
  const alarms = draftMap<string, readonly KeptAlarm[]>(bySubject(rows.underWay()));
  /** How probes with an alarm under way stand, so that a call that repeats says how it is by then. */
  const standings = draftMap<string, { readonly probe: PlacedProbe; readonly state: ProbeState }>();

  const find: AlarmBook["find"] = (commit, kind, subject) =>
    alarms.get(commit, subject)?.find((alarm) => alarm.kind === kind);

  const all = (commit: Commit | null): KeptAlarm[] =>
    [...alarms.values(commit)].flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));

  const keep = (
    commit: Commit,
    alarm: KeptAlarm,
    step: AlarmStep,
    actor: string,
    note: string | null,
  ): KeptAlarm => {
    const kept: KeptAlarm = { ...alarm, state: step.state };
    rows.save(kept);
    const others = (alarms.get(commit, kept.subject) ?? []).filter(({ id }) => id !== kept.id);
    const list = isOver(kept.state) ? others : [...others, kept];
    if (list.length === 0) alarms.delete(commit, kept.subject);
    else alarms.set(commit, kept.subject, list);
    for (const effect of step.effects) {
      if (effect.kind === "call") caller.call(commit, kept, effect.number, effect.about);
      else rows.note(commit, kept, effect.kind, actor, note, phaseOf(alarm.state));
      const settled = settledBy[effect.kind];
      if (settled !== undefined) caller.settle(commit, kept.id, settled);
    }
    return kept;
  };

  const step = (
    commit: Commit,
    alarm: KeptAlarm,
    input: AlarmInput,
    facts: AlarmFacts | null = null,
  ): KeptAlarm => {
    const next = stepAlarm(alarm.state, input, commit.at);
    if (next.state === alarm.state) return alarm;
    if (facts === null) return keep(commit, alarm, next, "system", null);
    const severity = toldSeverity(alarm.severity, facts.severity, alarm.state, next);
    return keep(commit, { ...alarm, ...facts, severity }, next, "system", null);
  };

  const mutesOf = (commit: Commit, { appliance }: AlarmFacts, suppressed: boolean): Mutes => {
    const out = appliance === null ? null : services.of(commit, appliance, commit.at);
    return { suppressed, outOfServiceUntil: out?.until ?? null };
  };

  const raise = (commit: Commit, kind: AlarmKind, facts: AlarmFacts, raised: AlarmStep): void => {
    const id = alarmIdentity(kind, facts.subject, commit.at, (taken) => rows.find(taken) !== null);
    keep(commit, { id, kind, ...facts, state: raised.state }, raised, "system", null);
  };

  const judgeOne = (
    commit: Commit,
    kind: AlarmKind,
    condition: Condition,
    facts: () => AlarmFacts,
    subject: string,
    terms: () => AlarmTerms,
    hasParent: boolean,
    evidenceAt: EpochMs,
  ): void => {
    const found = find(commit, kind, subject);
    if (found === undefined) {
      if (condition !== "on") return;
      const known = facts();
      raise(commit, kind, known, raiseAlarm(commit.at, terms(), mutesOf(commit, known, hasParent)));
      return;
    }
    const known = followParent(commit, found, hasParent);
    if (condition === "unchanged" || isAsJudged(known.state, condition, commit.at)) return;
    if (condition === "off" && evidenceAt < (known.edgeSince ?? evidenceAt)) return;
    if (condition === "on") step(commit, known, { kind: "onset", terms: terms() }, facts());
    else step(commit, known, { kind: "clear" });
  };

  /** Suppression by design lasts as long as the parent, and a little longer (`suppressionGraceMs`). */
  const followParent = (commit: Commit, alarm: KeptAlarm, hasParent: boolean): KeptAlarm => {
    const { suppressedUntil } = alarm.state;
    if (hasParent && suppressedUntil !== whileParentLasts) return step(commit, alarm, { kind: "suppress" });
    if (hasParent || suppressedUntil !== whileParentLasts) return alarm;
    return step(commit, alarm, { kind: "unsuppress", until: commit.at + suppressionGraceMs });
  };

  /** Whether people are called about a probe that was placed elsewhere follows the appliance that it is in by now. */
  const followPlace = (commit: Commit, alarm: KeptAlarm, probe: PlacedProbe, state: ProbeState): void => {
    const { appliance } = probe;
    if (alarm.appliance === appliance) return;
    const out = services.of(commit, appliance, commit.at);
    const input: AlarmInput =
      out === null ? { kind: "return-to-service" } : { kind: "remove-from-service", until: out.until };
    const next = stepAlarm(alarm.state, input, commit.at);
    const isDescribed = probeKinds.has(alarm.kind) && alarm.state.condition;
    const facts = isDescribed ? lane.describe(alarm.kind, probe, state, site(), commit.at) : alarm;
    const severity = toldSeverity(alarm.severity, facts.severity, alarm.state, next);
    keep(commit, { ...alarm, ...facts, appliance, severity }, next, "system", `it is in ${appliance} now`);
  };

  const isSilent = (commit: Commit, gateway: string | null): boolean =>
    gateway !== null && find(commit, "gateway-silent", gateway)?.state.condition === true;

  const hasParent = (commit: Commit, kind: AlarmKind, probe: string): boolean => {
    if (kind === "probe-silent") return isSilent(commit, gateways.of(commit, probe));
    const stronger = strongerKind[kind];
    return stronger !== undefined && find(commit, stronger, probe)?.state.condition === true;
  };

  const worsen = (commit: Commit, kind: AlarmKind, probe: PlacedProbe, state: ProbeState): void => {
    const side = kind === "temperature-high" ? "high" : "low";
    const known = find(commit, kind, probe.id);
    if (known === undefined || known.severity === "critical" || !known.state.condition) return;
    if (activeEpisode(state, side)?.critical !== true) return;
    step(commit, known, { kind: "worsen" }, lane.describe(kind, probe, state, site(), commit.at));
  };

  const judge: AlarmBook["judge"] = (
    commit,
    kind,
    condition,
    facts,
    subject,
    terms = standardTerms,
    evidenceAt = commit.at,
  ) => {
    const before = find(commit, kind, subject)?.state.condition ?? false;
    judgeOne(commit, kind, condition, facts, subject, () => terms, false, evidenceAt);
    const after = find(commit, kind, subject)?.state.condition ?? false;
    if (kind !== "gateway-silent" || before === after) return;
    for (const probe of gateways.behind(commit, subject)) {
      const child = find(commit, "probe-silent", probe);
      if (child !== undefined) followParent(commit, child, hasParent(commit, "probe-silent", probe));
    }
  };

  /** What an alarm says by now, as long as it lasts. */
  const refreshed = (commit: Commit, { kind, subject, state, edgeSince }: KeptAlarm): AlarmFacts | null => {
    const standing = standings.get(commit, subject);
    if (standing === undefined || !probeKinds.has(kind) || !state.condition) return null;
    if ((standing.state.last?.at ?? 0) < (edgeSince ?? 0)) return null;
    return lane.describe(kind, standing.probe, standing.state, site(), commit.at);
  };

  const answered = makeOthersTeller({ database, rows, site, notes });
  lane.watch(summonses, { judge, find, answered });

  return {
    unreached: summonses.unreached,
    begin: (commit) => {
      for (const { probe } of standings.values(commit)) standings.delete(commit, probe.id);
    },
    judge,
    judgeProbe: (commit, probe, state, conditions) => {
      const known = alarms.get(commit, probe.id);
      if (conditions === quietConditions && known === undefined) return;
      for (const alarm of known ?? []) followPlace(commit, alarm, probe, state);
      for (const { kind, condition } of conditions) {
        const facts = () => lane.describe(kind, probe, state, site(), commit.at);
        const parent = hasParent(commit, kind, probe.id);
        const terms = () => termsOf(ruleAt(probe.rules.profiles, commit.at), kind);
        judgeOne(commit, kind, condition, facts, probe.id, terms, parent, state.last?.at ?? 0);
        if (condition === "on" && (kind === "temperature-high" || kind === "temperature-low"))
          worsen(commit, kind, probe, state);
      }
      if (alarms.get(commit, probe.id) === undefined) standings.delete(commit, probe.id);
      else standings.set(commit, probe.id, { probe, state });
    },
    raiseLate: (commit, probe, excursion, figures, unitsHeld) => {
      const facts = describeLate(probe, excursion, figures, unitsHeld, site());
      raise(commit, "late-excursion", facts, raiseMomentary(commit.at, mutesOf(commit, facts, false)));
    },
    takeOver: makeTakeover({ rows, find, keep, mutesOf, hasParent }),
    noteCovered: (commit, id, note) => {
      const alarm = rows.find(id);
      if (alarm !== null) rows.note(commit, alarm, "covers", "system", note, phaseOf(alarm.state));
    },
    noteDeclined: (commit, id, actor, note) => {
      const alarm = rows.find(id);
      if (alarm !== null) rows.note(commit, alarm, "declined", actor, note, phaseOf(alarm.state));
    },
    probesBehind: (gateway) => gateways.behind(null, gateway),
    learnGateway: gateways.learn,
    act: (commit, id, input, actor, note) => {
      const alarm = all(commit).find((each) => each.id === id);
      if (alarm === undefined) return null;
      const next = stepAlarm(alarm.state, input, commit.at);
      return next.state === alarm.state ? alarm : keep(commit, alarm, next, actor, note);
    },
    serve: (commit, { appliance, by, name = by, reason, until }) => {
      const input: AlarmInput =
        until === null
          ? { kind: "return-to-service" }
          : {
              kind: "remove-from-service",
              until: services.remove(commit, { appliance, until, actor: name, reason: reason ?? "" }).until,
            };
      if (until === null) services.putBack(commit, appliance);
      for (const alarm of all(commit)) {
        if (alarm.appliance !== appliance) continue;
        const next = stepAlarm(alarm.state, input, commit.at);
        if (next.state !== alarm.state) keep(commit, alarm, next, by, reason);
      }
    },
    outOfService: (appliance, at) => services.of(null, appliance, at),
    isDue: (at) =>
      caller.isDue(at) ||
      services.all().some(({ until }) => until <= at) ||
      [...alarms.values(null)].some((list) => list.some(({ state }) => isDueBy(state, at))),
    tick: (commit) => {
      for (const { appliance, until } of services.all()) {
        if (until > commit.at) continue;
        services.putBack(commit, appliance);
        const detail = changeDetail({ why: "its time has ended", from: "out of service", to: "in service" });
        commit.audit({
          actor: "system",
          action: "appliance.returned-to-service",
          subject: appliance,
          detail,
        });
      }
      const sight = { site: site().site, channels: channels(), summonses };
      for (const alarm of all(commit)) {
        if (!isDueBy(alarm.state, commit.at)) continue;
        const isOver = alarm.state.condition && isMoot(commit, alarm, sight);
        step(commit, alarm, { kind: isOver ? "clear" : "tick" }, refreshed(commit, alarm));
      }
      if (caller.isDue(commit.at)) caller.tick(commit);
    },
    underWay: (commit) => all(commit ?? null),
    dropAll: (commit) => {
      caller.forget(commit);
      for (const alarm of all(commit)) {
        caller.settle(commit, alarm.id, "gone");
        keep(commit, alarm, { state: endedState(alarm.state), effects: [] }, "system", null);
      }
      for (const { probe } of standings.values(commit)) standings.delete(commit, probe.id);
    },
    find,
  };
}

/** An alarm that is over, as it was raised. */
function endedState(state: AlarmState): AlarmState {
  const noMutes = { shelvedFrom: null, shelvedUntil: null, suppressedUntil: null, outOfServiceUntil: null };
  const over = { condition: false, awaited: false, latched: false, clearsAt: null, realarmAt: null };
  return { ...state, ...noMutes, ...over };
}

/** What ends the calling about an alarm: somebody has seen to it, or there is nothing to see to. */
const settledBy: Readonly<Partial<Record<AlarmEffect["kind"], "answered" | "gone">>> = {
  acknowledged: "answered",
  shelved: "answered",
  returned: "gone",
  suppressed: "gone",
  "removed-from-service": "gone",
};

const probeKinds: ReadonlySet<AlarmKind> = new Set(quietConditions.map(({ kind }) => kind));

function bySubject(list: readonly KeptAlarm[]): Map<string, readonly KeptAlarm[]> {
  const map = new Map<string, KeptAlarm[]>();
  for (const alarm of list) map.set(alarm.subject, [...(map.get(alarm.subject) ?? []), alarm]);
  return map;
}
