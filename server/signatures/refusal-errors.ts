import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { problemOf } from "../http/problems.ts";
import type { FormErrors } from "../pages/forms.ts";

/** Beside which field a refusal of a signature stands; what has no field concerns the form as a whole. */
const fields: Readonly<Record<string, string>> = { "sign.refused": "password", "sign.reason": "reason" };

/** What a refused signature says in its form. Anything but a refusal is thrown on, and so is that the session has ended, which leads to the sign-in page. */
export function refusalErrors(error: unknown): FormErrors {
  if (!(error instanceof CodedError)) throw error;
  const { code, detail, status } = problemOf(error);
  if (code === "sign.session-ended" || (status >= 500 && code !== "sign.busy")) throw error;
  return { [fields[code] ?? ""]: detail };
}
