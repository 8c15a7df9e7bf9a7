import { type Column, type ColumnPlaces, readHeader } from "./columns.ts";
import { type CsvItem, type CsvLimits, CsvRecords, type Delimiter } from "./csv-records.ts";
import { type FeedMovement, type FeedSettings, type FeedUnit, readFeedLine } from "./feed-line.ts";
import type { FileErrorCode, FileRefusal, LineErrorCode, LineRefusal } from "./refusal.ts";

/** What reading a file gives, in the order of its lines: its header, then each line taken or refused; a file that is refused ends with that. */
export type FeedItem =
  | {
      readonly kind: "header";
      readonly line: number;
      readonly delimiter: Delimiter;
      readonly columns: readonly Column[];
      /** Headings that mean nothing here; their values are left out. */
      readonly ignored: readonly string[];
    }
  | {
      readonly kind: "line";
      readonly line: number;
      readonly unit: FeedUnit;
      readonly movement: FeedMovement | null;
      /** True for the first line of the file that is taken about this unit. */
      readonly isFirstOfUnit: boolean;
    }
  | LineRefusal
  | FileRefusal;

/** Most headings of a file that are told as ignored. */
export const ignoredHeadingsMax = 50;

/**
 * Reads a CSV file of units and movements from its bytes as they come in; the same items come out however the bytes are cut. A line twice in the file
 * is refused as a duplicate, and so is one that says otherwise than an earlier line about the same unit or the same instant.
 */
export class FeedReader {
  readonly #records: CsvRecords;
  readonly #settings: FeedSettings;
  readonly #units = new Map<string, Described>();
  #places: ColumnPlaces | null = null;
  #width = 0;
  #isOver = false;

  constructor(settings: FeedSettings, limits?: CsvLimits) {
    this.#settings = settings;
    this.#records = new CsvRecords(limits);
  }

  /** Takes the next bytes of the file. */
  push(bytes: Uint8Array): FeedItem[] {
    return this.#take(this.#records.push(bytes));
  }

  /** Says that the file is over. */
  end(): FeedItem[] {
    const items = this.#take(this.#records.end());
    if (this.#places === null && !this.#isOver)
      items.push(this.#refuseFile(1, "units-csv.empty", "The file has no lines."));
    return items;
  }

  #take(records: readonly CsvItem[]): FeedItem[] {
    const items: FeedItem[] = [];
    for (const record of records) {
      if (this.#isOver) break;
      items.push(this.#itemOf(record));
    }
    return items;
  }

  #itemOf(item: CsvItem): FeedItem {
    if (item.kind === "end") return this.#refuseFile(item.line, item.code, item.why);
    if (item.kind === "record")
      return this.#places === null ? this.#header(item) : this.#line(item, this.#places);
    if (this.#places === null) return this.#refuseFile(item.line, "units-csv.header-missing", item.why);
    return refuseLine(item.line, null, item.code, item.why);
  }

  #header({ line, fields }: { readonly line: number; readonly fields: readonly string[] }): FeedItem {
    const { places, ignored, double } = readHeader(fields, this.#settings.headings);
    if (double !== null)
      return this.#refuseFile(
        line,
        "units-csv.header-double",
        `Two columns are headed as ${double}. Take one out.`,
      );
    if (places.scan === undefined && (places.din === undefined || places.productCode === undefined))
      return this.#refuseFile(
        line,
        "units-csv.header-missing",
        "The first line must name the columns: din and productCode, or scan; then description, expires, appliance, at, reason where there are such.",
      );
    this.#places = places;
    this.#width = fields.length;
    return {
      kind: "header",
      line,
      delimiter: this.#records.delimiter ?? ",",
      columns: Object.keys(places) as Column[],
      ignored: ignored.slice(0, ignoredHeadingsMax),
    };
  }

  #line(
    { line, fields }: { readonly line: number; readonly fields: readonly string[] },
    places: ColumnPlaces,
  ): FeedItem {
    if (fields.length > this.#width && fields.slice(this.#width).some((field) => field.trim() !== ""))
      return refuseLine(
        line,
        null,
        "units-csv.fields-extra",
        "The line has more values than there are columns. Put values that hold the delimiter in quotation marks.",
      );
    const result = readFeedLine(fields, places, this.#settings);
    if (!result.ok) return refuseLine(line, result.column, result.code, result.why);
    const { unit, movement } = result;
    return this.#compare(line, unit, movement);
  }

  /** Holds a line to those before it and remembers it. */
  #compare(line: number, unit: FeedUnit, movement: FeedMovement | null): FeedItem {
    const key = `${unit.din}/${unit.productCode}`;
    const known = this.#units.get(key);
    if (known === undefined) {
      const { description, expires } = unit;
      const first = movement === null ? null : { line, movement };
      this.#units.set(key, { line, description, expires, first, later: null });
      return { kind: "line", line, unit, movement, isFirstOfUnit: true };
    }
    if (!agree(known, unit))
      return conflict(line, `Line ${known.line} describes this unit otherwise, or with another expiry.`);
    if (movement === null) return duplicate(line, known.line);
    const earlier = movementAt(known, movement.at);
    if (earlier !== null) {
      const isSame =
        earlier.movement.appliance === movement.appliance && earlier.movement.reason === movement.reason;
      return isSame
        ? duplicate(line, earlier.line)
        : conflict(line, `Line ${earlier.line} says otherwise where this unit went at that time.`);
    }
    remember(known, unit, { line, movement });
    return { kind: "line", line, unit, movement, isFirstOfUnit: false };
  }

  #refuseFile(line: number, code: FileErrorCode, why: string): FileRefusal {
    this.#isOver = true;
    return { kind: "file-refused", line, code, why };
  }
}

interface Told {
  readonly line: number;
  readonly movement: FeedMovement;
}

/** What the lines so far said of a unit. Most units move once in a file: a map is made for those that move more often. */
interface Described {
  readonly line: number;
  description: string | null;
  expires: number | null;
  first: Told | null;
  later: Map<number, Told> | null;
}

function movementAt(known: Described, at: number): Told | null {
  if (known.first?.movement.at === at) return known.first;
  return known.later?.get(at) ?? null;
}

function remember(known: Described, unit: FeedUnit, told: Told): void {
  known.description ??= unit.description;
  known.expires ??= unit.expires;
  if (known.first === null) known.first = told;
  else (known.later ??= new Map()).set(told.movement.at, told);
}

/** True where a line does not contradict those before it; what it leaves out is no contradiction. */
function agree(known: Described, unit: FeedUnit): boolean {
  const agrees = <Value>(a: Value | null, b: Value | null): boolean => a === null || b === null || a === b;
  return agrees(known.description, unit.description) && agrees(known.expires, unit.expires);
}

function refuseLine(line: number, column: Column | null, code: LineErrorCode, why: string): LineRefusal {
  return { kind: "refused", line, column, code, why };
}

const duplicate = (line: number, earlier: number): LineRefusal =>
  refuseLine(line, null, "units-csv.duplicate", `This says the same as line ${earlier}.`);

const conflict = (line: number, why: string): LineRefusal =>
  refuseLine(line, null, "units-csv.conflict", why);
