import type { Language } from "@coldkeep/core/duty/media.ts";
import type { OutgoingMessage } from "./channel.ts";

const words: Readonly<Record<Language, string>> = { en: "repeat", nl: "herhaling", fr: "répétition" };

/** A text of a message, marked where it may have been handed over before. */
export function marked(
  text: string,
  { isRepeat, language }: Pick<OutgoingMessage, "isRepeat" | "language">,
): string {
  return isRepeat ? `[${words[language]}] ${text}` : text;
}

/** What a chat shows of a message: subject and text, once where the text says the subject itself. */
export function chatText(message: OutgoingMessage): string {
  const { subject, text } = message;
  return marked(text.startsWith(subject) ? text : `${subject}\n\n${text}`, message);
}
