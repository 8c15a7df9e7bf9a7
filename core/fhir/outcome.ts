import type { IsbtErrorCode } from "../isbt/refusal.ts";
import type { NumberingErrorCode } from "../numbering/numbering.ts";
import { ownErrorSystem } from "./systems.ts";

/** Why a resource is refused; listed in docs/errors.md. */
export type FhirErrorCode =
  | "fhir.shape-invalid"
  | "fhir.bundle-kind"
  | "fhir.bundle-too-large"
  | "fhir.identity-missing"
  | "fhir.identity-differs"
  | "fhir.expiry-invalid"
  | IsbtErrorCode
  | NumberingErrorCode;

/** A refusal: the code, where in the resource (a FHIRPath), and a sentence. */
export interface FhirRefusal {
  readonly ok: false;
  readonly code: FhirErrorCode;
  readonly expression: string;
  readonly why: string;
}

/** Makes a refusal. */
export function refuse(code: FhirErrorCode, expression: string, why: string): FhirRefusal {
  return { ok: false, code, expression, why };
}

/** FHIR's words for the kinds of error. */
const issueTypes: Readonly<Partial<Record<FhirErrorCode, string>>> = {
  "fhir.shape-invalid": "structure",
  "fhir.bundle-kind": "not-supported",
  "fhir.bundle-too-large": "too-long",
  "fhir.identity-missing": "required",
  "fhir.identity-differs": "business-rule",
};

/** FHIR's resource for what went wrong. */
export interface OperationOutcome {
  readonly resourceType: "OperationOutcome";
  readonly issue: readonly {
    readonly severity: "error";
    readonly code: string;
    readonly details: {
      readonly coding: readonly { readonly system: string; readonly code: string }[];
      readonly text: string;
    };
    readonly expression: readonly string[];
  }[];
}

/** Refusals as FHIR has them. */
export function operationOutcome(refusals: readonly FhirRefusal[]): OperationOutcome {
  return {
    resourceType: "OperationOutcome",
    issue: refusals.map(({ code, expression, why }) => ({
      severity: "error",
      code: issueTypes[code] ?? "value",
      details: { coding: [{ system: ownErrorSystem, code }], text: why },
      expression: [expression],
    })),
  };
}

/** A refusal within a larger resource: its place is put before. */
export function within(place: string, refusal: FhirRefusal): FhirRefusal {
  const [, rest = ""] = /^BiologicallyDerivedProduct(.*)$/s.exec(refusal.expression) ?? [];
  return { ...refusal, expression: place + rest };
}
