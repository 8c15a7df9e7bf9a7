import { batchAnswerSchema, type BatchAnswer } from "@coldkeep/core/contract/batch.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/** What came of sending a batch: an answer, or none. */
export type SendOutcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs: DurationMs | null;
    }
  | {
      readonly kind: "none";
      readonly code: "uplink.timeout" | "uplink.unreachable";
      readonly detail: string;
    };

/**
 * What an answer means for the batch. `delivered`: the server has it. `again`: the same once more, `slowly` where only a person can help.
 * `split`: something in it is refused. `set-aside`: the one entry left is refused. `renumber`: its sequence is taken.
 */
export type Verdict =
  | {
      readonly kind: "delivered";
      readonly rejected: BatchAnswer["rejected"];
      readonly rejectedEvents: NonNullable<BatchAnswer["events"]>["rejected"];
    }
  | {
      readonly kind: "again";
      readonly code: string;
      readonly detail: string;
      readonly slowly: boolean;
      readonly retryAfterMs: DurationMs | null;
    }
  | { readonly kind: "split" | "set-aside" | "renumber"; readonly code: string; readonly detail: string };

/** Statuses with which a server says that it is the content that it will not take. */
const contentStatuses: ReadonlySet<number> = new Set([400, 413, 422]);

/** Statuses that pass by themselves. */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** How many readings and events a batch carries. */
export interface BatchSizes {
  readonly readings: number;
  readonly events: number;
}

/** The verdict on a batch sent under `sequence`. Pure. See docs/protocols.md, "Uplink". */
export function judge(sequence: number, sizes: BatchSizes, outcome: SendOutcome): Verdict {
  if (outcome.kind === "none")
    return { kind: "again", code: outcome.code, detail: outcome.detail, slowly: false, retryAfterMs: null };
  const { status, body, retryAfterMs } = outcome;
  if (status === 200) return judgeAnswer(sequence, sizes, body);
  const { code, detail } = problemOf(status, body);
  if (status === 409 && code === "batch.sequence-reused") return { kind: "renumber", code, detail };
  if (contentStatuses.has(status))
    return { kind: sizes.readings + sizes.events > 1 ? "split" : "set-aside", code, detail };
  const passing = status >= 500 || passingStatuses.has(status);
  return { kind: "again", code, detail, slowly: !passing, retryAfterMs };
}

function judgeAnswer(sequence: number, sizes: BatchSizes, body: string): Verdict {
  const parsed = batchAnswerSchema.safeParse(parseJson(body));
  if (parsed.success) {
    const { committed, rejected, events } = parsed.data;
    const rejectedEvents = events?.rejected ?? [];
    const known = within(rejected, sizes.readings) && within(rejectedEvents, sizes.events);
    if (known && committed === sequence) return { kind: "delivered", rejected, rejectedEvents };
  }
  const detail = parsed.success
    ? `the server committed ${parsed.data.committed} where ${sequence} was sent`
    : "the server answered 200 with something that is not the answer to a batch";
  return { kind: "again", code: "uplink.answer-invalid", detail, slowly: false, retryAfterMs: null };
}

const within = (list: readonly { readonly index: number }[], size: number): boolean =>
  list.every(({ index }) => index >= 0 && index < size);

/** The stable code of an RFC 9457 problem, or `http.<status>` where the answer is none (a proxy's page, say). */
function problemOf(status: number, body: string): { code: string; detail: string } {
  const problem = parseJson(body) as { code?: unknown; detail?: unknown } | undefined;
  const code = typeof problem?.code === "string" ? problem.code.slice(0, 100) : `http.${status}`;
  const detail =
    typeof problem?.detail === "string" ? problem.detail.slice(0, 500) : `the server answered ${status}`;
  return { code, detail };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
