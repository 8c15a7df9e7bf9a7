import { unheardOf } from "@coldkeep/core/engine/probe-state.ts";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { channelsOverTime } from "@coldkeep/core/site/channels.ts";
import { always, changedSpan, joinSpans, type Span } from "@coldkeep/core/site/dated.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { PlacedProbe } from "../site/site-book.ts";
import type { Taken } from "./judging.ts";
import type { ProbeMemory, ReadingStore } from "./probe-memory.ts";

/** A probe of which nothing is judged yet. */
export function unjudged(store: ReadingStore, probe: PlacedProbe, at: EpochMs): ProbeMemory {
  return {
    number: store.numberOf(probe.id),
    probe,
    route: store.routeOf(probe),
    state: unheardOf(),
    sinceCheckpoint: 0,
    live: false,
    heardAt: at,
    staleSince: null,
    dueAt: null,
  };
}

/** True where a probe's readings are all those of its own channel and no others: then nothing needs to be looked up for a reading. */
export function isOwnChannel({ number, route }: ProbeMemory): boolean {
  const [only] = route;
  return (
    route.length === 1 &&
    only !== undefined &&
    only.channel === number &&
    only.from === always.from &&
    only.to === always.to
  );
}

/**
 * Stores readings of a channel and adds those that are new to a probe to `byProbe`. A reading whose channel is assigned to nothing at its time is kept, and
 * judged once a correction of the assignment says whose it was; one that another channel of the probe brought already is a repeat to the probe.
 */
export function storeRouted(
  store: ReadingStore,
  channel: string,
  readings: readonly Reading[],
  memoryAt: (at: EpochMs) => ProbeMemory | undefined,
  byProbe: Map<string, Reading[]>,
): Taken {
  const number = store.numberOf(channel);
  let accepted = 0;
  for (const reading of readings) {
    const memory = memoryAt(reading.at);
    const fresh = memory === undefined ? [] : freshOf(byProbe, memory.probe.id);
    if (!store.insert(number, reading)) continue;
    accepted += 1;
    if (memory !== undefined && !isElsewhere(store, memory, number, reading)) fresh.push(reading);
  }
  return { accepted, duplicates: readings.length - accepted };
}

function freshOf(byProbe: Map<string, Reading[]>, probe: string): Reading[] {
  const known = byProbe.get(probe);
  if (known !== undefined) return known;
  const fresh: Reading[] = [];
  byProbe.set(probe, fresh);
  return fresh;
}

function isElsewhere(store: ReadingStore, { route }: ProbeMemory, number: number, reading: Reading): boolean {
  return route.some(
    ({ channel, from, to }) =>
      channel !== number && from <= reading.at && reading.at < to && store.has(channel, reading),
  );
}

/** From the first to the last instant at which a probe's rules or channels differ; null where they are the same for all time. */
export function changedSpanOf(before: PlacedProbe, after: PlacedProbe): Span | null {
  return [
    changedSpan(before.rules.profiles, after.rules.profiles),
    changedSpan(before.rules.offsets, after.rules.offsets),
    changedSpan(channelsOverTime(before.stretches), channelsOverTime(after.stretches)),
  ].reduce(joinSpans, null);
}
