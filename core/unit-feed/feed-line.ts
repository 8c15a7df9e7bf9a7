import { idSchema } from "../contract/ids.ts";
import { readDin } from "../isbt/din.ts";
import { type LabelUnit, labelUnit, unitKeyOf } from "../isbt/label-unit.ts";
import { readScan } from "../isbt/scan.ts";
import { identify, type Numberings } from "../numbering/numbering.ts";
import type { EpochMs } from "../time/millis.ts";
import type { WallClock } from "../time/wall-time.ts";
import type { Column, ColumnPlaces } from "./columns.ts";
import { type DateOrder, readFeedTime } from "./feed-time.ts";
import type { LineErrorCode } from "./refusal.ts";

/** How the lines of a file are read. */
export interface FeedSettings {
  readonly numberings: Numberings;
  /** The clock of the site: times without an offset are its. */
  readonly clock: WallClock;
  readonly dateOrder: DateOrder;
  /** Movements after this have not happened yet. */
  readonly now: EpochMs;
  /** What the file calls appliances, and their ids; null takes any well-formed id. */
  readonly appliances: ReadonlyMap<string, string> | null;
  /** The user's own headings. */
  readonly headings?: Readonly<Partial<Record<Column, string>>> | undefined;
}

/** A unit as a line tells it. Null is what the line does not say. */
export interface FeedUnit {
  readonly din: string;
  readonly productCode: string;
  readonly description: string | null;
  readonly expires: EpochMs | null;
}

/** Where a line says that the unit went. */
export interface FeedMovement {
  readonly at: EpochMs;
  /** Null: out of every appliance. */
  readonly appliance: string | null;
  readonly reason: string;
}

/** What a line comes to. */
export type LineResult =
  | { readonly ok: true; readonly unit: FeedUnit; readonly movement: FeedMovement | null }
  | {
      readonly ok: false;
      readonly column: Column | null;
      readonly code: LineErrorCode;
      readonly why: string;
    };

type Refused = Extract<LineResult, { ok: false }>;

/** Longest description and reason in characters, as the calls over HTTP have it. */
export const feedTextMax = 200;

/** Reads the fields of one line. Which columns there are has been checked; which of them are empty has not. */
export function readFeedLine(
  fields: readonly string[],
  places: ColumnPlaces,
  settings: FeedSettings,
): LineResult {
  const value = (column: Column): string => {
    const place = places[column];
    return place === undefined ? "" : (fields[place] ?? "").trim();
  };
  const identity = readIdentity(value, settings);
  if ("ok" in identity) return identity;
  const tooLong = (["description", "reason"] as const).find((column) => value(column).length > feedTextMax);
  if (tooLong !== undefined)
    return refuse(tooLong, "units-csv.text-too-long", `This has more than ${feedTextMax} characters.`);
  const expires = readExpiry(value("expires"), identity.label, settings);
  if (expires !== null && typeof expires !== "number") return expires;
  const movement = readMovement(value, settings);
  if (movement !== null && "ok" in movement) return movement;
  const { din, productCode } = identity;
  return {
    ok: true,
    unit: { din, productCode, description: value("description") || null, expires },
    movement,
  };
}

interface Identity {
  readonly din: string;
  readonly productCode: string;
  readonly label: LabelUnit | null;
}

function readIdentity(value: (column: Column) => string, settings: FeedSettings): Identity | Refused {
  const scanned = value("scan") === "" ? null : readLabel(value("scan"), settings);
  if (scanned !== null && "ok" in scanned) return scanned;
  const din = value("din") === "" ? scanned?.din : readNumber(value("din"), settings);
  if (typeof din === "object") return din;
  const productCode = value("productCode").replace(/^=</, "") || scanned?.productCode;
  if (din === undefined)
    return refuse("din", "units-csv.value-missing", "The number of the unit is missing.");
  if (productCode === undefined)
    return refuse("productCode", "units-csv.value-missing", "The product code of the unit is missing.");
  if (scanned !== null && (scanned.din !== din || scanned.productCode !== productCode))
    return refuse(
      "scan",
      "units-csv.labels-differ",
      "The scanned label is another unit's than the number and product code beside it.",
    );
  const known = identify(settings.numberings, din, productCode);
  if (known.ok) return { din, productCode, label: scanned?.label ?? null };
  const column = scanned !== null ? "scan" : known.code === "numbering.din-unknown" ? "din" : "productCode";
  return refuse(column, known.code, known.why);
}

function readLabel(text: string, settings: FeedSettings): Identity | Refused {
  if (!settings.numberings.isbt128)
    return refuse(
      "scan",
      "numbering.din-unknown",
      "Labels of ISBT 128 are not taken here: another numbering is configured.",
    );
  const scan = readScan(text);
  if (!scan.ok) return refuse("scan", scan.code, scan.why);
  const found = labelUnit(scan.structures);
  if (!found.ok) return refuse("scan", found.code, found.why);
  return { ...unitKeyOf(found.unit), label: found.unit };
}

function readNumber(text: string, { numberings }: FeedSettings): string | Refused {
  const plain = text.replace(/\s/g, "").toUpperCase();
  if (!numberings.isbt128) return plain;
  const entry = readDin(text);
  if (entry.ok) return entry.din.text;
  const isOther = numberings.others.length > 0 && entry.code === "isbt.din-invalid";
  return isOther ? plain : refuse("din", entry.code, entry.why);
}

function readExpiry(text: string, label: LabelUnit | null, settings: FeedSettings): EpochMs | Refused | null {
  const told = text || (label?.expiry?.wall ?? "");
  if (told === "") return null;
  const time = readFeedTime(told, settings.clock, text === "" ? "iso" : settings.dateOrder, true);
  return time.ok ? time.at : refuse(text === "" ? "scan" : "expires", time.code, time.why);
}

function readMovement(
  value: (column: Column) => string,
  settings: FeedSettings,
): FeedMovement | Refused | null {
  const [when, where] = [value("at"), value("appliance")];
  if (when === "" && where === "") return null;
  if (when === "")
    return refuse("at", "units-csv.value-missing", "The time at which the unit came there is missing.");
  const time = readFeedTime(when, settings.clock, settings.dateOrder, false);
  if (!time.ok) return refuse("at", time.code, time.why);
  if (time.at > settings.now) return refuse("at", "units-csv.time-future", `${when} is still to come.`);
  const appliance = where === "" ? null : applianceOf(where, settings);
  if (appliance === undefined)
    return refuse("appliance", "units-csv.appliance-unknown", `There is no appliance ${where} at this site.`);
  return { at: time.at, appliance, reason: value("reason") };
}

function applianceOf(text: string, { appliances }: FeedSettings): string | undefined {
  if (appliances !== null) return appliances.get(text);
  return idSchema.safeParse(text).success ? text : undefined;
}

function refuse(column: Column | null, code: LineErrorCode, why: string): Refused {
  return { ok: false, column, code, why };
}
