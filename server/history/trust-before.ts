import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { hasTrustRules, rememberAfter } from "@coldkeep/core/trust/distrust.ts";
import type { TrustMemory } from "@coldkeep/core/trust/trust.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import type { RoutedReadings } from "../judging/routed-readings.ts";
import type { Database } from "../store/database.ts";

/** What the trust in a probe's readings from `at` on depends on: found from the checkpoint before, so that no more than its readings are gone through. */
export type TrustBefore = (probe: ProbeMemory, at: EpochMs) => TrustMemory | null;

/** Opens the trust of the past on the records. */
export function openTrustBefore(database: Database, stored: RoutedReadings): TrustBefore {
  const newest = database.prepare(
    "SELECT at, state FROM checkpoints WHERE probe = ? AND at < ? ORDER BY at DESC LIMIT 1",
  );
  return ({ number, route, probe }, at) => {
    if (!hasTrustRules(probe.rules)) return null;
    const row = newest.get(number, at);
    const start = row === undefined ? null : (JSON.parse(String(row["state"])) as ProbeState).trust;
    const from = row === undefined ? Number.MIN_SAFE_INTEGER : Number(row["at"]) + 1;
    return rememberAfter(stored.within(route, from, at - 1), probe.rules, start);
  };
}
