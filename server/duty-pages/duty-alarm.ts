import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import {
  type Hole,
  holesAhead,
  holesOfConcern,
  type RotaGap,
  rotaGaps,
} from "@coldkeep/core/duty/reachability.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Cancel } from "@coldkeep/core/time/clock.ts";
import { dayMs, type DurationMs, type EpochMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Logger } from "pino";
import type { AlarmFacts } from "../alarms/kept-alarm.ts";
import type { Services } from "../http/services.ts";
import { siteTime } from "../pages/site-time.ts";

/** Holes that begin within this are an alarm, where the site says nothing else (`gapsAhead`). Unit ms. */
export const alarmAheadMs: DurationMs = 72 * hourMs;

/** How far ahead pages look. Unit ms. */
export const pagesAheadMs: DurationMs = 14 * dayMs;

/** How often it is looked ahead. Unit ms. */
export const lookEveryMs: DurationMs = 15 * minuteMs;

/** A gap that begins sooner than this is told at any hour; what is further off is told by day. Unit ms. */
export const soonMs: DurationMs = 12 * hourMs;

/** The hours of the site's day in which a gap that is further off is told: from the first up to the second. */
export const tellingHours = [8, 20] as const;

/** A gap of concern: what is said of it, and of which policy or rota it is. */
export interface FoundGap {
  readonly policy: string;
  readonly text: string;
  /** True where it is of the rota of that id, which must be filled at any hour. */
  readonly isRota?: boolean;
  readonly name?: string;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** What a look ahead found: each policy, and each rota that must be filled, with its first gap. */
export interface DutyFinding {
  readonly holes: readonly FoundGap[];
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

/** What the alarm says: of each policy the first hole of concern in all of its steps, else the first in any; of each rota that must be filled the first gap. */
export function findingOf(site: Site, holes: readonly Hole[], gaps: readonly RotaGap[] = []): DutyFinding {
  const ofConcern = holesOfConcern(holes);
  const policies = new Set(ofConcern.map(({ policy }) => policy));
  const rotas = new Set(gaps.map(({ rota }) => rota));
  return {
    holes: [
      ...[...policies].flatMap((policy): FoundGap[] => {
        const [worst] = ofConcern.filter((hole) => hole.policy === policy);
        if (worst === undefined) return [];
        const { from, to } = worst;
        return [{ policy, text: holeWords(worst, site), name: policy, from, to }];
      }),
      ...[...rotas].flatMap((rota): FoundGap[] => {
        const [first] = gaps.filter((gap) => gap.rota === rota);
        if (first === undefined) return [];
        const { name, from, to } = first;
        return [{ policy: rota, isRota: true, text: gapWords(first, site), name, from, to }];
      }),
    ],
  };
}

/** A gap in a rota that must be filled, in words. */
export function gapWords({ name, from, to }: RotaGap, { timeZone }: Pick<Site, "timeZone">): string {
  const time = siteTime(timeZone);
  return `Nobody is on duty in ${name}, which must be filled, from ${time.minute(from)} to ${time.minute(to)}`;
}

const prefix = "ahead:";

function subjectOf({ policy, isRota = false }: FoundGap): string {
  return `${prefix}${isRota ? "rota/" : ""}${policy}`;
}

function knownSubjects(alarms: Services["alarms"]): string[] {
  return alarms
    .underWay()
    .filter(
      ({ kind, subject, state }) =>
        kind === "nobody-on-call" && subject.startsWith(prefix) && state.condition,
    )
    .map(({ subject }) => subject);
}

/** Leaves out what is new and can wait for the day: nobody is woken for a gap of the day after tomorrow. */
function toTell(finding: DutyFinding, known: readonly string[], at: EpochMs, timeZone: string): DutyFinding {
  const { hour } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  if (hour >= tellingHours[0] && hour < tellingHours[1]) return finding;
  const isNow = (gap: FoundGap): boolean => known.includes(subjectOf(gap)) || (gap.from ?? at) - at <= soonMs;
  return { holes: finding.holes.filter(isNow) };
}

/** Raises an alarm for each policy with a hole ahead, and clears those whose hole is filled, where that changes. */
export function judgeDuty(
  { alarms, committer }: Pick<Services, "alarms" | "committer">,
  finding: DutyFinding,
): void {
  const known = knownSubjects(alarms);
  const found = new Map(finding.holes.map((gap) => [subjectOf(gap), gap]));
  const filled = known.filter((subject) => !found.has(subject));
  const fresh = [...found].filter(([subject]) => !known.includes(subject));
  if (filled.length === 0 && fresh.length === 0) return;
  const body = new TextEncoder().encode(JSON.stringify(finding));
  committer.commit({ kind: "duty-look", source: "duty", encoding: "identity", body }, (commit) => {
    for (const subject of filled)
      alarms.judge(
        commit,
        "nobody-on-call",
        "off",
        () => factsOf(subject, { policy: "", text: "The gap is filled" }),
        subject,
      );
    for (const [subject, gap] of fresh)
      alarms.judge(commit, "nobody-on-call", "on", () => factsOf(subject, gap), subject);
  });
}

function factsOf(subject: string, { text, name, from, to }: FoundGap): AlarmFacts {
  const facts = { subject, severity: "warning" as const, appliance: null, probe: null, text };
  return name === undefined || from === undefined || to === undefined
    ? facts
    : { ...facts, figures: { of: "gap", name, from, to } };
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
      const at = clock.epochMs();
      const ahead = site.gapsAhead ?? alarmAheadMs;
      const holes = channels === null ? [] : siteHoles(site, channels(), at, ahead);
      const finding = findingOf(site, holes, rotaGaps(site, at, at + ahead));
      judgeDuty(services, toTell(finding, knownSubjects(services.alarms), at, site.timeZone));
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
