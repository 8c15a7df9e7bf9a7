/** Every bound of the live pages, in one place. */

/** Shortest time between two live events. Unit ms. A change within it is told at its end. */
export const liveEveryMsMin = 1_000;

/** Longest time between two live events, also when nothing changed: ages on the pages grow, and silence must mean a lost connection. Unit ms. */
export const liveEveryMsMax = 15_000;

/** Most pages that may listen at once. One more is refused with 503 and counted; it says that it is not live and tries again. */
export const liveConnectionsMax = 200;

/** Most bytes that may wait for one listener. A slower one is cut off and counted; it connects anew. */
export const liveBacklogBytesMax = 16_384;

/** Largest form that a page may send. Unit bytes. */
export const formBytesMax = 8_192;

/** Longest promise of an acknowledgement, in characters. */
export const promiseCharactersMax = 200;

/** Points of a curve that reach the browser or the paper; beyond, each bucket keeps its first, lowest, highest and last. */
export const curvePointsMax = 2_000;
