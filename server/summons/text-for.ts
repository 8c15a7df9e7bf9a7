import type { Medium } from "@coldkeep/core/duty/media.ts";
import type { WrittenCall } from "./call-writer.ts";

/** A call's text as one medium carries it. */
export function textFor(
  { subject, body, sms, spoken }: WrittenCall,
  medium: Medium,
): { readonly subject: string; readonly body: string } {
  if (medium === "sms") return { subject, body: sms };
  return { subject, body: medium === "voice" ? spoken : body };
}
