import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { BootLedger } from "../intake/ledger.ts";
import type { Range, Ranges } from "../intake/ranges.ts";

/** The settings of a session. */
export interface SessionRules {
  /** How long a resend may be silent before it is asked for again. Unit ms, range [100, 600000], default 2000. */
  readonly resendTimeoutMs: DurationMs;
  /** How often one range is asked for. Range [1, 20], default 3. */
  readonly resendAttempts: number;
}

/** The one request that a device has to answer. */
export interface ResendRequest {
  readonly boot: number;
  readonly first: number;
  readonly last: number;
  /** `hole`: these samples existed. `tail`: there may be some after the last that we have; silence is an answer. */
  readonly purpose: "hole" | "tail";
  readonly attempt: number;
  /** How many were missing when it was last asked. */
  readonly missing: number;
  /** Monotonic instant at which silence ends the attempt. */
  readonly quietUntilMs: number;
  /** Monotonic instant after which a tail is no longer told from live samples. */
  readonly tailEndsMs: number;
  /** What has come of a hole and waits for the rest of it. */
  readonly held: Ranges;
  /** How often all attempts were in vain; begins anew where something comes. */
  readonly rounds: number;
  /** True after the last attempt of a round: begun again or given up as soon as the device is heard again, for a device that is unplugged has lost nothing. */
  readonly exhausted: boolean;
}

/** The talk with one device on one line. */
export interface DeviceTalk {
  /** The boot heard last. */
  readonly boot: number;
  /** Boots whose holes are worth asking for, the newest first. */
  readonly boots: readonly number[];
  /** Boots that may have more samples than we have heard of. */
  readonly tails: readonly number[];
  readonly request: ResendRequest | null;
  /** Unanswered requests in a row. */
  readonly silentChunks: number;
  /** Monotonic instant at which the line last garbled something, or null. */
  readonly garbledMs: number | null;
}

/** The state of a line: its devices. Lives from the opening of the line to its closing. */
export type SessionState = ReadonlyMap<string, DeviceTalk>;

/** A device that was heard on a line before it was opened. */
export interface KnownDevice {
  readonly device: string;
  /** Its boots, the newest first; at least one. */
  readonly boots: readonly number[];
}

/** What happens to a session. Ledgers already contain the sample when `heard` comes in. */
export type SessionInput =
  | { readonly kind: "opened"; readonly known: readonly KnownDevice[] }
  | { readonly kind: "heard"; readonly device: string; readonly boot: number; readonly sequence: number }
  /** A sample of a hole came and is held, see `awaitedAs`. */
  | { readonly kind: "held"; readonly device: string; readonly boot: number; readonly sequence: number }
  /** A sample came that could not be taken (no room, or the disk failed): what is asked for stays asked for. */
  | { readonly kind: "untaken"; readonly device: string }
  | { readonly kind: "lost"; readonly device: string }
  /** Something came that cannot be read: what is asked for, or its answer, may have been garbled as well. */
  | { readonly kind: "garbled" }
  | { readonly kind: "tick" };

/** What the session wants done. */
export type SessionEffect =
  /** Hand in the samples that are held for a device, all at once. */
  | { readonly kind: "release"; readonly device: string }
  | {
      readonly kind: "resend";
      readonly device: string;
      readonly boot: number;
      readonly first: number;
      readonly last: number;
    }
  | {
      readonly kind: "acknowledge";
      readonly device: string;
      readonly boot: number;
      readonly sequence: number;
    }
  | { readonly kind: "lose"; readonly device: string; readonly boot: number; readonly range: Range };

/** Reads the ledger of a boot as it is on disk. */
export type LedgerView = (device: string, boot: number) => BootLedger | undefined;

/** A session's next state and what follows from it. */
export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}
