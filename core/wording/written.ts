import type { AlarmKind, AlarmPhase, AlarmSeverity } from "../alarms/alarm.ts";
import type { AlarmFigures } from "../alarms/figures.ts";
import type { CallAbout } from "../alarms/lifecycle.ts";
import type { EpochMs } from "../time/millis.ts";

/** What a call tells, in one language, for each kind of medium. */
export interface Written {
  /** Says what, where, how bad and how long is left within `subjectCharactersMax` characters. */
  readonly subject: string;
  /** Plain text of a mail. */
  readonly body: string;
  /** The whole text of an SMS. */
  readonly sms: string;
  /** What is spoken, without symbols. */
  readonly spoken: string;
}

/** An appliance as people know it. */
export interface ToldPlace {
  readonly id: string;
  readonly name: string;
  readonly room: string | null;
  readonly circuit: string | null;
}

/** What is known of an alarm that a call tells of. */
export interface ToldAlarm {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: AlarmSeverity;
  readonly about: CallAbout;
  /** True where people were told of it before it became as bad as it is. */
  readonly isWorse: boolean;
  readonly subject: string;
  readonly appliance: ToldPlace | null;
  readonly probe: string | null;
  /** Null in records from before they were kept: its English text stands in. */
  readonly figures: AlarmFigures | null;
  readonly raisedAt: EpochMs;
  readonly phase: AlarmPhase;
  /** What it says in English, with the appliance's name. */
  readonly text: string;
  /** When its temperature is expected at the limit (core/forecast); null where nothing is forecast with enough certainty. */
  readonly limitAt: ExpectedAt | null;
}

/** An instant that is expected, and the span in which it is to be expected. */
export interface ExpectedAt {
  readonly at: EpochMs;
  readonly earliest: EpochMs;
  readonly latest: EpochMs;
}

/** What a call is written from besides its alarms. */
export interface Surroundings {
  readonly at: EpochMs;
  /** IANA name: people read local time. */
  readonly timeZone: string;
  readonly siteName: string;
  /** Where people reach the board; null where that is not known. */
  readonly pages: string | null;
  /** How many units are in appliances, all of them together. */
  readonly unitsInside: (appliances: Iterable<string>) => number;
  readonly isDrill: boolean;
  /** By what people can answer; `keys`: the telephone hears which key is pressed. For link and code a placeholder stands in the text, for the dispatcher to fill in. */
  readonly answersBy: { readonly link: boolean; readonly code: boolean; readonly keys: boolean };
}

/** Stands for the code of four digits with which an SMS is answered. */
export const codePlaceholder = "{answer-code}";

/** Stands for the link by which a message is answered. */
export const linkPlaceholder = "{answer-link}";

/** Longest value of each placeholder, characters. */
export const codeCharactersMax = 4;
export const linkCharactersMax = 90;
