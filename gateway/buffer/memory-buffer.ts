import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { bootKey, type BootLedger } from "../intake/ledger.ts";
import {
  type BufferEntry,
  type Evidence,
  evidenceMax,
  type LaneName,
  type ReadingBuffer,
  type RefusedEntry,
  type SignalState,
  thinEntriesMax,
  type Thinned,
} from "./buffer.ts";
import { chooseDropped, thinnedEvidence } from "./thinning.ts";

interface OpenBatch {
  readonly sequence: number;
  readonly lane: LaneName;
  readonly heldReadings: number;
  readonly entries: readonly BufferEntry[];
}

/** What an entry counts for in the usage of a buffer in memory. Bytes. */
export const memoryEntryBytes = 32;

/** A buffer that forgets everything at its end: the model of the port, for tests and simulation. */
export function memoryBuffer(createdAt: EpochMs): ReadingBuffer {
  let nextSequence = createdAt;
  let live: BufferEntry[] = [];
  let backlog: BufferEntry[] = [];
  let open: OpenBatch[] = [];
  let refused: RefusedEntry[] = [];
  let evidence: Evidence[] = [];
  let thinFrom = 0;
  let last = 0;
  const numbers = new WeakMap<BufferEntry, number>();
  const numbered = (entry: BufferEntry): BufferEntry => {
    const own = { ...entry };
    numbers.set(own, (last += 1));
    return own;
  };
  const numberOf = (entry: BufferEntry): number => numbers.get(entry) ?? 0;
  const ledgers = new Map<string, BootLedger>();
  const signals = new Map<string, SignalState>();
  const inBatches = (): number => open.reduce((sum, batch) => sum + batch.entries.length, 0);
  const held = (): number => live.length + backlog.length + inBatches() + refused.length;
  const keep = (more: readonly Evidence[]): void =>
    void (evidence = [...evidence, ...more].slice(-evidenceMax));
  const find = (sequence: number): OpenBatch => {
    const batch = open.find((one) => one.sequence === sequence);
    if (batch === undefined) throw unknownBatch(sequence);
    return batch;
  };
  const close = (sequence: number): void => void (open = open.filter((one) => one.sequence !== sequence));
  const take = (lane: LaneName, entriesMax: number): OpenBatch | null => {
    if (lane === "live" && live.length > entriesMax) {
      backlog = [...backlog, ...live];
      live = [];
    }
    const waiting = lane === "live" ? live : backlog;
    const entries = waiting.splice(0, entriesMax);
    const start = lane === "live" ? backlog.length : 0;
    if (thinFrom > start) thinFrom = Math.max(start, thinFrom - entries.length);
    if (entries.length === 0) return null;
    const batch = { sequence: nextSequence++, lane, heldReadings: held(), entries };
    open.push(batch);
    return batch;
  };
  const thinOut = (at: number): Thinned | null => {
    if (backlog.length + live.length === 0) return null;
    const waiting = thinFrom < backlog.length ? backlog : live;
    const from = waiting === backlog ? thinFrom : thinFrom - backlog.length;
    const stretch = waiting.slice(from, from + thinEntriesMax).map((entry, id) => ({ id, entry }));
    const dropped = chooseDropped(stretch);
    const left = stretch.filter(({ id }) => !dropped.has(id)).map(({ entry }) => entry);
    waiting.splice(from, stretch.length, ...left);
    thinFrom += left.length;
    const more = thinFrom < backlog.length + live.length;
    if (!more) thinFrom = 0;
    if (dropped.size > 0) keep([thinnedEvidence(stretch, dropped, at)]);
    return { examined: stretch.length, dropped: dropped.size, more };
  };
  return {
    heldReadings: held,
    usage: () => ({
      heldReadings: held(),
      usedBytes: held() * memoryEntryBytes,
      reusableBytes: 0,
      diskFreeBytes: Number.MAX_SAFE_INTEGER,
    }),
    thinOut,
    backlogReadings: () => backlog.length,
    lastEntry: () => last,
    entriesAfter: (after, countMax) => {
      const all = [...backlog, ...live, ...open.flatMap((batch) => batch.entries)];
      const entries = all
        .filter((entry) => numberOf(entry) > after)
        .sort((a, b) => numberOf(a) - numberOf(b))
        .slice(0, countMax);
      const newest = entries.at(-1);
      return { entries, last: newest === undefined ? null : numberOf(newest) };
    },
    ledgers: () => [...ledgers.values()],
    signals: () => [...signals.values()],
    append: (commit) => {
      live.push(...commit.entries.map(numbered));
      refused = [...refused, ...commit.setAside];
      for (const signal of commit.signals) signals.set(signal.channel, signal);
      for (const ledger of commit.ledgers) ledgers.set(bootKey(ledger.device, ledger.boot), ledger);
      for (const { device, boot } of commit.forgotten) ledgers.delete(bootKey(device, boot));
      keep(commit.evidence);
    },
    nextBatch: (lane, entriesMax) => open.find((batch) => batch.lane === lane) ?? take(lane, entriesMax),
    complete: (sequence, rejected) => {
      find(sequence);
      close(sequence);
      keep(rejected);
    },
    split: (sequence) => {
      const batch = find(sequence);
      if (batch.entries.length < 2) throw unsplittable(sequence);
      const middle = Math.ceil(batch.entries.length / 2);
      const halves = [batch.entries.slice(0, middle), batch.entries.slice(middle)];
      const made = halves.map((entries): OpenBatch => ({
        sequence: nextSequence++,
        lane: batch.lane,
        heldReadings: held() - entries.length,
        entries,
      }));
      open.splice(open.indexOf(batch), 1, ...made);
    },
    renumber: (sequence, floor) => {
      nextSequence = Math.max(nextSequence, floor);
      open.splice(open.indexOf(find(sequence)), 1, { ...find(sequence), sequence: nextSequence++ });
    },
    refuse: (sequence, code, at) => {
      const batch = find(sequence);
      close(sequence);
      refused = [...refused, ...batch.entries.map((entry) => ({ entry, code, at }))];
    },
    requeueRefused: (chosen = () => true) => {
      const back = refused.filter(chosen);
      live.push(...back.map((one) => numbered(one.entry)));
      refused = refused.filter((one) => !back.includes(one));
      return back.length;
    },
    refused: () => refused,
    refusedCount: () => refused.length,
    evidence: (most = evidenceMax) => evidence.slice(-most),
    close: () => {},
  };
}

/** The caller names a batch that is not open. */
export function unknownBatch(sequence: number): CodedError {
  return new CodedError("buffer.batch-unknown", `The buffer holds no open batch ${sequence}.`, {
    context: { sequence },
  });
}

/** The caller wants to split what cannot be split. */
export function unsplittable(sequence: number): CodedError {
  return new CodedError("buffer.batch-single", `Batch ${sequence} holds one entry and cannot be split.`, {
    context: { sequence },
  });
}
