/**
 * Where the rules of tidiness make way, in one place. An entry is a file, or a folder that ends with a slash. A new adapter adds itself
 * here; nothing else belongs on these lists.
 */

/** May touch `Date`, timers, `performance` and `Temporal.Now`: the adapters of time. */
export const clockAdapters: readonly string[] = ["core/time/system-clock.ts"];

/** May draw randomness from the machine. */
export const randomAdapters: readonly string[] = [];

/** May import files, databases, sockets and processes: the adapters of the outside, and tests, which need no entry. */
export const outsideAdapters: readonly string[] = [".ci/"];

/** May import another workspace than `core`: whole-system runs that compose what otherwise meets over the wire. */
export const composers: readonly string[] = [];
