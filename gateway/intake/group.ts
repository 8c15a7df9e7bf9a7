import { deviceSubject } from "@coldkeep/core/contract/ids.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import {
  type BufferEntry,
  type Commit,
  type Evidence,
  evidenceMax,
  excerptBytesMax,
  type RefusedEntry,
  type SignalState,
  type SubjectEvent,
} from "../buffer/buffer.ts";
import {
  admit,
  type Admission,
  admitObservation,
  type AdmitRules,
  type Arrival,
  deliveryMaxMs,
  type Observation,
  type OwnTime,
  type SignalSample,
} from "./admit.ts";
import { type DriftWatch, watchDrift } from "./anchor.ts";
import { bootKey, type BootLedger, bootsMax } from "./ledger.ts";
import { type HeardValue, isAddedUp, stepRecord } from "./signal-record.ts";
import { type LateSignals, stepSignal } from "./signals.ts";
import { missingIn, type Range, sizeOf, withRange } from "./ranges.ts";

/** Something to count after the commit and, with a message, to log. */
export interface Note {
  readonly code: string;
  readonly source: string;
  readonly count: number;
  readonly message: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What a group of samples comes to. */
export interface GroupResult {
  readonly commit: Commit;
  readonly state: GroupState;
  readonly notes: readonly Note[];
}

/** One commit in the making. Nothing of it counts before the commit has been made. */
export interface Group {
  /** Gives boots that have no anchor yet one from the earliest of their samples in this group. */
  readonly anchorFirst: (samples: readonly { readonly arrival: Arrival; readonly live: boolean }[]) => void;
  readonly sample: (arrival: Arrival, live: boolean) => "kept" | "duplicate" | "refused" | "full";
  readonly observation: (observation: Observation) => "kept" | "refused" | "full";
  /** An event finds room however full the buffer is: there are few, and they say why it is full. */
  readonly event: (event: SubjectEvent) => void;
  readonly evidence: (evidence: Evidence) => void;
  readonly lose: (device: string, boot: number, range: Range) => void;
  readonly result: () => GroupResult;
}

/** What is known of all devices between two commits; replaced as a whole by each commit. */
export interface GroupState {
  readonly ledgers: ReadonlyMap<string, BootLedger>;
  readonly begin: (rules: AdmitRules, room: Room, own: OwnTime) => Group;
}

/** How many more entries find room. */
export interface Room {
  /** For what its device or broker keeps where it is not taken. */
  readonly kept: number;
  /** For what would be gone for good. */
  readonly unkept: number;
}

interface Knowledge {
  readonly ledgers: ReadonlyMap<string, BootLedger>;
  readonly watches: ReadonlyMap<string, DriftWatch | null>;
  /** `device/channel` whose missing mapping has been kept as evidence since the start. */
  readonly unmapped: ReadonlySet<string>;
  readonly signals: ReadonlyMap<string, SignalState>;
  readonly late: LateSignals;
  /** Values of signals whose times are added up. */
  readonly heard: ReadonlyMap<string, readonly HeardValue[]>;
}

/** Most names of unmapped devices and channels that are remembered, so that each is shown once. */
export const unmappedNamesMax = 1_000;

/** The state at the start, from what is on disk. */
export function groupState(ledgers: readonly BootLedger[], signals: readonly SignalState[]): GroupState {
  return stateOf({
    ledgers: new Map(ledgers.map((one) => [bootKey(one.device, one.boot), one])),
    watches: new Map(),
    unmapped: new Set(),
    signals: new Map(signals.map((one) => [one.channel, one])),
    late: new Map(),
    heard: new Map(),
  });
}

const stateOf = (knowledge: Knowledge): GroupState => ({
  ledgers: knowledge.ledgers,
  begin: (rules, room, own) => beginGroup(knowledge, rules, room, own),
});

function beginGroup(before: Knowledge, rules: AdmitRules, room: Room, own: OwnTime): Group {
  const changed = new Map<string, BootLedger>();
  const watches = new Map<string, DriftWatch | null>();
  const unmapped = new Set<string>();
  const zeros = new Map<string, EpochMs>();
  const entries: BufferEntry[] = [];
  const signals = new Map<string, SignalState>();
  const late = new Map<string, boolean>();
  const heard = new Map<string, readonly HeardValue[]>();
  /** Readings of samples that were asked for, oldest first. */
  const resent: BufferEntry[] = [];
  const setAside: RefusedEntry[] = [];
  const evidence: Evidence[] = [];
  const notes: Note[] = [];

  const ledgerOf = (key: string): BootLedger | undefined => changed.get(key) ?? before.ledgers.get(key);
  const note = (code: string, source: string, count = 1): void =>
    void notes.push({ code, source, count, message: null, facts: {} });
  const keepEvidence = (one: Evidence): void => {
    evidence.push(one);
    if (evidence.length > evidenceMax) evidence.shift();
  };

  function refuse(arrival: Arrival | Observation, code: string, name: string | null): void {
    note(code, arrival.source);
    if (name !== null) {
      if (before.unmapped.has(name) || unmapped.has(name)) return;
      if (before.unmapped.size + unmapped.size < unmappedNamesMax) unmapped.add(name);
      notes.push({
        code,
        source: arrival.source,
        count: 0,
        message: `No probe is mapped for ${name}: its readings are not taken. Add it to "probes" in the gateway's settings.`,
        facts: { name },
      });
    }
    keepEvidence({
      at: arrival.arrivedAt,
      source: arrival.source,
      code,
      excerpt: Uint8Array.from(arrival.raw.subarray(0, excerptBytesMax)),
    });
  }

  function refuseAll(arrival: Arrival | Observation, device: string, verdict: Admission): void {
    const { refusals, clockOff } = verdict;
    if (clockOff !== null) judgeClock(arrival, device, clockOff);
    for (const { code, channel } of refusals) {
      const name = code === "sample.at-future" ? null : channel === null ? device : `${device}/${channel}`;
      refuse(arrival, code, name);
    }
  }

  /** False where there is no room for it. */
  function take(verdict: Admission, places: number, readings = entries): boolean {
    const wanted = verdict.readings.length + verdict.signals.length + verdict.setAside.length;
    const taken = entries.length + resent.length + setAside.length;
    if (wanted > 0 && taken + wanted > places) return false;
    readings.push(...verdict.readings);
    for (const sample of verdict.signals) signal(sample);
    return true;
  }

  /** Says once that a device's own clock went wrong, and once that it is right again. */
  function judgeClock(arrival: Arrival | Observation, device: string, active: boolean): void {
    const channel = `${device}//clock`;
    const known = signals.get(channel) ?? before.signals.get(channel);
    if ((known?.active ?? false) === active) return;
    const at = arrival.arrivedAt;
    signals.set(channel, { channel, active, at });
    entries.push({ subject: deviceSubject(device), kind: "clock", active, at });
    // What an observation claimed is kept as `sample.at-future`.
    if (active && "sample" in arrival) refuse(arrival, "sample.clock-off", null);
    notes.push({
      code: active ? "sample.clock-off" : "sample.clock-right",
      source: arrival.source,
      count: active ? 0 : 1,
      message: active
        ? `The clock of ${device} is wrong: it does not agree with its uptime or lies in the future. Its samples are stamped without it.`
        : `The clock of ${device} is right again.`,
      facts: { device },
    });
  }

  function signal({ rule, ...sample }: SignalSample): void {
    const { channel } = sample;
    const known = signals.get(channel) ?? before.signals.get(channel);
    if (isAddedUp(rule.kind)) {
      const step = stepRecord(rule, known, heard.get(channel) ?? before.heard.get(channel), sample);
      entries.push(...step.events);
      if (step.state !== null) signals.set(channel, step.state);
      if (step.heard !== null) heard.set(channel, step.heard);
      return;
    }
    const step = stepSignal(rule, known, late.get(channel) ?? before.late.get(channel), sample);
    if (step.event !== null) entries.push(step.event);
    if (step.state !== null) signals.set(channel, step.state);
    if (step.late !== null) late.set(channel, step.late);
  }

  function drift(arrival: Arrival, key: string, ledger: BootLedger): void {
    // A clock that nothing has confirmed does not judge others.
    if (!own.isConfirmed) return;
    const watch = (watches.has(key) ? watches.get(key) : before.watches.get(key)) ?? null;
    const { at, arrivedAt, delayMaxMs = deliveryMaxMs } = arrival;
    const { sequence, uptimeMs } = arrival.sample;
    const agrees = at !== null && Math.abs(arrivedAt - at) <= rules.driftMaxMs;
    const errorMs = delayMaxMs + own.errorMs;
    const heard = {
      sequence,
      uptimeMs,
      heardAt: arrivedAt,
      errorMs,
      ownZero: agrees ? at - uptimeMs : null,
    };
    const seen = watchDrift(ledger.anchors, watch, heard, rules.driftMaxMs);
    watches.set(key, seen.watch);
    changed.set(key, { ...ledger, anchors: seen.anchors });
    if (seen.driftMs !== null) noteDrift(arrival, ledger, seen.driftMs);
  }

  function noteDrift(arrival: Arrival, ledger: BootLedger, driftMs: number): void {
    notes.push({
      code: "sample.clock-drift",
      source: arrival.source,
      count: 1,
      message: `The clock of ${ledger.device} (boot ${ledger.boot}) stands ${Math.round(driftMs / 1000)} s from where it stood. Later samples are stamped anew; stored times stay.`,
      facts: { device: ledger.device, boot: ledger.boot, driftMs },
    });
  }

  return {
    anchorFirst: (samples) => {
      for (const { arrival } of samples) {
        const key = bootKey(arrival.sample.device, arrival.sample.boot);
        const zero = arrival.arrivedAt - arrival.sample.uptimeMs;
        zeros.set(key, Math.min(zeros.get(key) ?? zero, zero));
      }
    },
    sample: (arrival, live) => {
      const { device, boot } = arrival.sample;
      const key = bootKey(device, boot);
      const zeroAt = zeros.get(key) ?? arrival.arrivedAt - arrival.sample.uptimeMs;
      const verdict = admit(rules, ledgerOf(key), arrival, zeroAt, own);
      if (!take(verdict, room.kept, live ? entries : resent)) return "full";
      refuseAll(arrival, device, verdict);
      if (verdict.givenUp > 0) note("sample.hole-closed", arrival.source, verdict.givenUp);
      if (verdict.ledger !== null) {
        changed.set(key, verdict.ledger);
        if (verdict.moved) {
          const [before = zeroAt, after = zeroAt] = verdict.ledger.anchors.slice(-2).map((one) => one.zeroAt);
          noteDrift(arrival, verdict.ledger, after - before);
        } else if (live) drift(arrival, key, verdict.ledger);
      }
      return verdict.outcome;
    },
    observation: (observation) => {
      const verdict = admitObservation(rules, observation, own);
      if (!take(verdict, observation.keeps ? room.kept : room.unkept)) return "full";
      setAside.push(
        ...verdict.setAside.map((entry) => ({ entry, code: "sample.at-future", at: observation.arrivedAt })),
      );
      refuseAll(observation, observation.device, verdict);
      return verdict.outcome === "kept" ? "kept" : "refused";
    },
    event: (event) => void entries.push(event),
    evidence: keepEvidence,
    lose: (device, boot, range) => {
      const key = bootKey(device, boot);
      const ledger = ledgerOf(key);
      if (ledger === undefined) return;
      let lost = ledger.lost;
      for (const hole of missingIn(ledger.kept, range[0], range[1])) {
        note("sample.lost", ledger.source, sizeOf(missingIn(lost, hole[0], hole[1])));
        lost = withRange(lost, hole);
      }
      changed.set(key, { ...ledger, lost });
    },
    result: () => {
      const ledgers = new Map([...before.ledgers, ...changed]);
      const forgotten = forgetOldBoots(ledgers, changed);
      return {
        commit: {
          // The newest first, as they are asked for: a batch that ends among them then leaves no gap behind it that looks like lost time.
          entries: [...entries, ...resent.toReversed()],
          setAside,
          signals: [...signals.values()],
          evidence,
          forgotten,
          ledgers: [...changed].filter(([key]) => ledgers.has(key)).map(([, ledger]) => ledger),
        },
        notes,
        state: stateOf({
          ledgers,
          watches: new Map([...before.watches, ...watches].filter(([key]) => ledgers.has(key))),
          signals: signals.size === 0 ? before.signals : new Map([...before.signals, ...signals]),
          heard: heard.size === 0 ? before.heard : new Map([...before.heard, ...heard]),
          late: late.size === 0 ? before.late : new Map([...before.late, ...late]),
          unmapped: unmapped.size === 0 ? before.unmapped : new Set([...before.unmapped, ...unmapped]),
        }),
      };
    },
  };
}

/** Removes from `ledgers` the boots beyond `bootsMax` of each device that has a new one; returns which. */
function forgetOldBoots(
  ledgers: Map<string, BootLedger>,
  changed: ReadonlyMap<string, BootLedger>,
): { device: string; boot: number }[] {
  const forgotten: { device: string; boot: number }[] = [];
  for (const device of new Set([...changed.values()].map((one) => one.device))) {
    const boots = [...ledgers.values()].filter((one) => one.device === device);
    const old = boots.sort((a, b) => b.lastHeardAt - a.lastHeardAt).slice(bootsMax);
    for (const one of old) {
      ledgers.delete(bootKey(device, one.boot));
      forgotten.push({ device, boot: one.boot });
    }
  }
  return forgotten;
}
