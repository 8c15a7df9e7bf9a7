import { markRepeated, markRepeatedSms } from "@coldkeep/core/wording/write-call.ts";
import type { OutgoingMessage } from "./channel.ts";

/** A text of a message, marked where it may have been handed over before. */
export function marked(
  text: string,
  { isRepeat, language }: Pick<OutgoingMessage, "isRepeat" | "language">,
): string {
  return isRepeat ? markRepeated(text, language) : text;
}

/** The text of an SMS, marked where it may have been handed over before, in no more parts than without. */
export function markedSms({ text, isRepeat, language }: OutgoingMessage): string {
  return isRepeat ? markRepeatedSms(text, language) : text;
}

/** What a chat shows of a message: subject and text, once where the text says the subject itself. */
export function chatText(message: OutgoingMessage): string {
  const { subject, text } = message;
  return marked(text.startsWith(subject) ? text : `${subject}\n\n${text}`, message);
}
