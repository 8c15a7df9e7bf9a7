import type { Site } from "./site.ts";

/** One place in which two sites differ. `from` is undefined for what is new, `to` for what is gone. */
export interface SiteDifference {
  /** The way to it, such as `appliances.fridge-1.probes.fridge-1-product.calibration`. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What a change of the site changes, from what to what. Appliances, probes, channels and contacts are told apart by their ids; lists of versions are one thing. */
export function siteDifferences(before: Site | null, after: Site): SiteDifference[] {
  return differencesOf(before ?? {}, after, "");
}

function differencesOf(from: unknown, to: unknown, path: string): SiteDifference[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  const a = entriesOf(from);
  const b = entriesOf(to);
  if (a === null || b === null) return [{ path, from, to }];
  const found = [...new Set([...a.keys(), ...b.keys()])].flatMap((key) =>
    differencesOf(a.get(key), b.get(key), path === "" ? key : `${path}.${key}`),
  );
  if (found.length > 0 || !Array.isArray(to)) return found;
  return [{ path: `${path} (order)`, from: [...a.keys()], to: [...b.keys()] }];
}

/** An object's entries by key, or those of a list of things with ids by id; null for everything else. */
function entriesOf(value: unknown): Map<string, unknown> | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  if (value.length === 0 || !value.every(hasId)) return null;
  return new Map(value.map((each) => [each.id, each]));
}

function hasId(value: unknown): value is { readonly id: string } {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string";
}
