import { type CallOutcome, isFinal } from "./call-output.ts";

/** Most ended calls whose end is remembered, so that the same id again is the same call. */
export const endedCallsMax = 500;

/** Who is to be told of what becomes of a call, by call and recipient. Each end is told once. */
export interface CallBook {
  /** False where that call to that recipient is known: then nothing new is to be made, and whoever asks is told its end with the others. */
  readonly open: (id: string, to: string, told: Told) => boolean;
  readonly tell: (id: string, to: string, outcome: CallOutcome) => void;
  /** Calls that have not ended. */
  readonly waiting: () => number;
}

type Told = (outcome: CallOutcome, to: string) => void;

/** Makes an empty book. */
export function callBook(): CallBook {
  const open = new Map<string, Told[]>();
  const ended = new Map<string, CallOutcome>();
  const keyOf = (id: string, to: string): string => `${to}\n${id}`;
  return {
    open: (id, to, told) => {
      const key = keyOf(id, to);
      const end = ended.get(key);
      if (end !== undefined) {
        told(end, to);
        return false;
      }
      const others = open.get(key);
      open.set(key, [...(others ?? []), told]);
      return others === undefined;
    },
    tell: (id, to, outcome) => {
      const key = keyOf(id, to);
      const told = open.get(key) ?? [];
      if (isFinal(outcome)) {
        open.delete(key);
        ended.set(key, outcome);
        const oldest = ended.keys().next().value;
        if (ended.size > endedCallsMax && oldest !== undefined) ended.delete(oldest);
      }
      for (const one of told) one(outcome, to);
    },
    waiting: () => open.size,
  };
}
