import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { dayMs, type DurationMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { HeadRecords } from "./head-records.ts";
import { dayOf, lastEndedDay } from "./head.ts";

/** How often it is looked whether a day has ended, and whether the file is behind. */
const lookEveryMs: DurationMs = minuteMs;

/** Age of the newest head after which it is logged that none are made: two days and the time to make one. */
export const headLateMs: DurationMs = 2 * dayMs + 2 * lookEveryMs;

/** Takes a head when a day has ended, and has it written elsewhere. */
export interface HeadKeeper {
  readonly start: () => void;
  readonly stop: () => void;
  /** Looks once. */
  readonly look: () => void;
  /** Heads that are not in the file elsewhere; 0 where none is wanted. */
  readonly unwritten: () => number;
  /** When the newest was taken, as Unix time in s; 0 before the first. */
  readonly newestSeconds: () => number;
}

/** What the keeper works with. */
export interface HeadKeeperParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly heads: HeadRecords;
  readonly site: () => SiteBook | null;
  readonly mailTo: readonly string[];
  /** Brings the file elsewhere up to date; null where none is wanted. */
  readonly write: (() => void) | null;
  readonly error: (facts: Record<string, unknown>, message: string) => void;
}

/**
 * Makes the keeper. Days are the site's, UTC without a site. A day whose end the server slept through is made up at the next look, in one head for the last day that ended: it covers
 * those before. What fails is tried again at each look, and logged when its reason is new.
 */
export function makeHeadKeeper({
  database,
  clock,
  heads,
  site,
  mailTo,
  write,
  error,
}: HeadKeeperParts): HeadKeeper {
  let cancel: Cancel = () => undefined;
  let unwritten = write === null ? 0 : heads.countAfter(null);
  let said = "";
  const zone = (): string => site()?.site.timeZone ?? "UTC";

  const isDue = (day: string): boolean => {
    const newest = heads.before(null, 1)[0];
    if (newest !== undefined) return day > newest.day;
    const first = database.prepare("SELECT at FROM journal WHERE seq = 1").get();
    return first !== undefined && day >= dayOf(Number(first["at"]), zone());
  };
  const tryTo = (what: string, work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (cause) {
      say(what, cause instanceof Error ? cause.message : String(cause));
      return false;
    }
  };
  const say = (what: string, reason: string): void => {
    if (said !== what + reason) error({ reason }, what);
    said = what + reason;
  };
  const look = (): void => {
    const now = clock.epochMs();
    const day = lastEndedDay(now, zone());
    const isTaken = tryTo("a daily head of the chains could not be taken; trying again in a minute", () => {
      if (!isDue(day)) return;
      heads.take({ day, mailTo });
      if (write !== null) unwritten += 1;
    });
    const isWritten =
      unwritten === 0 ||
      write === null ||
      tryTo(
        "the daily heads could not be written to their file (heads.file); trying again in a minute",
        () => {
          write();
          unwritten = 0;
        },
      );
    const newest = heads.before(null, 1)[0];
    if (newest !== undefined && now - newest.at > headLateMs)
      say("there is no daily head of the chains for more than two days", `the newest is of ${newest.day}`);
    else if (isTaken && isWritten) said = "";
  };
  const schedule = (): void => {
    cancel = clock.after(lookEveryMs, () => {
      look();
      schedule();
    });
  };
  return {
    start: () => {
      look();
      schedule();
    },
    stop: () => cancel(),
    look,
    unwritten: () => unwritten,
    newestSeconds: () => Math.floor((heads.before(null, 1)[0]?.at ?? 0) / 1_000),
  };
}
