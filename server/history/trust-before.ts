import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { hasTrustRules } from "@coldkeep/core/trust/distrust.ts";
import type { TrustMemory } from "@coldkeep/core/trust/trust.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import type { Database } from "../store/database.ts";

/** What was remembered before the first of the readings that the trust at an instant still depends on. */
export interface TrustStart {
  readonly memory: TrustMemory | null;
  readonly from: EpochMs;
}

/** Finds from which checkpoint on the trust before `at` follows, so that no more than its readings are gone through; null where nothing is distrusted. */
export type FindTrustStart = (probe: ProbeMemory, at: EpochMs) => TrustStart | null;

/** Opens the checkpoints of trust on the records. */
export function openTrustStart(database: Database): FindTrustStart {
  const newest = database.prepare(
    "SELECT at, state FROM checkpoints WHERE probe = ? AND at < ? ORDER BY at DESC LIMIT 1",
  );
  return ({ number, probe }, at) => {
    if (!hasTrustRules(probe.rules)) return null;
    const row = newest.get(number, at);
    if (row === undefined) return { memory: null, from: always.from };
    return { memory: (JSON.parse(String(row["state"])) as ProbeState).trust, from: Number(row["at"]) + 1 };
  };
}
