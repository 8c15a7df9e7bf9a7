import * as z from "zod";

/** Longest sentence of another system that is shown, in characters. */
export const outcomeTextMax = 200;

const outcomeSchema = z.looseObject({
  resourceType: z.literal("OperationOutcome"),
  issue: z
    .array(
      z.looseObject({
        severity: z.string(),
        code: z.string().optional(),
        details: z.looseObject({ text: z.string().optional() }).optional(),
        diagnostics: z.string().optional(),
      }),
    )
    .min(1),
});

const answerSchema = z.looseObject({
  resourceType: z.literal("Bundle"),
  type: z.enum(["batch-response", "transaction-response"]),
  entry: z.array(
    z.looseObject({ response: z.looseObject({ status: z.string(), outcome: z.unknown().optional() }) }),
  ),
});

/** What an `OperationOutcome` says is wrong, in one short line; null where the value is none, or tells of no error. */
export function outcomeWords(value: unknown): string | null {
  const parsed = outcomeSchema.safeParse(value);
  if (!parsed.success) return null;
  const issue = parsed.data.issue.find(({ severity }) => severity === "error" || severity === "fatal");
  if (issue === undefined) return null;
  const words = issue.details?.text ?? issue.diagnostics ?? issue.code ?? "no reason given";
  return words
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, outcomeTextMax);
}

/** What an answer to a batch says of each request, in their order. */
export type BatchAnswer =
  | {
      readonly ok: true;
      readonly entries: readonly { readonly isTaken: boolean; readonly why: string | null }[];
    }
  | { readonly ok: false; readonly why: string };

/** Reads the answer to a batch of so many requests, parsed from JSON. Taken is only what the server says it has taken, and says no error of. Never throws, whatever the value. */
export function readBatchAnswer(value: unknown, requests: number): BatchAnswer {
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success)
    return {
      ok: false,
      why: outcomeWords(value) ?? "its answer is no Bundle that says what became of each entry",
    };
  const { entry } = parsed.data;
  if (entry.length !== requests)
    return { ok: false, why: `its answer has ${entry.length} entries for ${requests} requests` };
  return {
    ok: true,
    entries: entry.map(({ response: { status, outcome } }) => {
      const error = outcomeWords(outcome);
      const isTaken = /^2\d\d(?:\s|$)/.test(status) && error === null;
      return { isTaken, why: isTaken ? null : `${status.slice(0, 3)}${error === null ? "" : ` ${error}`}` };
    }),
  };
}
