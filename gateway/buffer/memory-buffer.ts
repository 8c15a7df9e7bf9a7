import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { bootKey, type BootLedger } from "../intake/ledger.ts";
import {
  type Evidence,
  evidenceMax,
  type LaneName,
  type ProbeReading,
  type ReadingBuffer,
  type RefusedReading,
} from "./buffer.ts";

interface OpenBatch {
  readonly sequence: number;
  readonly lane: LaneName;
  readonly heldReadings: number;
  readonly readings: readonly ProbeReading[];
}

/** A buffer that forgets everything at its end: the model of the port, for tests and simulation. */
export function memoryBuffer(createdAt: EpochMs): ReadingBuffer {
  let nextSequence = createdAt;
  let live: ProbeReading[] = [];
  let backlog: ProbeReading[] = [];
  let open: OpenBatch[] = [];
  let refused: RefusedReading[] = [];
  let evidence: Evidence[] = [];
  const ledgers = new Map<string, BootLedger>();
  const inBatches = (): number => open.reduce((sum, batch) => sum + batch.readings.length, 0);
  const held = (): number => live.length + backlog.length + inBatches() + refused.length;
  const keep = (more: readonly Evidence[]): void =>
    void (evidence = [...evidence, ...more].slice(-evidenceMax));
  const find = (sequence: number): OpenBatch => {
    const batch = open.find((one) => one.sequence === sequence);
    if (batch === undefined) throw unknownBatch(sequence);
    return batch;
  };
  const close = (sequence: number): void => void (open = open.filter((one) => one.sequence !== sequence));
  const take = (lane: LaneName, readingsMax: number): OpenBatch | null => {
    if (lane === "live" && live.length > readingsMax) {
      backlog = [...backlog, ...live];
      live = [];
    }
    const waiting = lane === "live" ? live : backlog;
    const readings = waiting.splice(0, readingsMax);
    if (readings.length === 0) return null;
    const batch = { sequence: nextSequence++, lane, heldReadings: held(), readings };
    open.push(batch);
    return batch;
  };
  return {
    heldReadings: held,
    backlogReadings: () => backlog.length,
    ledgers: () => [...ledgers.values()],
    append: (commit) => {
      live.push(...commit.readings);
      for (const ledger of commit.ledgers) ledgers.set(bootKey(ledger.device, ledger.boot), ledger);
      for (const { device, boot } of commit.forgotten) ledgers.delete(bootKey(device, boot));
      keep(commit.evidence);
    },
    nextBatch: (lane, readingsMax) => open.find((batch) => batch.lane === lane) ?? take(lane, readingsMax),
    complete: (sequence, rejected) => {
      find(sequence);
      close(sequence);
      keep(rejected);
    },
    split: (sequence) => {
      const batch = find(sequence);
      if (batch.readings.length < 2) throw unsplittable(sequence);
      const middle = Math.ceil(batch.readings.length / 2);
      const halves = [batch.readings.slice(0, middle), batch.readings.slice(middle)];
      const made = halves.map((readings): OpenBatch => ({
        sequence: nextSequence++,
        lane: batch.lane,
        heldReadings: held() - readings.length,
        readings,
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
      refused = [...refused, ...batch.readings.map((reading) => ({ reading, code, at }))];
    },
    requeueRefused: () => {
      const count = refused.length;
      live.push(...refused.map((one) => one.reading));
      refused = [];
      return count;
    },
    refused: () => refused,
    evidence: () => evidence,
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
  return new CodedError("buffer.batch-single", `Batch ${sequence} holds one reading and cannot be split.`, {
    context: { sequence },
  });
}
