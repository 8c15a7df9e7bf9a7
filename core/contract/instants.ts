import * as z from "zod";
import { type EpochMs, formatInstant, parseInstant } from "../time/millis.ts";

/** An instant on the wire: RFC 3339, in answers always UTC with milliseconds. */
export const instantTextSchema = z.iso.datetime({ offset: true });

/** An instant asked for in a query; becomes epoch milliseconds. */
export const instantQuerySchema = z.string().transform((text, context): EpochMs => {
  const at = parseInstant(text);
  if (at !== null) return at;
  context.addIssue({ code: "custom", message: "expected an RFC 3339 time such as 2026-11-22T02:10:00.000Z" });
  return z.NEVER;
});

/** An instant for an answer, null staying null. */
export function instantOrNull(at: EpochMs | null): string | null {
  return at === null ? null : formatInstant(at);
}

/** Most entries of one page of a list. */
export const pageLimitMax = 1_000;

/** How every list is asked for. `cursor` is what the page before answered as `next`. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(pageLimitMax).default(100),
  cursor: z.string().max(500).optional(),
};

/** A page of a list: `next` is null at its end. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
