import type { Language } from "../duty/media.ts";
import type { EpochMs } from "../time/millis.ts";
import { clean, cutText, gsmName, toGsm } from "./clean.ts";
import { timeText } from "./forms.ts";
import { drillMark } from "./head-line.ts";
import { type NoteWords, noteWords } from "./note-words.ts";
import { fitSms, smsPartsMax } from "./sms.ts";
import { placeOf } from "./told.ts";
import { wordsOf } from "./write-call.ts";
import type { Surroundings, ToldAlarm } from "./written.ts";

/** What a note says about a call. `alarms` are those of the call, at least one. */
export type Note =
  | { readonly kind: "taken"; readonly alarms: readonly ToldAlarm[]; readonly until: EpochMs }
  | { readonly kind: "declined" | "over"; readonly alarms: readonly ToldAlarm[] }
  | {
      readonly kind: "takenBy" | "already";
      readonly alarms: readonly ToldAlarm[];
      readonly who: string;
      /** Null where nobody said. */
      readonly until: EpochMs | null;
    }
  | { readonly kind: "nothing" }
  | {
      readonly kind: "unknownCode" | "several" | "notUnderstood";
      /** The calls that wait for this person, the newest first, by what stands for their codes. */
      readonly calls: readonly { readonly code: string; readonly alarms: readonly ToldAlarm[] }[];
    };

/** What a note is written from besides. */
export type NoteSurroundings = Pick<Surroundings, "at" | "timeZone" | "siteName" | "isDrill">;

/** Most characters of a place's name, and of a person's, in a note. */
const nameCharactersMax = 40;

/** What stands for the code of another message, for the dispatcher to fill in: by its number. */
export function codeOfOther(number: number): string {
  return `{answer-code:${number}}`;
}

/** Writes a note, in the alphabet of SMS and at most two parts long: calls that do not fit are counted. */
export function writeNote(note: Note, surroundings: NoteSurroundings): (language: Language) => string {
  return (language) => {
    const words = wordsOf[language];
    const said = noteWords[language];
    const what = (alarms: readonly ToldAlarm[]): string => namesOf(alarms, surroundings, language);
    const time = (at: EpochMs): string => timeText(at, surroundings.at, surroundings.timeZone, words);
    const first = toGsm(`${drillMark(surroundings, words)}${sentence(note, said, what, time)}`);
    const calls = "calls" in note ? note.calls : [];
    const [newest] = calls;
    const lines = calls.map(({ code, alarms }) => `${code} = ${toGsm(what(alarms))}`);
    return fitSms(
      {
        first,
        more: lines,
        left: (count) => toGsm(words.more(count)),
        end: newest === undefined ? [] : [toGsm(said.how(newest.code))],
      },
      smsPartsMax,
    );
  };
}

function sentence(
  note: Note,
  said: NoteWords,
  what: (alarms: readonly ToldAlarm[]) => string,
  time: (at: EpochMs) => string,
): string {
  switch (note.kind) {
    case "taken":
      return said.taken(what(note.alarms), time(note.until));
    case "declined":
    case "over":
      return said[note.kind](what(note.alarms));
    case "takenBy":
    case "already": {
      const until = note.until === null ? null : time(note.until);
      return said[note.kind](what(note.alarms), clean(note.who, nameCharactersMax), until);
    }
    case "nothing":
    case "unknownCode":
    case "several":
    case "notUnderstood":
      return said[note.kind];
  }
}

/** The first place, and how many more there are. */
function namesOf(alarms: readonly ToldAlarm[], surroundings: NoteSurroundings, language: Language): string {
  const words = wordsOf[language];
  const places = new Map(
    alarms.map((alarm) => {
      const { name, id } = placeOf(alarm, surroundings, words);
      return [id, cutText(gsmName(name, id), nameCharactersMax, "..")] as const;
    }),
  );
  const [first = ""] = places.values();
  return places.size > 1 ? `${first} ${words.more(places.size - 1)}` : first;
}
