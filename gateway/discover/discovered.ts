import type { Heard } from "../command/ear.ts";

/** A source as it would stand in the settings, with what was heard of it. */
export interface DiscoveredSource {
  /** The fields besides `id`. */
  readonly settings: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** What its id begins with. */
  readonly stem: string;
  readonly heard: readonly Omit<Heard, "source" | "at">[];
  /** For a person, in the settings: what has to be decided. */
  readonly notes: readonly string[];
}

/** What one place brought. */
export interface Discovered {
  /** The port, host or broker. */
  readonly place: string;
  readonly sources: readonly DiscoveredSource[];
  /** What is to be said of the place besides, such as why it could not be opened. */
  readonly remarks: readonly string[];
}

/** Something found at a place, and nothing else to say. */
export const nothingFound = (place: string, ...remarks: readonly string[]): Discovered => ({
  place,
  sources: [],
  remarks,
});
