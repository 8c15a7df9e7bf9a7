import type { Language } from "../duty/media.ts";
import type { EpochMs } from "../time/millis.ts";
import { clean, toGsm } from "./clean.ts";
import { en } from "./en.ts";
import { timeText } from "./forms.ts";
import { fr } from "./fr.ts";
import { drillMark } from "./head-line.ts";
import { writeMany } from "./many-alarms.ts";
import { nl } from "./nl.ts";
import { writeOne } from "./one-alarm.ts";
import { smsParts } from "./sms.ts";
import type { Words } from "./words.ts";
import type { Surroundings, ToldAlarm, Written } from "./written.ts";

/** What messages say, by language. */
export const wordsOf: Readonly<Record<Language, Words>> = { en, nl, fr };

/** Writes one call: about one alarm, or about several of one cause (null: of the whole site). At least one alarm. */
export function writeCall(
  told: readonly ToldAlarm[],
  causes: readonly string[] | null,
  surroundings: Surroundings,
): (language: Language) => Written {
  const [first, ...others] = told;
  return (language) => {
    const words = wordsOf[language];
    return first !== undefined && others.length === 0
      ? writeOne(first, surroundings, words)
      : writeMany(told, causes, surroundings, words, false);
  };
}

/** Writes what pressed nobody, of a day, as one message that asks for no answer. */
export function writeDigest(
  told: readonly ToldAlarm[],
  surroundings: Surroundings,
): (language: Language) => Written {
  return (language) => writeMany(told, null, surroundings, wordsOf[language], true);
}

/** A promise with which somebody took an alarm on. */
export interface Promised {
  /** Null where that is not known. */
  readonly by: string | null;
  /** Empty where nothing was said but the time. */
  readonly what: string;
  readonly until: EpochMs;
}

/** Most promises of one message that are told; what is beyond is on the board. */
export const promisesToldMax = 5;

/**
 * Writes the call after the time of promises has passed: what was promised, then how it stands. `promised` has for each alarm, in the order of `told`, what was promised about it; null where
 * nothing was.
 */
export function writePromisePassed(
  promised: readonly (Promised | null)[],
  told: readonly ToldAlarm[],
  causes: readonly string[] | null,
  surroundings: Surroundings,
): (language: Language) => Written {
  return (language) => {
    const words = wordsOf[language];
    const said = promisesSaid(promised, surroundings, words);
    const note = toGsm(said[0] ?? "");
    const [first, ...others] = told.map((alarm) => ({ ...alarm, about: "again" as const }));
    const written =
      first !== undefined && others.length === 0
        ? writeOne(first, surroundings, words, note)
        : writeMany(told, causes, surroundings, words, false, note);
    const [subject = "", ...rest] = written.body.split("\n");
    const lines = said.slice(0, promisesToldMax).map((line) => `${line}.`);
    const last = lines.length - 1;
    return {
      ...written,
      body: [subject, "", ...lines.with(last, `${lines[last] ?? ""} ${words.promiseNote}`), ...rest].join(
        "\n",
      ),
    };
  };
}

/** Each promise once, in a sentence without its stop; of how many alarms it was, where it was not of all. */
function promisesSaid(
  promised: readonly (Promised | null)[],
  { at, timeZone }: Surroundings,
  words: Words,
): string[] {
  const counts = new Map<string, number>();
  for (const promise of promised) {
    if (promise === null) continue;
    const what = clean(promise.what, 80);
    const said = words.promise(
      promise.by === null ? null : clean(promise.by, 40),
      what === "" ? null : what,
      timeText(promise.until, at, timeZone, words),
    );
    counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  return [...counts].map(([said, count]) =>
    count === promised.length ? said : `${said} (${words.alarms(count)})`,
  );
}

/** The mark of a message that may have been sent before, in front of its text: the first word stays that of a drill. */
export function markRepeated(text: string, language: Language): string {
  const words = wordsOf[language];
  const drill = drillMark({ isDrill: true }, words);
  return text.startsWith(drill)
    ? `${drill}${words.repeated}: ${text.slice(drill.length)}`
    : `${words.repeated}: ${text}`;
}

/** The same for the text of an SMS as it is sent, with its code and link: lines that answer nothing give way, the last first, so that it takes no more parts than before. */
export function markRepeatedSms(text: string, language: Language): string {
  const lines = markRepeated(text, language).split("\n");
  const partsMax = smsParts(text);
  const isTooLong = (): boolean => partsMax !== null && (smsParts(lines.join("\n")) ?? 0) > partsMax;
  while (isTooLong()) {
    const place = lines.findLastIndex((line, index) => index > 0 && !answerLine.test(line));
    if (place < 0) break;
    lines.splice(place, 1);
  }
  while (isTooLong()) lines[0] = (lines[0] ?? "").slice(0, -1);
  return lines.join("\n");
}

/** A line by which an SMS is answered: the link, or a code of four digits. */
const answerLine = /https?:\/\/|\b\d{4}\b/;
