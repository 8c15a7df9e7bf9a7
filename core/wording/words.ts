import type { AlarmKind, AlarmPhase } from "../alarms/alarm.ts";
import type { CauseKind } from "../alarms/causes.ts";
import type { Fault } from "../readings/reading.ts";

/** What is said of one kind of alarm. */
export interface KindWords {
  /** Of one alarm, such as `power lost`. */
  readonly one: string;
  /** Of several. */
  readonly many: string;
  /** What to do first. */
  readonly act: string;
}

/** What a temperature is beyond. */
export type Beyond = "high" | "low";

/** All that messages say in one language. What is handed in is formatted already. */
export interface Words {
  /** BCP 47 tag by which dates are written. */
  readonly locale: string;
  readonly decimal: "." | ",";
  /** Between a label and what it says. */
  readonly colon: string;
  readonly units: { readonly day: string; readonly hour: string; readonly minute: string };
  /** First word of everything that belongs to a drill. */
  readonly drill: string;
  /** Stands before what may have been sent before. */
  readonly repeated: string;
  readonly heads: {
    readonly critical: string;
    readonly criticalAgain: string;
    readonly alarm: string;
    readonly again: string;
    readonly advice: string;
    readonly back: string;
  };
  readonly kinds: Readonly<Record<AlarmKind, KindWords>>;
  readonly several: string;
  readonly faults: Readonly<Record<Fault, string>>;
  readonly phases: Readonly<Record<AlarmPhase, string>>;
  /** A temperature beyond a limit; both texts carry their unit. */
  readonly beyond: (side: Beyond, celsius: string | null, limit: string | null) => string;
  readonly beyondWarning: (side: Beyond, celsius: string | null, warning: string | null) => string;
  readonly lateExcursion: (side: Beyond | "unmonitored", length: string) => string;
  /** What is over now. */
  readonly was: (what: string) => string;
  readonly unanswered: (first: string, others: number) => string;
  /** Nobody is on call; `from` is null where that has begun. */
  readonly gap: (from: string | null, to: string) => string;
  readonly device: (id: string, isGateway: boolean) => string;
  readonly probe: (id: string) => string;
  readonly tries: (count: number) => string;
  readonly since: (time: string) => string;
  readonly from: (time: string, until: string | null) => string;
  readonly lasting: (length: string) => string;
  /** How long is left, as short as it can be said. */
  readonly left: (length: string) => string;
  /** The same where it is forecast. */
  readonly leftAbout: (length: string) => string;
  readonly lessThan: (length: string) => string;
  /** What happens when that time is over, in a sentence. */
  readonly excursionAt: (length: string, time: string) => string;
  readonly unmonitoredAt: (length: string, time: string) => string;
  readonly limitAt: (length: string, time: string, earliest: string, latest: string) => string;
  /** There is no time left. */
  readonly isExcursion: string;
  readonly isUnmonitored: string;
  readonly where: (kind: Exclude<CauseKind, "kind"> | "site", name: string) => string;
  readonly unitsInside: (count: number) => string;
  readonly appliances: (count: number) => string;
  readonly alarms: (count: number) => string;
  readonly more: (count: number) => string;
  readonly moreOnBoard: (count: number) => string;
  readonly labels: {
    readonly first: string;
    readonly todo: string;
    readonly left: string;
    readonly appliance: string;
    readonly about: string;
    readonly room: string;
    readonly circuit: string;
    readonly probe: string;
    readonly measured: string;
    readonly limit: string;
    readonly critical: string;
    readonly since: string;
    readonly raised: string;
    readonly written: string;
    readonly units: string;
    readonly held: string;
    readonly state: string;
    readonly alarm: string;
    readonly cause: string;
    readonly alarms: string;
    readonly reason: string;
    readonly seen: string;
    readonly recorded: string;
    readonly board: string;
    readonly answer: string;
  };
  /** The two lists of a message about several alarms. */
  readonly appliancesList: string;
  readonly alarmsList: string;
  readonly worse: string;
  /** What to do before anything else: whoever says it is the one. */
  readonly sayFirst: string;
  readonly gone: string;
  readonly goneMany: string;
  readonly drillNote: string;
  /** The same, as short as an SMS wants it. */
  readonly drillNoteShort: string;
  readonly drillNews: DrillWords;
  /** Of a message by which somebody tries whether messages arrive: a head, and what is to be known. */
  readonly testMessage: { readonly head: (site: string) => string; readonly said: (by: string) => string };
  readonly digest: (count: number) => string;
  readonly digestNote: string;
  /** `who` and `what`: null where nobody said. */
  readonly promise: (who: string | null, what: string | null, by: string) => string;
  readonly promiseNote: string;
  /** How an SMS is answered with its code. */
  readonly reply: (code: string) => string;
  readonly replyShort: (code: string) => string;
  readonly spoken: SpokenWords;
}

/** What is said of a drill itself: a head after its mark, and a sentence or two. */
export interface DrillWords {
  readonly begins: DrillSaying;
  readonly answered: {
    readonly head: (where: string, by: string) => string;
    readonly said: (by: string, within: string) => string;
  };
  readonly unanswered: DrillSaying;
  readonly cancelled: DrillSaying;
  readonly brokenOff: DrillSaying;
  readonly record: string;
}

/** One thing that is said of a drill. */
export interface DrillSaying {
  readonly head: (where: string) => string;
  readonly said: string;
}

/** What a voice says. */
export interface SpokenWords {
  /** A whole number from 0 to 999,999 in words. */
  readonly number: (value: number) => string;
  readonly minus: string;
  readonly point: string;
  readonly degrees: string;
  readonly here: (site: string) => string;
  readonly critical: string;
  readonly alarm: string;
  readonly still: string;
  readonly advice: string;
  readonly back: string;
  readonly beyond: (side: Beyond, celsius: string | null, limit: string | null) => string;
  readonly beyondWarning: (side: Beyond, celsius: string | null, warning: string | null) => string;
  readonly minutes: (count: number, words: string) => string;
  readonly hours: (count: number, words: string) => string;
  readonly days: (count: number, words: string) => string;
  readonly and: string;
  readonly left: (length: string) => string;
  readonly leftAbout: (length: string) => string;
  readonly lasting: (length: string) => string;
  readonly units: (count: number, words: string) => string;
  readonly inAppliances: (count: number, words: string) => string;
  readonly again: string;
  readonly press: string;
  /** How to answer where the telephone hears no keys. */
  readonly noKeys: string;
}
