import {
  calledFrom,
  describeEquipment,
  type EquipmentEvent,
  supersedes,
} from "@coldkeep/core/alarms/describe-equipment.ts";
import { type AlarmFacts, describeProbe } from "@coldkeep/core/alarms/describe.ts";
import type { Condition } from "@coldkeep/core/alarms/probe-conditions.ts";
import { probeConditions } from "@coldkeep/core/alarms/probe-conditions.ts";
import { type EdgeAlarmKind, edgeAlarmKinds } from "@coldkeep/core/contract/edge.ts";
import { isUnknownAfter } from "@coldkeep/core/engine/judge.ts";
import { activeEpisode } from "@coldkeep/core/engine/probe-state.ts";
import { settledAt } from "@coldkeep/core/engine/settle.ts";
import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { type BufferEntry, isReading } from "../buffer/buffer.ts";
import type { AlarmSetWork, EdgeAlarm } from "./alarm-set.ts";
import { type PlannedProbe, probeOf, type WatchPlan } from "./plan.ts";
import { freshMemory, judgedBy, type ProbeMemory, shortened, takeReadings } from "./probe-memory.ts";

/** How one probe was heard. */
interface Heard {
  readonly probe: PlannedProbe;
  readonly memory: ProbeMemory;
  readonly heardAt: EpochMs;
  /** The first arrival whose newest reading was old already, with nothing newer since; null while it is up to date. */
  readonly staleSince: EpochMs | null;
}

/** What was heard, as it goes on disk: with what is still in the buffer it makes the same state again. */
export interface HeardBefore {
  /** The buffer's last entry that is in it. */
  readonly lastEntry: number;
  readonly probes: readonly (readonly [id: string, memory: ProbeMemory])[];
  readonly equipment: readonly EquipmentEvent[];
}

/** Readings of each probe that go on disk for late ones. */
const recentOnDiskMax = 64;

/** Most subjects of events that are remembered; further ones are passed over and counted. */
export const equipmentMax = 1_000;

/** What a gateway has heard of all its probes and equipment, judged as the server judges it. */
export interface Hearing {
  /** Puts another plan in force. */
  readonly use: (plan: WatchPlan) => void;
  /** Takes what was committed. Returns the probes of which something is new. */
  readonly take: (entries: readonly BufferEntry[], now: EpochMs) => ReadonlySet<string>;
  /** Judges probes (all of them by default) and equipment at an instant. */
  readonly judge: (work: AlarmSetWork, now: EpochMs, only?: ReadonlySet<string>) => void;
  /** What an alarm about a probe says by now. */
  readonly facts: (alarm: EdgeAlarm, now: EpochMs) => AlarmFacts | null;
  /** All that alarms can be about. */
  readonly subjects: () => ReadonlySet<string>;
  readonly kept: (lastEntry: number) => HeardBefore;
  readonly restore: (before: HeardBefore, now: EpochMs) => void;
}

/** What a hearing needs to know. */
export interface HearingParts {
  readonly gateway: string;
  readonly plan: WatchPlan;
  /** Since when the gateway listens: silence before that is its own. */
  readonly listeningSince: EpochMs;
  readonly count: (code: string, source: string, by: number) => void;
}

const kinds: ReadonlySet<string> = new Set(edgeAlarmKinds);

/** Makes a hearing that has heard nothing. */
export function makeHearing({ gateway, listeningSince, count, ...parts }: HearingParts): Hearing {
  let plan = parts.plan;
  const probes = new Map<string, Heard>();
  const equipment = new Map<string, EquipmentEvent>();

  function takeProbe(probe: PlannedProbe, readings: readonly Reading[], now: EpochMs): boolean {
    const known = probes.get(probe.id);
    const taken = takeReadings(known?.memory ?? freshMemory, readings, probe.rules);
    if (taken.tooLate > 0) count("watch.reading-too-late", probe.id, taken.tooLate);
    if (taken.memory === known?.memory) return false;
    const { head } = taken.memory;
    const isFresh = head.last?.celsius === null || !isUnknownAfter(head, probe.rules, now);
    const staleSince = isFresh ? null : (known?.staleSince ?? now);
    probes.set(probe.id, { probe, memory: taken.memory, heardAt: now, staleSince });
    return true;
  }

  function takeEvent(event: EquipmentEvent): void {
    const key = keyOf(event);
    const known = equipment.get(key);
    if (known === undefined && equipment.size >= equipmentMax)
      count("watch.event-passed-over", event.subject, 1);
    else if (supersedes(event, known)) equipment.set(key, event);
  }

  function placeOf(subject: string) {
    const probe = plan.probes.get(subject);
    const appliance = plan.appliances.get(probe?.appliance ?? subject);
    const first = probe ?? [...plan.probes.values()].find((each) => each.appliance === subject);
    return { probe, appliance, first };
  }

  function judgeEvent(work: AlarmSetWork, event: EquipmentEvent, now: EpochMs): void {
    const { probe, appliance, first } = placeOf(event.subject);
    const delays = { doorDelay: appliance?.doorDelayMs, agitatorDelay: appliance?.agitatorDelayMs };
    const isTime = calledFrom(event, delays) <= now;
    const condition: Condition = event.active ? (isTime ? "on" : "unchanged") : "off";
    const facts = () =>
      describeEquipment(event, {
        name: appliance?.shortName ?? null,
        appliance: appliance?.id ?? null,
        probe: probe?.id ?? null,
        isGateway: event.subject === gateway,
        timeZone: plan.timeZone,
      });
    work.judge(event.kind, event.subject, condition, facts, first);
  }

  function factsOf(kind: EdgeAlarmKind, { probe, memory }: Heard, now: EpochMs): AlarmFacts {
    const name = plan.appliances.get(probe.appliance)?.shortName ?? probe.appliance;
    return describeProbe(kind, { ...probe, name, timeZone: plan.timeZone }, memory.head, now);
  }

  function judgeProbe(work: AlarmSetWork, heard: Heard, now: EpochMs): void {
    const { probe, memory, heardAt, staleSince } = heard;
    const { head } = memory;
    if (staleSince !== null && now < settledAt(heardAt, staleSince)) return;
    const { maxGap, alarmDelay } = ruleAt(probe.rules.profiles, now);
    const isDeaf = now <= listeningSince + maxGap + alarmDelay;
    for (const { kind, condition } of probeConditions(head, probe.rules, now).conditions) {
      if (!isEdgeKind(kind)) continue;
      const isOwnSilence = kind === "probe-silent" && condition === "on" && isDeaf;
      const facts = () => factsOf(kind, heard, now);
      work.judge(kind, probe.id, isOwnSilence ? "unchanged" : condition, facts, probe);
      const side = kind === "temperature-high" ? "high" : kind === "temperature-low" ? "low" : null;
      if (side !== null && condition === "on" && activeEpisode(head, side)?.critical === true)
        work.worsen(kind, probe.id, facts);
    }
  }

  return {
    use: (next) => {
      plan = next;
      for (const [id, heard] of probes) {
        const probe = next.probes.get(id);
        if (probe === undefined || probe.fingerprint.channels !== heard.probe.fingerprint.channels)
          probes.delete(id);
        else if (probe.fingerprint.rules === heard.probe.fingerprint.rules)
          probes.set(id, { ...heard, probe });
        else probes.set(id, { ...heard, probe, memory: judgedBy(heard.memory, probe.rules) });
      }
    },
    take: (entries, now) => {
      const byProbe = new Map<string, Reading[]>();
      for (const entry of entries) {
        if (!isReading(entry)) {
          takeEvent(entry);
          continue;
        }
        const probe = probeOf(plan, entry.probe, entry.at);
        if (probe === null) continue;
        const reading: Reading = isGood(entry)
          ? { at: entry.at, celsius: entry.celsius }
          : { at: entry.at, fault: entry.fault };
        const list = byProbe.get(probe.id);
        if (list === undefined) byProbe.set(probe.id, [reading]);
        else list.push(reading);
      }
      const touched = new Set<string>();
      for (const [id, readings] of byProbe) {
        const probe = plan.probes.get(id);
        if (probe !== undefined && takeProbe(probe, readings, now)) touched.add(id);
      }
      return touched;
    },
    judge: (work, now, only) => {
      for (const heard of probes.values()) {
        if (only === undefined || only.has(heard.probe.id)) judgeProbe(work, heard, now);
      }
      for (const event of equipment.values()) judgeEvent(work, event, now);
    },
    facts: ({ kind, subject, state }, now) => {
      const heard = probes.get(subject);
      const isOfProbe = kind.startsWith("temperature-") || kind.startsWith("probe-");
      return heard === undefined || !isOfProbe || !state.condition ? null : factsOf(kind, heard, now);
    },
    subjects: () =>
      new Set([
        gateway,
        ...plan.probes.keys(),
        ...plan.appliances.keys(),
        ...[...equipment.values()].map(({ subject }) => subject),
      ]),
    kept: (lastEntry) => ({
      lastEntry,
      probes: [...probes].map(([id, { probe, memory }]) => [
        id,
        shortened(memory, recentOnDiskMax, probe.rules),
      ]),
      equipment: [...equipment.values()],
    }),
    restore: (before, now) => {
      for (const [id, memory] of before.probes) {
        const probe = plan.probes.get(id);
        if (probe !== undefined) probes.set(id, { probe, memory, heardAt: now, staleSince: null });
      }
      for (const event of before.equipment) takeEvent(event);
    },
  };
}

function isEdgeKind(kind: string): kind is EdgeAlarmKind {
  return kinds.has(kind);
}

function keyOf({ kind, subject }: EquipmentEvent): string {
  return `${kind} ${subject}`;
}
