/** How a finding counts: `trouble` makes the whole not well, a `note` does not. */
export type Grade = "well" | "note" | "trouble";

/** Something that was looked at. */
export interface Finding {
  readonly grade: Grade;
  /** What was looked at: `server`, `token`, `data folder`. */
  readonly what: string;
  /** How it stands, and what to do. */
  readonly says: string;
}

/** Words for a person. */
export const gradeWords: Readonly<Record<Grade, string>> = { well: "ok", note: "note", trouble: "LOOK" };
