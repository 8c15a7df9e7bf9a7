import { createHash } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { makeWallClock } from "@coldkeep/core/time/wall-time.ts";
import type { FeedSettings } from "@coldkeep/core/unit-feed/feed-line.ts";
import { FeedReader } from "@coldkeep/core/unit-feed/feed-reader.ts";
import { type FeedPreview, PreviewSum } from "@coldkeep/core/unit-feed/preview.ts";
import type { Services } from "../http/services.ts";

/** A file in pieces, from its beginning each time that it is asked for. */
export type FilePieces = () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Bytes of a file that are read before others have their turn: some milliseconds of work. */
export const pieceBytes = 32 * 1024;

/** What reading a file works with. */
export type ReadingServices = Pick<Services, "site" | "clock" | "unitSettings">;

/** The pieces of bytes that are at hand. */
export function piecesOf(bytes: Uint8Array): FilePieces {
  return function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
}

/** A request needs several turns of the event loop until it is answered: to be met, read and handled. Where none waits, turns take no time. */
const turnsForOthers = 8;

/** Lets others have their turn: a request that waits is answered before the work goes on. */
export async function turn(): Promise<void> {
  for (let count = 0; count < turnsForOthers; count += 1)
    await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** How files are read at this site, now. Appliances go by their id, or by their name where it is one appliance's alone. Throws `site.missing`. */
export function feedSettingsOf({ site, clock, unitSettings }: ReadingServices): FeedSettings {
  const book = site();
  if (book === null) throw new CodedError("site.missing", "No site is in force yet.");
  const appliances = new Map<string, string>();
  const names = [...book.appliances.values()].map(({ name }) => name);
  for (const { id, name } of book.appliances.values())
    if (names.filter((each) => each === name).length === 1) appliances.set(name, id);
  for (const id of book.appliances.keys()) appliances.set(id, id);
  return {
    numberings: unitSettings.numbering,
    clock: makeWallClock(book.site.timeZone),
    dateOrder: unitSettings.csv.dateOrder,
    headings: unitSettings.csv.headings,
    now: clock.epochMs(),
    appliances,
  };
}

/** A file that was read and not taken. */
export interface CheckedFile {
  readonly preview: FeedPreview;
  readonly sha256: string;
  readonly bytes: number;
}

/** Reads a file to its end and says what it would do. Takes nothing. */
export async function checkFile(services: ReadingServices, pieces: FilePieces): Promise<CheckedFile> {
  const reader = new FeedReader(feedSettingsOf(services));
  const hash = createHash("sha256");
  const sum = new PreviewSum();
  let bytes = 0;
  for await (const piece of pieces()) {
    hash.update(piece);
    bytes += piece.length;
    sum.add(reader.push(piece));
    await turn();
  }
  sum.add(reader.end());
  return { preview: sum.result(), sha256: hash.digest("hex"), bytes };
}
