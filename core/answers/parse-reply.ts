/** What a reply to a call says. */
export interface ParsedReply {
  /** The code of the call that it answers; null where it names none. */
  readonly code: string | null;
  /** Within how many minutes it will be seen to; null where it does not say. */
  readonly minutes: number | null;
  /** What will be done; empty where it does not say. */
  readonly what: string;
}

/** Digits of a call's code. */
export const answerCodeDigits = 4;

/** Longest text that is read of a reply, in characters. */
export const replyCharactersMax = 480;

/** Longest promise in a reply, in characters. */
export const replyPromiseCharactersMax = 200;

/** Words with which people take a call on, in the languages of messages. */
const yesWords: ReadonlySet<string> = new Set(["ok", "yes", "ja", "oui", "ack", "1"]);

/**
 * Reads a reply such as `4711`, `4711 20`, `4711 20 on my way`, `ok 4711` or, to the only call there is, `ja`. Null for what is no answer. Never throws. A number right after the code
 * is the minutes; everything else is what will be done.
 */
export function parseReply(text: string): ParsedReply | null {
  const words = text
    .slice(0, replyCharactersMax)
    .normalize("NFKC")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, " ")
    .trim()
    .split(/\s+/u)
    .map((word, index) => (index < 2 ? word.replace(/[.,;:!]+$/u, "") : word))
    .filter((word) => word !== "");
  const isYes = yesWords.has((words[0] ?? "").toLowerCase());
  const rest = isYes ? words.slice(1) : words;
  const [first = ""] = rest;
  const code = new RegExp(`^[0-9]{${answerCodeDigits}}$`, "u").test(first) ? first : null;
  if (code === null && !isYes) return null;
  const after = code === null ? rest : rest.slice(1);
  const minutes = /^[0-9]{1,3}$/u.test(after[0] ?? "") ? Number(after[0]) : null;
  const said = after.slice(minutes === null ? 0 : 1).join(" ");
  const what = said.replace(/^(?:minutes|minuten|minute|minuut|min|m)(?![\p{L}])\.?\s*/iu, (unit) =>
    minutes === null ? unit : "",
  );
  return { code, minutes: minutes === 0 ? null : minutes, what: what.slice(0, replyPromiseCharactersMax) };
}
