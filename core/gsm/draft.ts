import type { PduErrorCode } from "./incoming.ts";
import type { ModemCount, ModemEffect, ModemRules, ModemState } from "./modem-state.ts";

/** A step in the making: a copy of the state that may be changed, and what is to be done. */
export interface Draft {
  readonly rules: ModemRules;
  readonly nowMs: number;
  readonly state: { -readonly [Key in keyof ModemState]: ModemState[Key] };
  readonly effects: ModemEffect[];
}

/** Begins a step. */
export const draftOf = (rules: ModemRules, state: ModemState, nowMs: number): Draft => ({
  rules,
  nowMs,
  state: { ...state },
  effects: [],
});

/** Counts something. */
export const count = (draft: Draft, code: ModemCount | PduErrorCode): void => {
  draft.effects.push({ kind: "count", code });
};
