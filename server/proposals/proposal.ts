import type { Role } from "@coldkeep/core/people/roles.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { SiteDifference } from "@coldkeep/core/site/site-differences.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { BacktestResult } from "./backtest-site.ts";

/** Longest reason for a change, in characters. */
export const reasonCharactersMax = 1_000;

/** Most versions of one proposal: whoever needs more drafts anew. */
export const proposalVersionsMax = 200;

/** Who acts on a proposal. */
export interface Actor {
  /** As the records name them: `person:<login>`, or a token's name. */
  readonly actor: string;
  /** The printed name. */
  readonly name: string;
  readonly role: Role;
}

/** How a proposal stands. Only a draft may still become something else. `superseded`: the token that made it made another one. */
export type ProposalState = "draft" | "approved" | "rejected" | "withdrawn" | "superseded";

/** A version of a proposal: the whole site as it should be. */
export interface ProposalVersion extends Actor {
  readonly at: EpochMs;
  readonly reason: string;
}

/** How a proposal ended, and what that changed. */
export interface ProposalEnd extends Actor {
  readonly at: EpochMs;
  readonly state: Exclude<ProposalState, "draft">;
  readonly reason: string;
  /** What was approved, from what to what. */
  readonly differences: readonly SiteDifference[];
  readonly excursions: number;
  readonly units: number;
  /** The number of the site that it put in force; null where it put none. */
  readonly siteNumber: number | null;
  /** The back-test that it was approved with; null without one. */
  readonly backtestKey: string | null;
}

/** A proposed change of the site, as it is kept. */
export interface Proposal {
  readonly id: string;
  readonly state: ProposalState;
  /** Oldest first; the first is by its author, the newest is what is proposed. */
  readonly versions: readonly ProposalVersion[];
  readonly end: ProposalEnd | null;
}

/** A draft put beside the site in force. */
export interface ProposedChange {
  /** The site that it would put in force, carried over to the one in force now; null where that cannot be done. */
  readonly site: Site | null;
  /** The places at which both changed something, or what would be broken; empty where there is a site. */
  readonly stale: readonly string[];
  readonly differences: readonly SiteDifference[];
  readonly limitDifferences: readonly SiteDifference[];
  readonly touchesLimits: boolean;
  /** True where it touches limits that readings are judged by: it is back-tested before it is approved. */
  readonly needsBacktest: boolean;
  /** Hash of the site in force together with the proposed one: what an approval is about. */
  readonly hash: string;
  /** Hash of what a back-test of it depends on. */
  readonly key: string;
  /** The newest back-test of exactly this change; null without one. */
  readonly backtest: BacktestResult | null;
}
