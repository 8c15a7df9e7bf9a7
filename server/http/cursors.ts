import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type * as z from "zod";

/** Packs where a list goes on into opaque text. */
export function packCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** Unpacks a cursor; throws `request.invalid` for text that no list of ours gave out. */
export function unpackCursor<Schema extends z.ZodType>(
  schema: Schema,
  cursor: string | undefined,
): z.output<Schema> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new CodedError("request.invalid", 'This cursor is not one that the list gave out as "next".', {
      cause,
    });
  }
}

/** A page from up to `limit + 1` entries: the last one only tells that there are more. */
export function pageOf<Entry, Item>(
  entries: readonly Entry[],
  limit: number,
  toItem: (entry: Entry) => Item,
  position: (entry: Entry) => unknown,
): { items: Item[]; next: string | null } {
  const shown = entries.slice(0, limit);
  const last = shown[shown.length - 1];
  const hasMore = entries.length > limit && last !== undefined;
  return { items: shown.map(toItem), next: hasMore ? packCursor(position(last)) : null };
}
