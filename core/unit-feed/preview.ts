import type { FeedItem } from "./feed-reader.ts";
import type { FileRefusal, LineRefusal } from "./refusal.ts";

/** Most refused lines that a preview lists; the rest are counted by their code. */
export const previewRefusalsMax = 1_000;

/** Most lines that a preview shows as examples of what would be taken. */
export const previewExamplesMax = 20;

/** What a file would do, before it does it. */
export interface FeedPreview {
  readonly header: Extract<FeedItem, { kind: "header" }> | null;
  /** Why nothing of the file may be taken; null where lines can be. */
  readonly fileRefusal: FileRefusal | null;
  /** Lines that would be taken, and how many of them move a unit. */
  readonly lines: number;
  readonly movements: number;
  /** Different units among them. */
  readonly units: number;
  readonly refused: number;
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly refusals: readonly LineRefusal[];
  readonly examples: readonly Extract<FeedItem, { kind: "line" }>[];
}

/** Adds up what a reader gives. */
export class PreviewSum {
  #header: FeedPreview["header"] = null;
  #fileRefusal: FileRefusal | null = null;
  #lines = 0;
  #movements = 0;
  #refused = 0;
  #units = 0;
  readonly #byCode = new Map<string, number>();
  readonly #refusals: LineRefusal[] = [];
  readonly #examples: Extract<FeedItem, { kind: "line" }>[] = [];

  /** Takes what one piece of the file gave. */
  add(items: readonly FeedItem[]): void {
    for (const item of items) this.#addOne(item);
  }

  /** The preview so far. */
  result(): FeedPreview {
    return {
      header: this.#header,
      fileRefusal: this.#fileRefusal,
      lines: this.#lines,
      movements: this.#movements,
      units: this.#units,
      refused: this.#refused,
      refusedByCode: Object.fromEntries(this.#byCode),
      refusals: [...this.#refusals],
      examples: [...this.#examples],
    };
  }

  #addOne(item: FeedItem): void {
    switch (item.kind) {
      case "header":
        this.#header = item;
        return;
      case "file-refused":
        this.#fileRefusal = item;
        return;
      case "refused":
        this.#refused += 1;
        this.#byCode.set(item.code, (this.#byCode.get(item.code) ?? 0) + 1);
        if (this.#refusals.length < previewRefusalsMax) this.#refusals.push(item);
        return;
      case "line":
        this.#lines += 1;
        if (item.movement !== null) this.#movements += 1;
        if (item.isFirstOfUnit) this.#units += 1;
        if (this.#examples.length < previewExamplesMax) this.#examples.push(item);
    }
  }
}
