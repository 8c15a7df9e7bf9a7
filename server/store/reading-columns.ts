/** The columns that older records lack: where a reading's time comes from (place in `timeSources`) and how far it may be off, in ms; null where nobody said. */
export const readingColumns: readonly (readonly [name: string, definition: string])[] = [
  ["time_source", "INTEGER"],
  ["uncertainty_ms", "INTEGER"],
];
