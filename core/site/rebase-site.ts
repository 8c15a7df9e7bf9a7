import { isSame } from "./dated.ts";
import type { Site } from "./site.ts";

/** What became of a change whose base is no longer in force: the same change on the site in force now, or the places at which both changed something. */
export type Rebased = { readonly site: Site } | { readonly overlaps: readonly string[] };

/**
 * Carries a change (`base` to `mine`) over to the site in force (`theirs`), as far as the two changed different things. Appliances, probes, channels and contacts are
 * told apart by their ids; a list of versions is one thing. What comes out is not checked: references may be broken.
 */
export function rebaseSite(base: Site, mine: Site, theirs: Site): Rebased {
  const overlaps: string[] = [];
  const site = joined(base, mine, theirs, "", overlaps);
  return overlaps.length > 0 ? { overlaps } : { site: site as Site };
}

function joined(base: unknown, mine: unknown, theirs: unknown, path: string, overlaps: string[]): unknown {
  if (isSame(base, mine)) return theirs;
  if (isSame(base, theirs) || isSame(mine, theirs)) return mine;
  const entries = [base, mine, theirs].map(entriesOf);
  const [a, b, c] = entries;
  if (a === null || b === null || c === null || a === undefined || b === undefined || c === undefined) {
    overlaps.push(path);
    return theirs;
  }
  const keys = [...new Set([...c.keys(), ...b.keys(), ...a.keys()])];
  const parts = keys.flatMap((key): [string, unknown][] => {
    const part = joined(a.get(key), b.get(key), c.get(key), path === "" ? key : `${path}.${key}`, overlaps);
    return part === undefined ? [] : [[key, part]];
  });
  return Array.isArray(theirs) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}

/** An object's entries by key, those of a list of things with ids by id; null for everything else. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value).filter(([, each]) => each !== undefined));
  const ids = value.map((each: unknown) =>
    typeof each === "object" && each !== null && "id" in each && typeof each.id === "string" ? each.id : null,
  );
  if (ids.includes(null)) return null;
  return new Map(value.map((each, index) => [ids[index] ?? "", each]));
}
