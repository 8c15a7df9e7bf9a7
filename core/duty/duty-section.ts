import * as z from "zod";
import { idSchema } from "../contract/ids.ts";
import { parseInstant } from "../time/millis.ts";
import { isTimeZone } from "../time/time-zone.ts";
import type { Contact } from "./contact-section.ts";

/** Most members of a team. */
export const teamMembersMax = 500;
/** Most teams of a site. */
export const teamsMax = 200;
/** Most rotas of a site. */
export const rotasMax = 100;
/** Most layers of a rota. */
export const layersMax = 20;
/** Most people, or groups of people, that take turns in a layer. */
export const turnPeopleMax = 100;
/** Most people who are on duty in one turn. */
export const togetherMax = 20;
/** Longest cycle of hand-overs, in days. */
export const cycleDaysMax = 366;
/** Most hand-overs in one cycle. */
export const handOversMax = 100;
/** Most windows to which a layer may be restricted. */
export const windowsMax = 20;
/** Most overrides of a rota. Forms drop those that are long past (`overrideKeptDays`), the audit trail keeps them. */
export const overridesMax = 1_000;
/** Most holidays of a site. */
export const holidaysMax = 1_000;

/** Days of the week, as ISO 8601 counts them. */
export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A day of the week. */
export type Weekday = (typeof weekdays)[number];

/** A time of day as a clock on the wall shows it, such as `22:00`. */
export const timeOfDaySchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as 08:00");

const instantSchema = z.string().transform((text, context) => {
  const at = parseInstant(text);
  if (at !== null) return at;
  context.addIssue({ code: "custom", message: "expected an RFC 3339 time such as 2026-11-22T02:10:00Z" });
  return z.NEVER;
});

/** People who are called together. */
export const teamSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(100),
  members: z.array(idSchema).min(1).max(teamMembersMax),
});

/** People who are called together. */
export type Team = z.output<typeof teamSchema>;

/** A stretch of days or nights: from a time of day to the next time that the clock shows `to`, which is a day later where it is not after `from`. */
const windowSchema = z.strictObject({
  /** Days on which it begins; all where left out. */
  weekdays: z.array(z.enum(weekdays)).min(1).max(weekdays.length).optional(),
  from: timeOfDaySchema.default("00:00"),
  to: timeOfDaySchema.default("00:00"),
  /** Whether it begins on holidays too (`yes`), not on them (`no`), or on them alone (`only`). */
  holidays: z.enum(["yes", "no", "only"]).default("yes"),
});

/** A stretch of days or nights to which a layer is restricted. */
export type DutyWindow = z.output<typeof windowSchema>;

const handOverSchema = z.strictObject({
  /** Day of the cycle, from 0. */
  day: z
    .int()
    .min(0)
    .max(cycleDaysMax - 1)
    .default(0),
  at: timeOfDaySchema,
});

/** People who take turns. All times are local times of the rota's zone. */
const layerSchema = z
  .strictObject({
    id: idSchema,
    name: z.string().min(1).max(100).optional(),
    /** The day on which the first cycle begins. */
    start: z.iso.date(),
    /** The day on which the layer ends, at the time of its first hand-over. */
    until: z.iso.date().optional(),
    /** A cycle's length in days: 1 for a turn a day, 7 for a turn a week. */
    cycleDays: z.int().min(1).max(cycleDaysMax),
    /** When the next in order takes over, in order of time; each hand-over begins a turn. */
    handOvers: z.array(handOverSchema).min(1).max(handOversMax),
    /** Who takes turns, in order: one person, or several who are on duty together. */
    people: z
      .array(z.union([idSchema, z.array(idSchema).min(1).max(togetherMax)]))
      .min(1)
      .max(turnPeopleMax),
    /** When the layer is on duty at all; always where left out. */
    only: z.array(windowSchema).min(1).max(windowsMax).optional(),
  })
  .superRefine(({ handOvers, cycleDays, start, until }, context) => {
    for (const [index, { day, at }] of handOvers.entries()) {
      const before = handOvers[index - 1];
      const path = ["handOvers", index];
      if (day >= cycleDays)
        context.addIssue({
          code: "custom",
          path,
          message: `day ${day} is not within the cycle's ${cycleDays}`,
        });
      if (before !== undefined && (before.day > day || (before.day === day && before.at >= at)))
        context.addIssue({ code: "custom", path, message: "expected hand-overs in order of time" });
    }
    if (until !== undefined && until <= start)
      context.addIssue({ code: "custom", path: ["until"], message: "expected a day after start" });
  });

/** One layer of a rota. */
export type Layer = z.output<typeof layerSchema>;

/** A change of a rota for a while. */
const overrideSchema = z
  .strictObject({
    id: idSchema,
    from: instantSchema,
    to: instantSchema,
    /** Who takes over; left out, nobody does. */
    who: idSchema.optional(),
    /** Whom they stand in for; left out, they alone are on duty, whoever else would be. */
    instead: idSchema.optional(),
    reason: z.string().min(1).max(200),
  })
  .refine(({ from, to }) => from < to, { path: ["to"], message: "expected a time after from" })
  .refine(({ who, instead }) => who !== undefined || instead !== undefined, {
    path: ["who"],
    message: "expected who takes over, or who is away (instead)",
  })
  .refine(({ who, instead }) => who === undefined || who !== instead, {
    path: ["instead"],
    message: "expected somebody else than who takes over",
  });

/** A change of a rota for a while. */
export type Override = z.output<typeof overrideSchema>;

/** Who is on duty when: layers add up, later overrides count over earlier ones. */
export const rotaSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(100),
  /** The zone of its times of day; else the site's. */
  timeZone: z.string().refine(isTimeZone, "expected an IANA time zone such as Europe/Brussels").optional(),
  /** True where nobody on duty is an alarm at any hour, whatever policies need. */
  mustBeFilled: z.boolean().optional(),
  layers: z.array(layerSchema).min(1).max(layersMax),
  overrides: z.array(overrideSchema).max(overridesMax).optional(),
});

/** Who is on duty when. */
export type Rota = z.output<typeof rotaSchema>;

/** Holidays by date, with their names. */
export const holidaysSchema = z
  .record(z.iso.date(), z.string().min(1).max(100))
  .refine((holidays) => Object.keys(holidays).length <= holidaysMax, `at most ${holidaysMax} holidays`);

/** Holidays by date, with their names. */
export type Holidays = z.output<typeof holidaysSchema>;

/** The sections of a site about teams and turns, to be spread into its schema. */
export const dutySections = {
  teams: z.array(teamSchema).max(teamsMax).optional(),
  rotas: z.array(rotaSchema).max(rotasMax).optional(),
  holidays: holidaysSchema.optional(),
};

/** What a site says about people. */
export interface DutyPlan {
  readonly timeZone: string;
  readonly contacts: readonly Pick<Contact, "id">[];
  readonly teams?: readonly Team[] | undefined;
  readonly rotas?: readonly Rota[] | undefined;
  readonly holidays?: Holidays | undefined;
}

/** Tells of each name of a person that stands for nobody, and of each id that stands twice, with its path in the site. */
export function checkDuty(site: DutyPlan, complain: (path: PropertyKey[], message: string) => void): void {
  const contacts = new Set(site.contacts.map(({ id }) => id));
  const known = (id: string | undefined, path: PropertyKey[]): void => {
    if (id !== undefined && !contacts.has(id)) complain(path, `no contact "${id}" under contacts`);
  };
  const unique = (what: string, items: readonly { readonly id: string }[], path: PropertyKey[]): void => {
    const seen = new Set<string>();
    for (const [index, { id }] of items.entries()) {
      if (seen.has(id)) complain([...path, index, "id"], `a second ${what} with the id "${id}"`);
      seen.add(id);
    }
  };
  const { teams = [], rotas = [] } = site;
  unique("team", teams, ["teams"]);
  unique("rota", rotas, ["rotas"]);
  for (const [index, { members }] of teams.entries()) {
    for (const [at, id] of members.entries()) known(id, ["teams", index, "members", at]);
  }
  for (const [index, { layers, overrides = [] }] of rotas.entries()) {
    unique("layer", layers, ["rotas", index, "layers"]);
    unique("override", overrides, ["rotas", index, "overrides"]);
    for (const [at, { people }] of layers.entries()) {
      for (const [turn, who] of people.entries()) {
        for (const id of [who].flat()) known(id, ["rotas", index, "layers", at, "people", turn]);
      }
    }
    for (const [at, { who, instead }] of overrides.entries()) {
      known(who, ["rotas", index, "overrides", at, "who"]);
      known(instead, ["rotas", index, "overrides", at, "instead"]);
    }
  }
}
