import { isSame } from "../site/dated.ts";
import type { EpochMs } from "../time/millis.ts";
import { type DutyWindow, type Holidays, type Layer, type Rota, weekdays } from "./duty-section.ts";
import { dateAt, firstInstant } from "./wall.ts";

/** What a rota takes from its site: the zone of rotas that have none of their own, and the holidays. */
export interface DutyCalendar {
  readonly timeZone: string;
  readonly holidays?: Holidays | undefined;
}

/** A span in which the same people are on duty: `from` included, `to` not. Nobody where `people` is empty. */
export interface DutySpan {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Ids of contacts, in the order of the layers, each once. */
  readonly people: readonly string[];
}

/**
 * Who is on duty at an instant: everybody whom a layer names, in the order of the layers, changed by the overrides of that time in their order.
 */
export function onDuty(rota: Rota, calendar: DutyCalendar, at: EpochMs): string[] {
  const timeZone = rota.timeZone ?? calendar.timeZone;
  let people = rota.layers.flatMap((layer) => {
    const { only } = layer;
    const isOn = only === undefined || only.some((window) => isWithin(window, calendar, timeZone, at));
    return isOn ? turnAt(layer, timeZone, at) : [];
  });
  for (const { from, to, who, instead } of rota.overrides ?? []) {
    if (at < from || at >= to) continue;
    const coming = who === undefined ? [] : [who];
    people = instead === undefined ? coming : people.flatMap((each) => (each === instead ? coming : [each]));
  }
  return [...new Set(people)];
}

/** Who is on duty from an instant up to another, with exact cuts; spans follow one another without a gap, and each differs from the one before it. */
export function dutySpans(rota: Rota, calendar: DutyCalendar, from: EpochMs, to: EpochMs): DutySpan[] {
  const spans: DutySpan[] = [];
  const starts = [from, ...dutyCuts(rota, calendar, from, to)];
  for (const [index, start] of starts.entries()) {
    const people = onDuty(rota, calendar, start);
    const before = spans[spans.length - 1];
    const end = starts[index + 1] ?? to;
    if (before !== undefined && isSame(before.people, people))
      spans[spans.length - 1] = { ...before, to: end };
    else if (start < end) spans.push({ from: start, to: end, people });
  }
  return spans;
}

/** The instants between two others, without them, at which it may change who is on duty, in order, each once. */
export function dutyCuts(rota: Rota, calendar: DutyCalendar, from: EpochMs, to: EpochMs): EpochMs[] {
  const timeZone = rota.timeZone ?? calendar.timeZone;
  const cuts = (rota.overrides ?? []).flatMap((override) => [override.from, override.to]);
  // A day more on either side than the calendar says: clocks have been set by a whole one.
  const last = dateAt(to, timeZone).add({ days: 2 });
  for (
    let date = dateAt(from, timeZone).subtract({ days: 2 });
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    for (const layer of rota.layers) {
      for (const time of handOversOn(layer, date)) cuts.push(firstInstant(date, time, timeZone));
      for (const window of layer.only ?? []) {
        if (begins(window, calendar, date)) cuts.push(...windowOn(window, date, timeZone));
      }
    }
  }
  const inside = cuts.filter((cut) => cut > from && cut < to);
  return [...new Set(inside)].toSorted((a, b) => a - b);
}

function daysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  return from.until(to, { largestUnit: "days" }).days;
}

/** Whose turn it is in a layer, without regard to its windows. */
function turnAt(layer: Layer, timeZone: string, at: EpochMs): string[] {
  const { cycleDays, handOvers, people, until } = layer;
  const [first] = handOvers;
  if (first === undefined) return [];
  if (until !== undefined && at >= firstInstant(Temporal.PlainDate.from(until), first.at, timeZone))
    return [];
  const start = Temporal.PlainDate.from(layer.start);
  const newest = Math.floor((daysBetween(start, dateAt(at, timeZone)) + 1) / cycleDays);
  for (let cycle = newest; cycle >= 0; cycle -= 1) {
    for (let index = handOvers.length - 1; index >= 0; index -= 1) {
      const handOver = handOvers[index];
      if (handOver === undefined) continue;
      const date = start.add({ days: cycle * cycleDays + handOver.day });
      if (firstInstant(date, handOver.at, timeZone) > at) continue;
      return [people[(cycle * handOvers.length + index) % people.length] ?? []].flat();
    }
  }
  return [];
}

/** The times of day at which a layer begins, changes or ends on a date. */
function handOversOn(layer: Layer, date: Temporal.PlainDate): string[] {
  const days = daysBetween(Temporal.PlainDate.from(layer.start), date);
  const times = layer.handOvers
    .filter(({ day }) => days >= 0 && days % layer.cycleDays === day)
    .map(({ at }) => at);
  const [first] = layer.handOvers;
  return layer.until === date.toString() && first !== undefined ? [...times, first.at] : times;
}

/** True where a window begins on a date. */
function begins(window: DutyWindow, { holidays = {} }: DutyCalendar, date: Temporal.PlainDate): boolean {
  const isHoliday = Object.hasOwn(holidays, date.toString());
  if (window.holidays === "no" ? isHoliday : window.holidays === "only" && !isHoliday) return false;
  const weekday = weekdays[date.dayOfWeek - 1];
  return window.weekdays === undefined || (weekday !== undefined && window.weekdays.includes(weekday));
}

function windowOn({ from, to }: DutyWindow, date: Temporal.PlainDate, timeZone: string): [EpochMs, EpochMs] {
  const end = to > from ? date : date.add({ days: 1 });
  return [firstInstant(date, from, timeZone), firstInstant(end, to, timeZone)];
}

function isWithin(window: DutyWindow, calendar: DutyCalendar, timeZone: string, at: EpochMs): boolean {
  const today = dateAt(at, timeZone);
  return [-2, -1, 0, 1].some((days) => {
    const date = today.add({ days });
    if (!begins(window, calendar, date)) return false;
    const [start, end] = windowOn(window, date, timeZone);
    return start <= at && at < end;
  });
}
