import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";

/** Most characters of a call's text that an output must take; it may cut what is longer. */
export const callTextCharactersMax = 600;

/** What becomes of a call at one output. */
export type CallOutcome =
  /** The output has begun with it. May come before any of the others, at most once. */
  | { readonly kind: "started"; readonly at: EpochMs }
  /**
   * The network or the contact has taken it. `reference` is what the network numbers it by, where it does. `repeated`: whether an earlier try
   * may have gone out as well; the text that went out then says so. Final where the output is not told of deliveries.
   */
  | {
      readonly kind: "sent";
      readonly at: EpochMs;
      readonly reference: string | null;
      readonly repeated: boolean;
      readonly final: boolean;
    }
  /** It is known to have reached the phone. Final. */
  | { readonly kind: "delivered"; readonly at: EpochMs }
  /** It did not go out, or is known not to have arrived; `code` is listed in docs/errors.md. Final. */
  | { readonly kind: "failed"; readonly at: EpochMs; readonly code: string }
  /** Its time was over before it went out, or before the network told of it: `code` says which. Final. */
  | { readonly kind: "expired"; readonly at: EpochMs; readonly code: string };

/** A call for a person's action, as the gateway itself gives it while the server is out of reach. */
export interface LocalCall {
  /** Names the call for ever; the same id again at the same output is the same call. */
  readonly id: string;
  /** For a person; at most `callTextCharactersMax` characters. */
  readonly text: string;
  /** Whom: telephone numbers in international form for a modem; empty means those of the output's settings. A siren needs none. */
  readonly to: readonly string[];
  /** How long it is worth being made. Later than this it ends as `expired`. */
  readonly expiresAfter: DurationMs;
}

/** What an output says of itself on the status page. */
export interface CallOutputStatus {
  readonly id: string;
  readonly kind: "modem" | "siren";
  /** Whether a call given now would go out, as far as the output knows. */
  readonly ready: boolean;
  /** Why not, as a code of docs/errors.md, or null. */
  readonly trouble: string | null;
  /** Calls that have not ended yet. */
  readonly waiting: number;
  /** What else there is to say: signal, operator, line state. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * The port through which the gateway calls people by itself. Contract: `call` never throws and never blocks; each call ends in exactly one
 * final outcome per recipient within `expiresAfter` plus the output's own named time limits (a siren counts as one recipient);
 * `withdraw` stops what goes on because of a call: a siren falls silent, a message that has not gone out ends as `expired`.
 */
export interface CallOutput {
  readonly id: string;
  /** Makes a call. `outcome` is told each step, with the recipient ("" for a siren), also after `stop` for what then ends. */
  readonly call: (call: LocalCall, outcome: (outcome: CallOutcome, to: string) => void) => void;
  /** A person has answered, or the cause is gone. Unknown ids are passed over. */
  readonly withdraw: (id: string) => void;
  readonly status: () => CallOutputStatus;
  readonly start: () => void;
  /** Ends in an orderly way: what has not gone out ends as `expired`. */
  readonly stop: () => Promise<void>;
}

/** Whether nothing more follows for that recipient. */
export const isFinal = (outcome: CallOutcome): boolean =>
  outcome.kind === "started" ? false : outcome.kind === "sent" ? outcome.final : true;
