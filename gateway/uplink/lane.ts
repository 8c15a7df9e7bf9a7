import type { Random } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { pauseAfter } from "../sources/pause.ts";
import type { Verdict } from "./verdict.ts";

/** How a lane stands. */
export interface LaneState {
  /** Failures in a row. */
  readonly failures: number;
  /** What keeps it from sending, or null. */
  readonly trouble: string | null;
  /** Readings set aside in a row, with nothing delivered between. */
  readonly setAsideInRow: number;
}

/** The settings of a lane. */
export interface LaneRules {
  /** Longest pause. Unit ms, range [1000, 600000], default 30000. */
  readonly pauseMaxMs: DurationMs;
}

/** What a lane wants done with the batch at hand, and how long it then waits. */
export interface LaneStep {
  readonly state: LaneState;
  readonly action: "complete" | "keep" | "split" | "set-aside" | "renumber";
  readonly pauseMs: DurationMs;
  /** To be said once per change: what began, or null, or `recovered`. */
  readonly say: "trouble" | "recovered" | null;
}

/** A lane that has had no trouble. */
export const freshLane: LaneState = { failures: 0, trouble: null, setAsideInRow: 0 };

/**
 * After this many readings set aside in a row the lane goes on slowly: a server that refuses everything is more likely wrong than every
 * reading is.
 */
export const setAsideFast = 8;

/** Advances a lane by the verdict on its batch. Pure. */
export function stepLane(rules: LaneRules, state: LaneState, verdict: Verdict, random: Random): LaneStep {
  switch (verdict.kind) {
    case "delivered":
      return {
        state: freshLane,
        action: "complete",
        pauseMs: 0,
        say: state.trouble === null ? null : "recovered",
      };
    case "again": {
      const failures = state.failures + 1;
      const jittered = pauseAfter(failures, rules.pauseMaxMs, random);
      const asked = Math.min(verdict.retryAfterMs ?? 0, rules.pauseMaxMs);
      return {
        state: { ...state, failures, trouble: verdict.code },
        action: "keep",
        pauseMs: verdict.slowly ? slowPause(rules, random) : Math.max(jittered, asked),
        say: state.trouble === verdict.code ? null : "trouble",
      };
    }
    case "renumber": {
      // A fresh sequence is above all used ones, so a second refusal in a row means something else: go slower.
      const failures = state.failures + 1;
      const pauseMs = failures === 1 ? 0 : pauseAfter(failures, rules.pauseMaxMs, random);
      return { state: { ...state, failures }, action: "renumber", pauseMs, say: null };
    }
    case "split":
      return { state: { ...state, failures: 0 }, action: "split", pauseMs: 0, say: null };
    case "set-aside": {
      const setAsideInRow = state.setAsideInRow + 1;
      const many = setAsideInRow >= setAsideFast;
      return {
        state: { failures: 0, setAsideInRow, trouble: many ? verdict.code : state.trouble },
        action: "set-aside",
        pauseMs: many ? rules.pauseMaxMs : 0,
        say: many && state.trouble !== verdict.code ? "trouble" : null,
      };
    }
  }
}

/** Between half of the longest pause and all of it. */
const slowPause = (rules: LaneRules, random: Random): DurationMs =>
  Math.round((rules.pauseMaxMs * (1 + random())) / 2);
