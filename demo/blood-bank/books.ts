import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import * as z from "zod";
import type { Post, Stock } from "./stock.ts";

/** What the blood bank remembers between two starts: its stock, and what it still has to tell the server. */
export interface Books {
  readonly stock: Stock;
  readonly owed: readonly Post[];
}

const keySchema = { din: z.string(), productCode: z.string() };

const booksSchema = z.object({
  stock: z.object({
    seed: z.number(),
    nextDonation: z.int(),
    nextHappening: z.int(),
    inside: z.record(z.string(), z.array(z.object(keySchema))),
  }),
  owed: z.array(
    z.discriminatedUnion("kind", [
      z.object({
        kind: z.literal("register"),
        unit: z.object({ ...keySchema, description: z.string(), expires: z.string() }),
      }),
      z.object({
        kind: z.literal("move"),
        movement: z.object({
          ...keySchema,
          at: z.string(),
          appliance: z.string().nullable(),
          reason: z.string(),
        }),
      }),
    ]),
  ),
});

/** Reads the books; null where there are none yet. Throws `demo.books-broken`. */
export function readBooks(path: string): Books | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    return booksSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CodedError(
      "demo.books-broken",
      `The demo's blood bank cannot read ${path}. Delete the demo's data folder to start anew.`,
      { cause },
    );
  }
}

/** Writes the books so that a crash leaves either the old or the new ones. */
export function writeBooks(path: string, books: Books): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(books));
  renameSync(`${path}.new`, path);
}
