import type { IsbtErrorCode } from "../isbt/refusal.ts";
import type { NumberingErrorCode } from "../numbering/numbering.ts";
import type { Column } from "./columns.ts";

/** Why a file of units as a whole is refused: nothing of it may be taken. Listed in docs/errors.md. */
export type FileErrorCode =
  | "units-csv.encoding-invalid"
  | "units-csv.too-large"
  | "units-csv.too-many-lines"
  | "units-csv.empty"
  | "units-csv.header-missing"
  | "units-csv.header-double";

/** Why one line is refused while its neighbours are taken. Listed in docs/errors.md. */
export type LineErrorCode =
  | "units-csv.line-too-long"
  | "units-csv.quote-open"
  | "units-csv.quote-wrong"
  | "units-csv.fields-extra"
  | "units-csv.value-missing"
  | "units-csv.text-too-long"
  | "units-csv.time-invalid"
  | "units-csv.time-skipped"
  | "units-csv.time-ambiguous"
  | "units-csv.time-future"
  | "units-csv.appliance-unknown"
  | "units-csv.labels-differ"
  | "units-csv.duplicate"
  | "units-csv.conflict"
  | IsbtErrorCode
  | NumberingErrorCode;

/** A line that is not taken: where, which column (null: the line as a whole), the code, and a sentence for whoever keeps the store. */
export interface LineRefusal {
  readonly kind: "refused";
  /** Line of the file, from 1. */
  readonly line: number;
  readonly column: Column | null;
  readonly code: LineErrorCode;
  readonly why: string;
}

/** A file that is not taken, and the line at which that showed. */
export interface FileRefusal {
  readonly kind: "file-refused";
  readonly line: number;
  readonly code: FileErrorCode;
  readonly why: string;
}
