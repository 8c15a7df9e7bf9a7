import type { Fault } from "../readings/reading.ts";
import type { DurationMs, EpochMs } from "../time/millis.ts";
import type { SequencedMessage, SparkplugMessage } from "./message.ts";

/** The settings of the session with one edge node. */
export interface NodeRules {
  /** How long messages that came early wait for the missing one. Unit ms, range [100, 60000], default 2000. */
  readonly reorderMs: DurationMs;
  /** Shortest pause between two rebirth requests; doubles while they do not help. Unit ms, range [1000, 600000], default 10000. */
  readonly rebirthPauseMs: DurationMs;
}

/** Most messages of one edge node that wait for a missing one, and most bytes of them. */
export const heldMax = 64;
export const heldBytesMax = 1_048_576;

/** Most ends of connections that are remembered of one edge node. */
export const deathsMax = 8;

/** Most devices of one edge node. */
export const nodeDevicesMax = 500;

/** Most metrics that one edge node and its devices may have declared at a time. */
export const nodeMetricsMax = 10_000;

/** Longest pause between two rebirth requests. Unit ms. */
export const rebirthPauseMaxMs = 300_000;

/** A sequence number that is less than so many ahead is early; one that is more is late, or as many messages are lost. */
export const earlyMax = 128;

/** A metric as its birth declared it. */
export interface KnownMetric {
  readonly name: string;
  readonly datatype: number;
}

/** Whoever owns metrics: the edge node itself or one of its devices. Aliases hold within their owner only. */
export interface MetricOwner {
  readonly byName: ReadonlyMap<string, KnownMetric>;
  readonly byAlias: ReadonlyMap<bigint, KnownMetric>;
}

/** A message that waits, with its bytes for the evidence. */
export interface HeldMessage {
  readonly message: SequencedMessage;
  readonly raw: Uint8Array;
}

/**
 * The session with one edge node. `awaiting`: no birth is valid, so no alias means anything. `alive`: born, and every message since has come.
 * `dead`: its last will came.
 */
export interface NodeState {
  readonly phase: "awaiting" | "alive" | "dead";
  /** The last birth taken, also after it ceased to be valid: what is older comes from before it. */
  readonly birth: { readonly bdSeq: bigint | null; readonly at: EpochMs } | null;
  /** The connections whose end was told lately, with its monotonic instant: a birth of one of them that is still under way is void. */
  readonly deaths: readonly { readonly bdSeq: bigint; readonly heardMs: number }[];
  /** Monotonic instant of that birth. */
  readonly bornMs: number;
  /** Monotonic instant at which the node was last heard with something that is not older than that birth. */
  readonly heardMs: number;
  /** The sequence number of the next message, and the latest publishing time of those before. */
  readonly expected: number;
  readonly latestAt: EpochMs;
  /** The node's own metrics, by null, and those of its devices that are alive. */
  readonly owners: ReadonlyMap<string | null, MetricOwner>;
  /** What was last declared, also by births that are void: it still says what a metric that is told by its name is. */
  readonly declared: ReadonlyMap<string | null, MetricOwner>;
  readonly held: readonly HeldMessage[];
  /** Monotonic instant at which the wait for the missing message ends; null while nothing is held. */
  readonly heldUntilMs: number | null;
  /** True while a birth is to be asked for. */
  readonly wanted: boolean;
  /** Monotonic instant before which no birth is asked for, and the pause after the next request. */
  readonly askAgainMs: number;
  readonly pauseMs: DurationMs;
}

/** What happens to the session with an edge node. */
export type NodeInput =
  /** A connection to the broker has begun: what was published in between is unknown. */
  | { readonly kind: "opened" }
  | { readonly kind: "heard"; readonly message: SparkplugMessage; readonly raw: Uint8Array }
  | { readonly kind: "tick" };

/** What one metric said. `at`: when the value was taken; `historical`: it is told late and says nothing about now. */
export interface MetricSample {
  readonly metric: string;
  readonly at: EpochMs;
  readonly value: number | Fault;
  readonly historical: boolean;
}

/** Why a session does not take a message, or a metric of it; the codes are counted and listed in docs/errors.md. */
export type NodeRefusal =
  | "sparkplug.before-birth"
  | "sparkplug.order-lost"
  | "sparkplug.message-old"
  | "sparkplug.birth-old"
  | "sparkplug.death-old"
  | "sparkplug.alias-unknown"
  | "sparkplug.value-mismatch"
  | "sparkplug.too-many-names";

/** What the session wants done. `device` is null for the edge node itself. */
export type NodeEffect =
  | {
      readonly kind: "samples";
      readonly device: string | null;
      /** Whose metrics these are, as they were declared when the message was taken. */
      readonly owner: MetricOwner;
      readonly samples: readonly MetricSample[];
      readonly raw: Uint8Array;
    }
  /** Ask the node for its births. */
  | { readonly kind: "rebirth" }
  /** The node or a device has come or gone. */
  | { readonly kind: "presence"; readonly device: string | null; readonly online: boolean }
  /** The same message came twice: nothing is lost. */
  | { readonly kind: "duplicate" }
  | { readonly kind: "refuse"; readonly code: NodeRefusal; readonly raw: Uint8Array };

/** A session's next state and what follows from it. */
export interface NodeStep {
  readonly state: NodeState;
  readonly effects: readonly NodeEffect[];
}
