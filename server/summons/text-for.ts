import type { Medium } from "@coldkeep/core/duty/media.ts";
import type { Written } from "@coldkeep/core/wording/written.ts";

/** A call's text for each medium but its first: what is sent where a message turns to another way. */
export type OtherTexts = Readonly<Partial<Record<Medium, string>>>;

/** A call's text as one medium carries it, with what other media would carry in its place. */
export function textFor(
  written: Written,
  medium: Medium,
): { readonly subject: string; readonly body: string; readonly others: OtherTexts } {
  const { subject, body, sms, spoken } = written;
  const texts = { sms, voice: spoken, email: body, webhook: body, telegram: body, matrix: body };
  const { [medium]: own, ...others } = texts;
  return { subject, body: own, others };
}
