import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { type Hole, holesAhead } from "@coldkeep/core/duty/reachability.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Cancel } from "@coldkeep/core/time/clock.ts";
import { dayMs, type DurationMs, type EpochMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Logger } from "pino";
import type { Services } from "../http/services.ts";
import { siteTime } from "../pages/site-time.ts";

/** Holes that begin within this are an alarm. Unit ms. */
export const alarmAheadMs: DurationMs = 72 * hourMs;

/** How far ahead pages look. Unit ms. */
export const pagesAheadMs: DurationMs = 14 * dayMs;

/** How often it is looked ahead. Unit ms. */
export const lookEveryMs: DurationMs = 15 * minuteMs;

/** What a look ahead found: each policy with a hole, and what is said of its worst one. */
export interface DutyFinding {
  readonly holes: readonly { readonly policy: string; readonly text: string }[];
}

/** The holes of all policies of a site. Without policies everybody is called at once, and there is nothing to look ahead to. */
export function siteHoles(
  site: Site,
  channels: readonly ChannelFact[],
  at: EpochMs,
  ahead: DurationMs,
): Hole[] {
  return holesAhead(site, site.policies ?? [], channels, at, at + ahead);
}

/** The same holes without those of a step in a span in which no step reaches anybody. */
export function plainHoles(holes: readonly Hole[]): Hole[] {
  const whole = holes.filter(({ step }) => step === null);
  const isWithin = (hole: Hole): boolean =>
    whole.some(({ policy, from, to }) => policy === hole.policy && from <= hole.from && hole.to <= to);
  return holes.filter((hole) => hole.step === null || !isWithin(hole));
}

/** A hole in words. */
export function holeWords(
  { policy, step, from, to, why }: Hole,
  { timeZone }: Pick<Site, "timeZone">,
): string {
  const time = siteTime(timeZone);
  const who =
    step === null
      ? `Nobody can be reached by policy ${policy}`
      : `Step ${step + 1} of policy ${policy} reaches nobody`;
  const reason = why === "nobody" ? "nobody is on duty" : "those on duty have no channel that works";
  return `${who} from ${time.minute(from)} to ${time.minute(to)}: ${reason}`;
}

/** What the alarm says: of each policy the first hole in all of its steps, else the first in any. */
export function findingOf(site: Site, holes: readonly Hole[]): DutyFinding {
  const policies = new Set(holes.map(({ policy }) => policy));
  return {
    holes: [...policies].flatMap((policy) => {
      const [worst] = holes.filter((hole) => hole.policy === policy);
      return worst === undefined ? [] : [{ policy, text: holeWords(worst, site) }];
    }),
  };
}

const prefix = "ahead:";

/** Raises an alarm for each policy with a hole ahead, and clears those whose hole is filled, where that changes. */
export function judgeDuty(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  finding: DutyFinding,
): void {
  const known = alarms
    .underWay()
    .filter(
      ({ kind, subject, state }) =>
        kind === "nobody-on-call" && subject.startsWith(prefix) && state.condition,
    )
    .map(({ subject }) => subject);
  const found = new Map(finding.holes.map(({ policy, text }) => [`${prefix}${policy}`, text]));
  const filled = known.filter((subject) => !found.has(subject));
  const fresh = [...found].filter(([subject]) => !known.includes(subject));
  if (filled.length === 0 && fresh.length === 0) return;
  const body = new TextEncoder().encode(JSON.stringify(finding));
  committer.commit({ kind: "duty-look", source: "duty", encoding: "identity", body }, (commit) => {
    const judge = (subject: string, text: string, isHole: boolean): void => {
      const facts = () => ({ subject, severity: "warning" as const, appliance: null, probe: null, text });
      alarms.judge(commit, "nobody-on-call", isHole ? "on" : "off", facts, subject);
    };
    for (const subject of filled) judge(subject, "The gap is filled", false);
    for (const [subject, text] of fresh) judge(subject, text, true);
  });
}

/** When it first looks after a start: by then channels have found out whether they work. */
export const firstLookMs: DurationMs = minuteMs;

/** Looks ahead every so often. */
export interface DutyWatch {
  readonly start: () => void;
  readonly stop: () => void;
}

/** Makes the watch. `channels` gives those that work at the moment; null where the settings name none: that nobody can be told then is said at the start, and is no gap. */
export function watchDuty(
  services: Pick<Services, "alarms" | "committer" | "clock" | "site">,
  channels: (() => readonly ChannelFact[]) | null,
  logger: Pick<Logger, "error">,
): DutyWatch {
  const { clock } = services;
  let cancel: Cancel = () => undefined;
  const look = (): void => {
    try {
      const site = services.site()?.site;
      if (site === undefined) return;
      const holes = channels === null ? [] : siteHoles(site, channels(), clock.epochMs(), alarmAheadMs);
      judgeDuty(services, findingOf(site, holes));
    } catch (error) {
      logger.error({ err: error }, "who is on duty could not be looked at; trying again");
    } finally {
      cancel = clock.after(lookEveryMs, look);
    }
  };
  return {
    start: () => {
      cancel = clock.after(firstLookMs, look);
    },
    stop: () => cancel(),
  };
}
