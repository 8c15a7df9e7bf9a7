import fc from "fast-check";
import { minuteMs } from "../time/millis.ts";
import { type Layer, type Rota, rotaSchema, weekdays } from "./duty-section.ts";
import type { DutyCalendar } from "./rota.ts";

/** Zones, and days near which their clocks are set. */
const nights: readonly (readonly [string, string])[] = [
  ["Europe/Brussels", "2026-03-28"],
  ["Europe/Brussels", "2026-10-24"],
  ["Australia/Lord_Howe", "2026-04-04"],
  ["Australia/Lord_Howe", "2026-10-03"],
  ["Pacific/Chatham", "2026-04-04"],
  ["Pacific/Chatham", "2026-09-26"],
  ["America/New_York", "2026-03-07"],
  ["America/New_York", "2026-10-31"],
  ["America/Havana", "2026-03-07"],
  ["Asia/Kathmandu", "2026-02-27"],
  ["UTC", "2028-02-28"],
  ["Pacific/Apia", "2011-12-29"],
  ["Pacific/Kwajalein", "1993-08-20"],
];

/** Each minute from an instant on, with the people whom a reader of a wall clock that never goes back would call. */
export function minuteByMinute(
  rota: Rota,
  calendar: DutyCalendar,
  from: number,
  minutes: number,
): string[][] {
  const zone = rota.timeZone ?? calendar.timeZone;
  const wallAt = (at: number): string =>
    Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(zone)
      .toPlainDateTime()
      .toString()
      .slice(0, 16);
  let wall = "";
  const see = (at: number): void => {
    const now = wallAt(at);
    if (now > wall) wall = now;
  };
  for (let at = from - 2_000 * minuteMs; at < from; at += minuteMs) see(at);
  const turns = rota.layers.map((layer) => ({
    layer,
    next: 0,
    now: [] as readonly string[],
    ...shiftsOf(layer),
  }));
  const found: string[][] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const at = from + minute * minuteMs;
    see(at);
    const people: string[] = [];
    for (const turn of turns) {
      for (; (turn.starts[turn.next] ?? "9999") <= wall; turn.next += 1)
        turn.now = [turn.layer.people[turn.next % turn.layer.people.length] ?? []].flat();
      const ended = turn.layer.until !== undefined && wall >= `${turn.layer.until}T${turn.first}`;
      if (!ended && isOpen(turn.layer, calendar, wall)) people.push(...turn.now);
    }
    let set = people;
    for (const each of rota.overrides ?? []) {
      if (at < each.from || each.to <= at) continue;
      if (each.instead === undefined) set = [each.who ?? ""];
      else if (each.who === undefined) set = set.filter((id) => id !== each.instead);
      else set = set.map((id) => (id === each.instead ? (each.who ?? "") : id));
    }
    found.push(set.filter((id, index) => set.indexOf(id) === index));
  }
  return found;
}

/** The starts of the turns of a layer as a calendar on the wall has them. */
function shiftsOf(layer: Layer): { readonly starts: string[]; readonly first: string } {
  const starts: string[] = [];
  let day = Temporal.PlainDate.from(layer.start);
  for (let count = 0; count < 1_010; count += 1) {
    for (const handOver of layer.handOvers)
      if (handOver.day === count % layer.cycleDays) starts.push(`${day.toString()}T${handOver.at}`);
    day = day.add({ days: 1 });
  }
  return { starts, first: layer.handOvers[0]?.at ?? "" };
}

function isOpen({ only }: Layer, { holidays = {} }: DutyCalendar, wall: string): boolean {
  if (only === undefined) return true;
  const time = wall.slice(11);
  const today = Temporal.PlainDate.from(wall.slice(0, 10));
  return only.some((window) => {
    const counts = (day: Temporal.PlainDate): boolean => {
      const name = holidays[day.toString()];
      if (window.holidays === "no" && name !== undefined) return false;
      if (window.holidays === "only" && name === undefined) return false;
      return (window.weekdays ?? weekdays).some((each) => weekdays.indexOf(each) + 1 === day.dayOfWeek);
    };
    const { from, to } = window;
    if (from < to) return counts(today) && from <= time && time < to;
    return (counts(today) && from <= time) || (counts(today.subtract({ days: 1 })) && time < to);
  });
}

/** Whom random rotas put on duty. */
export const people = ["ann", "bob", "cid", "dee"];
const person = fc.constantFrom(...people);
// Times in the small hours above all: there clocks are set.
const time = fc.oneof(
  fc.constantFrom("00:00", "02:00", "02:30", "03:00", "06:00", "22:00", "23:59", "03:45", "02:45"),
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([h, m]) => `${two(h)}:${two(m)}`),
);

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** A random rota near a night on which clocks are set, its calendar, and the instant from which it is looked at. */
export const plan = fc
  .record({
    night: fc.constantFrom(...nights),
    offset: fc.integer({ min: -2_880, max: 0 }),
    layers: fc.array(
      fc.record({
        back: fc.oneof(fc.integer({ min: -3, max: 12 }), fc.integer({ min: 13, max: 1_000 })),
        until: fc.option(fc.integer({ min: -1, max: 3 }), { nil: undefined }),
        cycleDays: fc.integer({ min: 1, max: 9 }),
        handOvers: fc.array(fc.record({ day: fc.nat(8), at: time }), { minLength: 1, maxLength: 4 }),
        people: fc.array(fc.oneof(person, fc.uniqueArray(person, { minLength: 1 })), {
          minLength: 1,
          maxLength: 5,
        }),
        only: fc.option(
          fc.array(
            fc.record(
              {
                weekdays: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
                from: time,
                to: time,
                holidays: fc.constantFrom("yes", "no", "only"),
              },
              { requiredKeys: [] },
            ),
            { minLength: 1, maxLength: 3 },
          ),
          { nil: undefined },
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    overrides: fc.array(
      fc.record({
        start: fc.integer({ min: -500, max: 6_000 }),
        length: fc.integer({ min: 1, max: 2_000 }),
        who: fc.option(person, { nil: undefined }),
        instead: fc.option(person, { nil: undefined }),
      }),
      { maxLength: 4 },
    ),
    holidays: fc.uniqueArray(fc.integer({ min: -2, max: 4 }), { maxLength: 3 }),
  })
  .map(({ night: [timeZone, day], offset, layers, overrides, holidays }) => {
    const date = Temporal.PlainDate.from(day);
    const from = date.toZonedDateTime(timeZone).epochMilliseconds + offset * minuteMs;
    const dateOf = (days: number): string => date.add({ days }).toString();
    const rota = rotaSchema.parse({
      id: "r",
      name: "R",
      timeZone,
      layers: layers.map(({ back, until, cycleDays, handOvers, ...layer }, index) => {
        const kept = new Map(
          handOvers
            .map((each) => ({ ...each, day: each.day % cycleDays }))
            .map((each) => [`${each.day} ${each.at}`, each]),
        );
        const ordered = [...kept.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
        const end = until === undefined || until <= -back ? {} : { until: dateOf(until) };
        return { id: `l${index}`, start: dateOf(-back), ...end, cycleDays, handOvers: ordered, ...layer };
      }),
      overrides: overrides
        .filter(({ who, instead }) => who !== instead)
        .map(({ start, length, ...each }, index) => ({
          id: `o${index}`,
          from: instantText(from + start * minuteMs),
          to: instantText(from + (start + length) * minuteMs),
          reason: "swapped",
          ...each,
        })),
    });
    return {
      rota,
      calendar: {
        timeZone: "UTC",
        holidays: Object.fromEntries(holidays.map((days) => [dateOf(days), "H"])),
      },
      from,
    };
  });

/** An instant as it is written. */
export function instantText(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString();
}
