import type { Language } from "@coldkeep/core/duty/media.ts";
import { phoneWords } from "@coldkeep/core/wording/phone-words.ts";

/** Longest spoken text, in characters; what is longer is cut. */
export const spokenCharactersMax = 1_500;

/** Most characters of a document that Twilio takes with a call. */
export const documentCharactersMax = 4_000;

/** Seconds in which a key has to be pressed after the text. */
export const keyWithinSeconds = 8;

const voices: Readonly<Record<Language, string>> = {
  en: 'voice="Polly.Amy" language="en-GB"',
  nl: 'voice="Polly.Lotte" language="nl-NL"',
  fr: 'voice="Polly.Lea" language="fr-FR"',
};

/** What a voice says. */
export interface Speech {
  readonly language: Language;
  readonly text: string;
}

/** A text twice, with a pause: who picks up in their sleep misses the first. */
export function saidTwice(speech: Speech): string {
  const said = say(speech);
  return `<Response>${pause}${said}${pause}${said}</Response>`;
}

/** A text once, and that is all. */
export function saidOnce(speech: Speech): string {
  return `<Response>${say(speech)}</Response>`;
}

/** A text during and after which a key is waited for; twice where there is room. `keysUrl` is told of the key. Ends by saying that none was pressed, as `unpressed` has it. */
export function askedForKey(
  speech: Speech,
  keysUrl: string,
  unpressed: string = phoneWords[speech.language].noKey,
): string {
  const url = escaped(keysUrl);
  const gather = `<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="${keyWithinSeconds}" method="POST" action="${url}">${pause}${say(speech)}</Gather>`;
  const end = say({ ...speech, text: unpressed });
  const twice = `<Response>${gather}${gather}${end}</Response>`;
  return twice.length <= documentCharactersMax ? twice : `<Response>${gather}${end}</Response>`;
}

const pause = '<Pause length="1"/>';

function say({ language, text }: Speech): string {
  return `<Say ${voices[language]}>${escaped(text.slice(0, spokenCharactersMax))}</Say>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (found) => entities[found] ?? found);
