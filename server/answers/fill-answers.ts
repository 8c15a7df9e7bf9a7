import type { KeptDelivery } from "../summons/delivery-book.ts";
import type { AnswerKey } from "./answer-key.ts";

/**
 * Puts the link and the code by which a message is answered in the place of `{answer-link}` and `{answer-code}`, when it is sent: no record holds them. Lines that hold one which cannot be given (a message that nobody is
 * to answer, or no address of the pages in the settings) are left out. `{answer-code:7}` is the code of the message with the number 7, in notes about other messages.
 */
export function makeAnswerFiller(
  key: AnswerKey,
  pages: string | null,
): (text: string, delivery: KeptDelivery) => string {
  const base = pages?.replace(/\/+$/u, "") ?? null;
  return (text, { number, summons }) => {
    const link = summons === null || base === null ? null : `${base}/a/${key.tokenOf(number)}`;
    const code = summons === null ? null : key.codeOf(number);
    return text
      .split("\n")
      .filter((line) => !(line.includes("{answer-link}") && link === null))
      .filter((line) => !(line.includes("{answer-code}") && code === null))
      .join("\n")
      .replaceAll("{answer-link}", link ?? "")
      .replaceAll("{answer-code}", code ?? "")
      .replaceAll(/\{answer-code:(\d{1,15})\}/gu, (_, other) => key.codeOf(Number(other)));
  };
}
