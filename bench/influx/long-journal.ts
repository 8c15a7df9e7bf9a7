import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { composeInside } from "@coldkeep/server/inside.ts";
import { openDatabase } from "@coldkeep/server/store/database.ts";

/** Probes of the journal, readings of a batch, and the time between two readings of a probe. */
const probes = 500;
const perBatch = 10_000;
const stepMs = 60_000;

/** Fills records with a journal of about so many readings, through the same door as the server; returns how many it holds. Temperatures are sixteenths of a degree. */
export function writeLongJournal(recordsPath: string, readings: number, startAt: number): number {
  const database = openDatabase(recordsPath);
  database.prepare("PRAGMA synchronous = OFF").all();
  const clock = virtualClock(startAt);
  const inside = composeInside(database, clock);
  inside.begin(null);
  inside.applySite(site(), "bench");
  const batches = Math.ceil(readings / perBatch);
  const rounds = perBatch / probes;
  for (let batch = 0; batch < batches; batch += 1) {
    clock.advance(rounds * stepMs);
    const first = startAt + batch * rounds * stepMs;
    const list = Array.from({ length: perBatch }, (_, index) => ({
      probe: `p${index % probes}`,
      at: formatInstant(first + Math.floor(index / probes) * stepMs),
      celsius: 4 + ((batch + index * 7) % 16) / 16,
      time: { source: "uptime", uncertaintyMs: 1_000 },
    }));
    const text = JSON.stringify({ gateway: "bench", sequence: batch + 1, readings: list });
    const body = new TextEncoder().encode(text);
    inside.takeBatch({ encoding: "identity", body, text, source: "bench" });
  }
  database.close();
  return batches * perBatch;
}

function site() {
  const cells = {
    low: 2,
    high: 6,
    criticalLow: null,
    criticalHigh: null,
    deadband: 0.3,
    maxGap: 300_000,
    excursionAfter: 600_000,
    recoverAfter: 300_000,
    unmonitoredAfter: 1_800_000,
    alarmDelay: 300_000,
  };
  return {
    site: "bench",
    timeZone: "UTC",
    profiles: { cells: [cells] },
    appliances: Array.from({ length: probes }, (_, index) => ({
      id: `a${index}`,
      name: `Appliance ${index}`,
      kind: "refrigerator" as const,
      profile: "cells",
      probes: [{ id: `p${index}`, kind: "product" as const }],
    })),
    contacts: [],
  };
}
