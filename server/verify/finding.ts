import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** The two hash chains. */
export type ChainName = "journal" | "audit";

/** What can be wrong with records, as stable codes (docs/errors.md, "Checking records"). */
export type FindingCode =
  | "verify.entry-missing"
  | "verify.entry-twice"
  | "verify.order-broken"
  | "verify.type-wrong"
  | "verify.link-broken"
  | "verify.content-changed"
  | "verify.journal-link"
  | "verify.end-missing"
  | "verify.head-differs"
  | "verify.table-changed"
  | "verify.protection-missing"
  | "verify.file-damaged";

/** One thing that is wrong, in words for whoever inspects the records. */
export interface Finding {
  readonly code: FindingCode;
  /** Which chain; null where it is about the file as a whole. */
  readonly chain: ChainName | null;
  /** The number of the entry; null where it is about none. */
  readonly sequence: number | null;
  /** The entry's time, where it can be read. */
  readonly at: EpochMs | null;
  /** The journal entry's kind or the audit entry's action, where it can be read. */
  readonly kind: string | null;
  readonly what: string;
}

/** Makes a finding about the file as a whole. */
export function fileFinding(code: FindingCode, what: string): Finding {
  return { code, chain: null, sequence: null, at: null, kind: null, what };
}
