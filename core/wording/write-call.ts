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

/** Writes the call about one alarm after the time of a promise has passed: what was promised, then how it stands. */
export function writePromisePassed(
  promised: Promised,
  alarm: ToldAlarm,
  surroundings: Surroundings,
): (language: Language) => Written {
  return (language) => {
    const words = wordsOf[language];
    const time = timeText(promised.until, surroundings.at, surroundings.timeZone, words);
    const what = clean(promised.what, 80);
    const said = words.promise(
      promised.by === null ? null : clean(promised.by, 40),
      what === "" ? null : what,
      time,
    );
    const written = writeOne({ ...alarm, about: "again" }, surroundings, words, toGsm(said));
    const [first = "", ...rest] = written.body.split("\n");
    return {
      ...written,
      body: [first, "", `${said}. ${words.promiseNote}`, ...rest].join("\n"),
    };
  };
}

/** The mark of a message that may have been sent before, in front of its text: the first word stays that of a drill. */
export function markRepeated(text: string, language: Language): string {
  const words = wordsOf[language];
  const drill = drillMark({ isDrill: true }, words);
  return text.startsWith(drill)
    ? `${drill}${words.repeated}: ${text.slice(drill.length)}`
    : `${words.repeated}: ${text}`;
}
