/** What a reply to a call says. */
export interface ParsedReply {
  /** The code of the call that it answers; null where it names none. */
  readonly code: string | null;
  /** Within how many minutes it will be seen to; null where it does not say. */
  readonly minutes: number | null;
  /** What will be done; empty where it does not say. */
  readonly what: string;
  /** True where it says that they cannot come. */
  readonly isRefusal: boolean;
}

/** Digits of a call's code. */
export const answerCodeDigits = 4;

/** Longest text that is read of a reply, in characters. */
export const replyCharactersMax = 480;

/** Longest promise in a reply, in characters. */
export const replyPromiseCharactersMax = 200;

/** Words with which people take a call on, in the languages of messages. */
const yesWords: ReadonlySet<string> = new Set(["ok", "yes", "ja", "oui", "ack", "1"]);

/** Words with which people decline, in the languages of messages. */
const noWords: ReadonlySet<string> = new Set(["no", "nee", "neen", "non"]);

/** What begins a refusal, and what says one wherever it stands, in the languages of messages. */
const refusals: readonly RegExp[] = [
  /^(?:no|nope|not|never|nee|neen|niet|nooit|non|pas|jamais|stop)(?![\p{L}])/iu,
  /(?<![\p{L}])(?:can['’]?t|cannot|can not|won['’]?t|unable|not (?:me|available|possible)|not on (?:call|duty))(?![\p{L}])/iu,
  /(?<![\p{L}])(?:kan (?:ik )?(?:echt |helaas |nu )*(?:niet|onmogelijk)|niet (?:komen|gaan|mogelijk|beschikbaar|van (?:wacht|dienst))|geen (?:wacht|dienst)|onmogelijk)(?![\p{L}])/iu,
  /(?<![\p{L}])(?:(?:peux|peut|suis|serai) pas|pas (?:de garde|possible|disponible|moi)|impossible|indisponible)(?![\p{L}])/iu,
];

/** What telephones and mailboxes answer by themselves: nobody has read the call. */
const automatic =
  /automat|auto-?reply|out of (?:the )?office|(?<![\p{L}])(?:driving|vacation|vakantie|verlof|congé|conge|afwezig|absente?)(?![\p{L}])/iu;

/**
 * Reads a reply such as `4711`, `4711 20`, `4711 20 on my way`, `ok 4711`, `nee 4711` or, to the only call there is, `ja`. Null for what is no answer. Never throws. A number right after the
 * code is the minutes; everything else is what will be done. Who says a time has not refused.
 */
export function parseReply(text: string): ParsedReply | null {
  const words = text
    .slice(0, replyCharactersMax)
    .normalize("NFKC")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, " ")
    .trim()
    .replace(codeAtStart, "$1 ")
    .split(/\s+/u)
    .map((word, index) => (index < 2 ? word.replace(/[.,;:!]+$/u, "") : word))
    .filter((word) => word !== "");
  const head = (words[0] ?? "").toLowerCase();
  const isYes = yesWords.has(head);
  const isNo = noWords.has(head);
  const rest = isYes || isNo ? words.slice(1) : words;
  const [first = ""] = rest;
  const code = new RegExp(`^[0-9]{${answerCodeDigits}}$`, "u").test(first) ? first : null;
  if (code === null && !isYes && !isNo) return null;
  const after = code === null ? rest : rest.slice(1);
  const minutes = /^[0-9]{1,3}$/u.test(after[0] ?? "") ? Number(after[0]) : null;
  const said = after.slice(minutes === null ? 0 : 1).join(" ");
  if (minutes === null && automatic.test(said)) return null;
  // Without a code a question takes nothing on, nor does a count of something.
  if (code === null && (said.includes("?") || (head === "1" && said !== ""))) return null;
  const isRefusal = isNo || (minutes === null && refusals.some((refusal) => refusal.test(said)));
  const what = said.replace(/^(?:minutes|minuten|minute|minuut|min|m)(?![\p{L}])\.?\s*/iu, (unit) =>
    minutes === null ? unit : "",
  );
  return {
    code,
    minutes: minutes === 0 ? null : minutes,
    what: what.slice(0, replyPromiseCharactersMax),
    isRefusal,
  };
}

/** A code that something else than a space follows, such as `4711,20` or `4711👍`. */
const codeAtStart = new RegExp(`^([0-9]{${answerCodeDigits}})(?:[.,;:/+!-]+|(?=[^\\p{L}\\p{N}\\s]))`, "u");
