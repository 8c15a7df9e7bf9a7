import { instantTextSchema } from "@coldkeep/core/contract/instants.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import { sha256Hex } from "../journal/hash-chain.ts";
import { periodDataFile, periodFormat } from "./period-files.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const head = z.object({ sequence: z.int().min(0), hash: sha256 });
const ms = z.int().min(0);

/** What of a period report's data is checked. */
const periodDataSchema = z.object({
  format: z.literal(periodFormat),
  from: instantTextSchema,
  to: instantTextSchema,
  journal: head,
  audit: head,
  files: z.array(z.object({ name: z.string(), sha256, entries: z.int().min(0) })),
  lists: z.object({
    coverage: z.array(
      z.object({ probe: z.string(), in_ms: ms, low_ms: ms, high_ms: ms, unknown_ms: ms, pending_ms: ms }),
    ),
  }),
});

/** The heads of the records that a report states. */
export interface StatedHeads {
  readonly journal: { readonly sequence: number; readonly hash: string };
  readonly audit: { readonly sequence: number; readonly hash: string } | null;
}

/** Checks the files inside a period report: each against its hash, and that the time of each probe adds up to the period. What is wrong and what held is added to the lists; never throws. */
export function checkPeriodFiles(
  files: ReadonlyMap<string, Uint8Array>,
  wrong: string[],
  held: string[],
): StatedHeads | null {
  const parsed = periodDataSchema.safeParse(jsonOf(files.get(periodDataFile)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    wrong.push(
      `${periodDataFile} is not what a report states: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
    );
    return null;
  }
  const { from, to, journal, audit, files: listed, lists } = parsed.data;
  const differing = listed.filter(({ name, sha256: hash }) => {
    const bytes = files.get(name);
    return bytes === undefined || sha256Hex(bytes) !== hash;
  });
  for (const { name } of differing) wrong.push(`${name} is not the file that ${periodDataFile} names.`);
  if (differing.length === 0) held.push(`its ${listed.length} lists are the files that it names`);
  const whole = (parseInstant(to) ?? 0) - (parseInstant(from) ?? 0);
  const amiss = lists.coverage.filter(
    (each) => each.in_ms + each.low_ms + each.high_ms + each.unknown_ms + each.pending_ms !== whole,
  );
  for (const { probe } of amiss) wrong.push(`The time of ${probe} does not add up to the period.`);
  if (amiss.length === 0) held.push(`the time of its ${lists.coverage.length} probes adds up to the period`);
  return { journal, audit };
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes === undefined ? null : JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
