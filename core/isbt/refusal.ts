/** Why a label's text is refused; listed in docs/errors.md, explained in docs/units.md. */
export type IsbtErrorCode =
  | "isbt.empty"
  | "isbt.too-long"
  | "isbt.not-isbt"
  | "isbt.keyboard-layout"
  | "isbt.case-damaged"
  | "isbt.symbology-other"
  | "isbt.character-invalid"
  | "isbt.truncated"
  | "isbt.rest-unread"
  | "isbt.din-invalid"
  | "isbt.check-missing"
  | "isbt.check-wrong"
  | "isbt.flags-wrong"
  | "isbt.product-invalid"
  | "isbt.division-invalid"
  | "isbt.date-invalid"
  | "isbt.group-invalid"
  | "isbt.compound-invalid"
  | "isbt.compound-count"
  | "isbt.mpho-invalid"
  | "isbt.sec-not-blood"
  | "isbt.unit-incomplete"
  | "isbt.unit-ambiguous";

/** A refusal: a stable code, and a sentence that says to the person at the bench what is wrong and what to do. */
export interface IsbtRefusal {
  readonly ok: false;
  readonly code: IsbtErrorCode;
  readonly why: string;
}

/** Makes a refusal. */
export function refuse(code: IsbtErrorCode, why: string): IsbtRefusal {
  return { ok: false, code, why };
}
