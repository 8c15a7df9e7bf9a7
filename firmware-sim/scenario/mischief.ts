import { type Conditions, lasts } from "./conditions.ts";

/** What is sent now, in order, and what waits. */
export interface Arranged<Item> {
  readonly send: readonly Item[];
  readonly wait: readonly Item[];
}

/**
 * What a bad link makes of items in order. `reordered-sends`: pairs swap places, an odd one waits for its partner;
 * `duplicate-sends`: each goes out twice; `silence`: all wait. Pure; nothing is lost.
 */
export function arrange<Item>(conditions: Conditions, items: readonly Item[]): Arranged<Item> {
  if (lasts(conditions, "silence")) return { send: [], wait: items };
  const { send, wait } = lasts(conditions, "reordered-sends") ? swapPairs(items) : { send: items, wait: [] };
  return { send: lasts(conditions, "duplicate-sends") ? send.flatMap((item) => [item, item]) : send, wait };
}

function swapPairs<Item>(items: readonly Item[]): Arranged<Item> {
  const even = items.length - (items.length % 2);
  const send = items
    .slice(0, even)
    .map((item, index) => items[index % 2 === 0 ? index + 1 : index - 1] ?? item);
  return { send, wait: items.slice(even) };
}
