import type { AlarmKind } from "../alarms/alarm.ts";
import type { AlarmFigures } from "../alarms/figures.ts";
import type { CallAbout } from "../alarms/lifecycle.ts";
import { type DurationMs, type EpochMs, minuteMs } from "../time/millis.ts";
import { clean, cleanName } from "./clean.ts";
import { celsiusText, durationText, timeText } from "./forms.ts";
import type { Words } from "./words.ts";
import type { Surroundings, ToldAlarm } from "./written.ts";

/** When something about an alarm gets worse if nobody does anything, and what that is. */
export interface Left {
  readonly at: EpochMs;
  readonly ms: DurationMs;
  readonly until: "limit" | "excursion" | "unmonitored";
}

/** What an alarm tells by this call: news of an excursion found late is no return. */
export function aboutOf({ about, kind }: ToldAlarm): CallAbout {
  return about === "return" && kind === "late-excursion" ? "onset" : about;
}

/** How long is left; null where nothing is foretold, or it is over already. */
export function leftOf(alarm: ToldAlarm, now: EpochMs): Left | null {
  const { figures, limitAt } = alarm;
  if (aboutOf(alarm) === "return") return null;
  const left = (at: EpochMs | null, until: Left["until"]): Left | null =>
    at === null || at <= now ? null : { at, ms: at - now, until };
  switch (figures?.of) {
    case "temperature":
      return alarm.severity === "critical" ? null : left(figures.excursionAt, "excursion");
    case "temperature-warning":
      return left(limitAt?.at ?? null, "limit");
    case "fault":
    case "silence":
      return left(figures.unmonitoredAt, "unmonitored");
    default:
      return null;
  }
}

/** How long is left as messages begin with it: what is forecast is about so long, and never said to the minute. */
export function leftText({ ms, until }: Left, words: Words): string {
  return until === "limit"
    ? words.leftAbout(durationText(roughly(ms), words))
    : words.left(durationText(ms, words));
}

/** A forecast length of time as a person would say it: above ten minutes in steps of five. */
export function roughly(ms: DurationMs): DurationMs {
  return ms < 10 * minuteMs ? ms : Math.floor(ms / (5 * minuteMs)) * 5 * minuteMs;
}

/** Since when what the alarm is about has been so; null where only the alarm's own beginning is known. */
export function sinceOf({ figures }: ToldAlarm): EpochMs | null {
  return figures !== null && "since" in figures ? figures.since : null;
}

/** The word with which a message about an alarm begins. */
export function headOf(alarm: ToldAlarm, { heads }: Words): string {
  const about = aboutOf(alarm);
  if (about === "return") return heads.back;
  if (alarm.severity === "critical") return about === "again" ? heads.criticalAgain : heads.critical;
  if (about === "again") return heads.again;
  return alarm.severity === "advisory" ? heads.advice : heads.alarm;
}

/** What an alarm is about, and the id that stands for it where the name cannot be written. */
export interface Where {
  readonly name: string;
  readonly id: string;
}

/** Where an alarm is, as its messages name it. */
export function placeOf(
  { appliance, figures, subject, kind }: ToldAlarm,
  { siteName }: Pick<Surroundings, "siteName">,
  words: Words,
): Where {
  if (appliance !== null) return { name: cleanName(appliance.name, appliance.id), id: clean(appliance.id) };
  if (figures?.of === "event") return deviceOf(words, subject, figures.isGateway || kind === "buffer");
  if (kind === "gateway-silent") return deviceOf(words, subject, true);
  if (kind === "battery" || kind === "clock") return deviceOf(words, subject, false);
  if ((figures?.of === "platform" || figures?.of === "gap") && figures.name !== null)
    return { name: cleanName(figures.name, subject), id: clean(subject) };
  return { name: clean(siteName), id: clean(siteName) };
}

function deviceOf(words: Words, subject: string, isGateway: boolean): Where {
  const name = words.device(clean(subject), isGateway);
  return { name, id: name };
}

/** What an alarm says after the place: the kind of thing and its figure. */
export function whatOf(
  alarm: ToldAlarm,
  { at, timeZone }: Pick<Surroundings, "at" | "timeZone">,
  words: Words,
): string {
  const { figures, kind, probe } = alarm;
  const { one } = words.kinds[kind];
  if (aboutOf(alarm) === "return") return words.was(one);
  const degrees = (celsius: number | null): string | null =>
    celsius === null ? null : celsiusText(celsius, words);
  switch (figures?.of) {
    case "temperature":
      return words.beyond(figures.side, degrees(figures.celsius), degrees(figures.limit));
    case "temperature-warning":
      return words.beyondWarning(figures.side, degrees(figures.celsius), degrees(figures.warnAt));
    case "fault":
      return `${one} (${words.faults[figures.fault]})`;
    case "silence":
      return probe === null ? one : `${one} (${words.probe(clean(probe))})`;
    case "disagreement":
      return `${one}: ${figures.said.map((said) => `${clean(said.probe, 20)} ${celsiusText(said.celsius, words)}`).join(", ")}`;
    case "late-excursion":
      return words.lateExcursion(figures.side, durationText(figures.lengthMs, words));
    case "edge":
      return edgeWhat(kind, figures, words) ?? one;
    case "unanswered":
      return words.unanswered(
        figures.first === null ? words.several : words.kinds[figures.first].one,
        figures.others,
      );
    case "gap":
      return words.gap(
        figures.from <= at ? null : timeText(figures.from, at, timeZone, words),
        timeText(figures.to, Math.max(figures.from, at), timeZone, words),
      );
    case "platform":
      return `${one}${platformFigure(figures.count, figures.lastsMs, alarm, words)}`;
    default:
      return one;
  }
}

/** What a gateway saw of a temperature; null where it is of something else, or was not said. */
function edgeWhat(
  kind: AlarmKind,
  { celsius, beyond }: Extract<AlarmFigures, { of: "edge" }>,
  words: Words,
): string | null {
  if (celsius === null || beyond === null) return null;
  const said = [celsiusText(celsius, words), celsiusText(beyond, words)] as const;
  switch (kind) {
    case "temperature-high":
      return words.beyond("high", ...said);
    case "temperature-low":
      return words.beyond("low", ...said);
    case "temperature-warning-high":
      return words.beyondWarning("high", ...said);
    case "temperature-warning-low":
      return words.beyondWarning("low", ...said);
    default:
      return null;
  }
}

function platformFigure(
  count: number | null,
  lastsMs: DurationMs | null,
  { kind }: ToldAlarm,
  words: Words,
): string {
  const many =
    count === null ? [] : [kind === "holds-unconfirmed" ? words.unitsInside(count) : words.tries(count)];
  const length = lastsMs === null ? [] : [words.lasting(durationText(lastsMs, words))];
  const said = [...many, ...length];
  return said.length === 0 ? "" : `, ${said.join(", ")}`;
}

/** ` since 02:10`, where that is known. */
export function sinceText(alarm: ToldAlarm, { at, timeZone }: Surroundings, words: Words): string {
  const since = sinceOf(alarm);
  if (since === null) return "";
  const until = alarm.figures?.of === "edge" ? alarm.figures.until : null;
  const time = (instant: EpochMs): string => timeText(instant, at, timeZone, words);
  const isOver = until !== null || aboutOf(alarm) === "return";
  return ` ${isOver ? words.from(time(since), until === null ? null : time(until)) : words.since(time(since))}`;
}
