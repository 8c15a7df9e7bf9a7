import { hash } from "node:crypto";

/**
 * A number in [0, 1) that depends on nothing but the seed and what it is drawn for, so that a blood bank that goes on after a restart draws
 * what it would have drawn without one.
 */
export function draw(seed: number, purpose: string): number {
  return hash("sha256", `${seed}/${purpose}`, "buffer").readUInt32BE(0) / 2 ** 32;
}

/** One of the items of a list that is not empty. */
export function pick<Item>(seed: number, purpose: string, items: readonly Item[]): Item {
  const item = items[Math.floor(draw(seed, purpose) * items.length)];
  if (item === undefined) throw new RangeError(`nothing to pick from for ${purpose}`);
  return item;
}
