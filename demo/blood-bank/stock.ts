import { dayMs, formatInstant, hourMs, minuteMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { draw, pick } from "./draw.ts";
import { frozenRedCells, plasma, platelets, redCells, type Product } from "./products.ts";

/** One place and how many units of what stand in it. */
export interface Shelf {
  readonly appliance: string;
  readonly product: Product;
  readonly count: number;
}

/** What the demo's blood bank keeps where. The appliances are those of `hospital/site.yaml`. */
export const shelves: readonly Shelf[] = [
  { appliance: "fridge-1", product: redCells, count: 36 },
  { appliance: "fridge-2", product: redCells, count: 32 },
  { appliance: "fridge-3", product: redCells, count: 34 },
  { appliance: "fridge-4", product: redCells, count: 30 },
  { appliance: "freezer-1", product: plasma, count: 38 },
  { appliance: "freezer-2", product: plasma, count: 30 },
  { appliance: "ultra-1", product: frozenRedCells, count: 12 },
  { appliance: "incubator-1", product: platelets, count: 14 },
  { appliance: "box-1", product: redCells, count: 6 },
];

/** A unit as every call names it. */
export interface UnitKey {
  readonly din: string;
  readonly productCode: string;
}

/** The body of `PUT /v1/units/{din}/{productCode}`, with the unit that it is about. */
export interface Registration extends UnitKey {
  readonly description: string;
  readonly expires: string;
}

/** The body of `POST /v1/movements`. */
export interface Movement extends UnitKey {
  readonly at: string;
  /** Where it is put; null where it leaves. */
  readonly appliance: string | null;
  readonly reason: string;
}

/** What the server has to be told, in order. */
export type Post =
  | { readonly kind: "register"; readonly unit: Registration }
  | { readonly kind: "move"; readonly movement: Movement };

/** The blood bank's own books. */
export interface Stock {
  readonly seed: number;
  /** Number of the next donation. */
  readonly nextDonation: number;
  /** Number of the next happening. */
  readonly nextHappening: number;
  readonly inside: Readonly<Record<string, readonly UnitKey[]>>;
}

/** The books after something happened, and what to tell the server. */
export interface Happened {
  readonly stock: Stock;
  readonly posts: readonly Post[];
}

/** Fills every shelf with units that came in over the day before `at`. */
export function fillShelves(seed: number, at: EpochMs): Happened {
  const empty: Stock = { seed, nextDonation: 1, nextHappening: 0, inside: {} };
  let happened: Happened = { stock: empty, posts: [] };
  for (const shelf of shelves) {
    for (let count = 0; count < shelf.count; count += 1) {
      const back = draw(seed, `in/${shelf.appliance}/${count}`) * 21 * hourMs;
      const arrived = arrive(happened.stock, shelf, at - hourMs - Math.floor(back / minuteMs) * minuteMs);
      happened = { stock: arrived.stock, posts: [...happened.posts, ...arrived.posts] };
    }
  }
  return happened;
}

/** A new unit comes from processing and is put on a shelf. */
function arrive(stock: Stock, shelf: Shelf, at: EpochMs): Happened {
  const number = stock.nextDonation;
  const age = Math.floor(1 + draw(stock.seed, `age/${number}`) * 3) * dayMs;
  const { productCode, description, shelfLifeMs } = shelf.product;
  const key = { din: donationNumber(number, at - age), productCode };
  const expires = formatInstant(endOfDay(at - age + shelfLifeMs));
  return {
    stock: { ...put(stock, shelf.appliance, key), nextDonation: number + 1 },
    posts: [
      { kind: "register", unit: { ...key, description, expires } },
      { kind: "move", movement: movement(key, at, shelf.appliance, "from processing") },
    ],
  };
}

/** One unit of an appliance is issued; null if none is left. Which one is drawn. */
export function issueOne(stock: Stock, appliance: string, at: EpochMs): Happened | null {
  const units = stock.inside[appliance] ?? [];
  if (units.length === 0) return null;
  const unit = pick(stock.seed, `issue/${stock.nextHappening}`, units);
  return {
    stock: { ...take(stock, appliance, unit), nextHappening: stock.nextHappening + 1 },
    posts: [{ kind: "move", movement: movement(unit, at, null, "issued to ward") }],
  };
}

/** What happens next in the ordinary course of a day: a unit is issued and replaced, or red cells change refrigerators. */
export function ordinaryHappening(stock: Stock, at: EpochMs): Happened {
  const { seed, nextHappening: number } = stock;
  if (draw(seed, `kind/${number}`) < 0.35) return moveOne(stock, at);
  const shelf = pick(seed, `shelf/${number}`, shelves);
  const issued = issueOne(stock, shelf.appliance, at) ?? { stock, posts: [] };
  const missing = shelf.count - (issued.stock.inside[shelf.appliance]?.length ?? 0);
  const counted = { ...issued.stock, nextHappening: number + 1 };
  if (missing <= 0) return { stock: counted, posts: issued.posts };
  const arrived = arrive(counted, shelf, at);
  return { stock: arrived.stock, posts: [...issued.posts, ...arrived.posts] };
}

function moveOne(stock: Stock, at: EpochMs): Happened {
  const { seed, nextHappening: number } = stock;
  const counted = { ...stock, nextHappening: number + 1 };
  const fridges = shelves.filter(({ product }) => product === redCells).map(({ appliance }) => appliance);
  const from = pick(seed, `from/${number}`, fridges);
  const to = pick(
    seed,
    `to/${number}`,
    fridges.filter((fridge) => fridge !== from),
  );
  const units = stock.inside[from] ?? [];
  if (units.length === 0) return { stock: counted, posts: [] };
  const unit = pick(seed, `move/${number}`, units);
  return {
    stock: put(take(counted, from, unit), to, unit),
    posts: [{ kind: "move", movement: movement(unit, at, to, "moved") }],
  };
}

/**
 * A donation identification number of ISBT 128: facility A9999 (the one that the standard keeps for examples), two digits of the year, six
 * digits. 13 characters.
 */
export function donationNumber(number: number, at: EpochMs): string {
  const year = formatInstant(at).slice(2, 4);
  return `A9999${year}${String(number).padStart(6, "0")}`;
}

function endOfDay(at: EpochMs): EpochMs {
  return Math.floor(at / dayMs) * dayMs + dayMs - minuteMs;
}

function movement(unit: UnitKey, at: EpochMs, appliance: string | null, reason: string): Movement {
  return { din: unit.din, productCode: unit.productCode, at: formatInstant(at), appliance, reason };
}

function put(stock: Stock, appliance: string, unit: UnitKey): Stock {
  return { ...stock, inside: { ...stock.inside, [appliance]: [...(stock.inside[appliance] ?? []), unit] } };
}

function take(stock: Stock, appliance: string, unit: UnitKey): Stock {
  const left = (stock.inside[appliance] ?? []).filter(({ din }) => din !== unit.din);
  return { ...stock, inside: { ...stock.inside, [appliance]: left } };
}
