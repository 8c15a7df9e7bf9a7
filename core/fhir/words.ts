import type { unitStatuses } from "../contract/units.ts";
import type { LedgerTotals } from "../exposure/ledger.ts";

/** Statuses that FHIR has for products. */
export const productStatuses = ["available", "unavailable", "processed", "applied", "discarded"] as const;

/** One of the statuses. */
export type ProductStatus = (typeof productStatuses)[number];

/** Exposure figures that go with a unit. */
export type ToldExposure = Pick<
  LedgerTotals,
  "count" | "outMs" | "longestOutMs" | "unknownMs" | "minCelsius" | "maxCelsius" | "degreeMinutes"
>;

/** What Coldkeep itself says about a unit, where a product carries it: what was sent can be compared with what comes back. */
export interface OwnWord {
  readonly status: (typeof unitStatuses)[number];
  /** Excursions that hold it. */
  readonly holds: readonly string[];
  readonly exposure: ToldExposure | null;
}
