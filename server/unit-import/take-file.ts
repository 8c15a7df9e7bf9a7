import { feedEntriesMax } from "@coldkeep/core/contract/units.ts";
import { type DurationMs, formatInstant } from "@coldkeep/core/time/millis.ts";
import { type FeedItem, FeedReader } from "@coldkeep/core/unit-feed/feed-reader.ts";
import type { FileRefusal } from "@coldkeep/core/unit-feed/refusal.ts";
import { type Feed, takeFeed } from "../units/take-feed.ts";
import type { UnitServices } from "../units/unit-commands.ts";
import type { UnitDetails } from "../units/unit-feed.ts";
import { feedSettingsOf, type FilePieces, type ReadingServices, turn } from "./file-reading.ts";

/** Most refused lines that are listed of a file; the rest are counted. */
export const refusalsListedMax = 100_000;

/** How long a slice is to take: others, above all gateways with their readings, wait that long. Unit ms. */
export const sliceAimMs: DurationMs = 20;

/** Lines of the first slice, and fewest of any: below this the commit itself is most of the work. */
const sliceLinesMin = 50;

/** How many lines the next slice is to have, after one of so many lines took so long. It grows to the double at most. */
export function nextSliceLines(lines: number, tookMs: DurationMs): number {
  const fitting = tookMs <= 0 ? 2 * lines : Math.floor((lines * sliceAimMs) / tookMs);
  return Math.max(sliceLinesMin, Math.min(fitting, 2 * lines, feedEntriesMax));
}

/** A line that was not taken, as reports list it. */
export interface RefusedLine {
  readonly line: number;
  /** The column; empty where the line as a whole is refused. */
  readonly column: string;
  readonly code: string;
  readonly why: string;
}

/** What became of a file, or of its lines so far. */
export interface FileTaken {
  /** Lines that were taken or said what was known. */
  readonly lines: number;
  readonly units: { readonly taken: number; readonly known: number };
  readonly movements: { readonly taken: number; readonly known: number };
  readonly refused: number;
  readonly refusals: readonly RefusedLine[];
  /** Movements of units that are on hold after them. */
  readonly held: number;
  /** Where the file as a whole turned out to be unreadable on the way. */
  readonly fileRefusal: FileRefusal | null;
}

/** Whose file it is. */
export interface FileToTake {
  readonly actor: string;
  readonly name: string;
  readonly sha256: string;
  readonly pieces: FilePieces;
}

/**
 * Takes a file that was checked, in slices of one transaction each, as large as `sliceAimMs` allows; others have their turn between them. What a line leaves out stays as it is known. The same file again changes nothing, so one that was taken half is taken
 * again. Ends early where the signal says so.
 */
export async function takeFile(
  services: UnitServices & ReadingServices,
  file: FileToTake,
  progress: (taken: FileTaken) => void = () => undefined,
  stop?: AbortSignal,
): Promise<FileTaken> {
  const sum = new TakenSum();
  let slice = new Slice(services);
  let sliceLines = sliceLinesMin;
  const take = async (): Promise<void> => {
    const begun = services.clock.monotonicMs();
    sum.addSlice(slice, takeSlice(services, file, slice));
    sliceLines = nextSliceLines(slice.lines, services.clock.monotonicMs() - begun);
    slice = new Slice(services);
    progress(sum.result());
    await turn();
  };
  const reader = new FeedReader(feedSettingsOf(services));
  const takeItems = async (items: readonly FeedItem[]): Promise<void> => {
    for (const item of items) {
      if (stop?.aborted) return;
      if (item.kind === "refused")
        sum.refuse({ line: item.line, column: item.column ?? "", code: item.code, why: item.why });
      else if (item.kind === "file-refused") sum.fileRefusal = item;
      else if (item.kind === "line") {
        slice.add(item);
        if (slice.lines >= sliceLines) await take();
      }
    }
  };
  for await (const piece of file.pieces()) {
    if (stop?.aborted) return sum.result();
    await takeItems(reader.push(piece));
    await turn();
  }
  await takeItems(reader.end());
  if (slice.lines > 0 && !stop?.aborted) await take();
  return sum.result();
}

function takeSlice(services: UnitServices, { actor, name, sha256 }: FileToTake, slice: Slice) {
  const feed: Feed = { ...slice.entries(), file: { name, sha256, lines: [slice.first, slice.last] } };
  return takeFeed(services, actor, feed);
}

type Line = Extract<FeedItem, { kind: "line" }>;

/** Lines that are taken together. */
class Slice {
  lines = 0;
  first = 0;
  last = 0;
  /** The line that each unit, and each movement, stands in. */
  readonly unitLines: number[] = [];
  readonly movementLines: number[] = [];
  readonly #services: UnitServices;
  readonly #units = new Map<string, { din: string; productCode: string } & UnitDetails>();
  readonly #movements: Feed["movements"][number][] = [];

  constructor(services: UnitServices) {
    this.#services = services;
  }

  add({ line, unit, movement }: Line): void {
    if (this.lines === 0) this.first = line;
    this.lines += 1;
    this.last = line;
    const { din, productCode } = unit;
    const key = `${din}/${productCode}`;
    const earlier = this.#units.get(key);
    if (earlier === undefined) this.unitLines.push(line);
    const known = earlier ?? this.#services.feed.details({ din, productCode });
    this.#units.set(key, {
      din,
      productCode,
      description: unit.description ?? known?.description ?? null,
      expires: unit.expires === null ? (known?.expires ?? null) : formatInstant(unit.expires),
    });
    if (movement === null) return;
    const { at, appliance, reason } = movement;
    this.movementLines.push(line);
    this.#movements.push({ din, productCode, at: formatInstant(at), appliance, reason });
  }

  entries(): Pick<Feed, "units" | "movements"> {
    const units = [...this.#units.values()].map(({ din, productCode, description, expires }) => ({
      din,
      productCode,
      ...(description === null ? {} : { description }),
      ...(expires === null ? {} : { expires }),
    }));
    return { units, movements: this.#movements };
  }
}

/** Adds up what became of slices. */
class TakenSum {
  fileRefusal: FileRefusal | null = null;
  #lines = 0;
  #refused = 0;
  #held = 0;
  readonly #units = { taken: 0, known: 0 };
  readonly #movements = { taken: 0, known: 0 };
  readonly #refusals: RefusedLine[] = [];

  refuse(refusal: RefusedLine): void {
    this.#refused += 1;
    if (this.#refusals.length < refusalsListedMax) this.#refusals.push(refusal);
  }

  addSlice(slice: Slice, answer: ReturnType<typeof takeFeed>): void {
    this.#units.taken += answer.units.taken;
    this.#units.known += answer.units.known;
    this.#movements.taken += answer.movements.taken;
    this.#movements.known += answer.movements.known;
    this.#held += answer.held.length;
    const refused = answer.refused.map(({ list, index, code, why }) => {
      const line = (list === "units" ? slice.unitLines : slice.movementLines)[index] ?? slice.first;
      return { line, column: "", code, why };
    });
    for (const each of refused) this.refuse(each);
    this.#lines += slice.lines - new Set(refused.map(({ line }) => line)).size;
  }

  result(): FileTaken {
    return {
      lines: this.#lines,
      units: { ...this.#units },
      movements: { ...this.#movements },
      refused: this.#refused,
      refusals: this.#refusals,
      held: this.#held,
      fileRefusal: this.fileRefusal,
    };
  }
}
