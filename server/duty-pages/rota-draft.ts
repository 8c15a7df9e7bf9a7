import {
  turnPeopleMax,
  weekdays,
  windowsMax,
  layersMax,
  togetherMax,
} from "@coldkeep/core/duty/duty-section.ts";
import type { FileThing, Values } from "../master-data/draft-file.ts";
import { shown } from "../master-data/draft-file.ts";

/** How turns change, as the form asks: once a week, at times of each day, or as the fields beside it say. */
export type TurnPattern = "week" | "day" | "other";

/** A window of a layer as the form has it. */
export interface WindowDraft {
  readonly weekdays: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly holidays: string;
}

/** A layer of a rota as the form has it: texts as they were typed. */
export interface LayerDraft {
  readonly id: string;
  readonly name: string;
  readonly start: string;
  readonly until: string;
  readonly pattern: TurnPattern;
  /** Of a turn a week. */
  readonly weekday: string;
  readonly at: string;
  /** Of turns within a day: times of day with commas between them. */
  readonly times: string;
  /** Of everything else: one hand-over a line. */
  readonly cycleDays: string;
  readonly handOvers: string;
  /** Who takes turns; those of one turn together. An empty name is nobody yet. */
  readonly turns: readonly (readonly string[])[];
  readonly windows: readonly WindowDraft[];
}

/** A rota as the form has it. */
export interface RotaDraft {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  /** `yes` where nobody on duty is an alarm at any hour. */
  readonly mustBeFilled: string;
  readonly layers: readonly LayerDraft[];
}

interface FileLayer {
  readonly id: string;
  readonly name?: string;
  readonly start: string;
  readonly until?: string;
  readonly cycleDays: number;
  readonly handOvers: readonly { readonly day: number; readonly at: string }[];
  readonly people: readonly (string | readonly string[])[];
  readonly only?: readonly {
    readonly weekdays?: readonly string[];
    readonly from: string;
    readonly to: string;
    readonly holidays: string;
  }[];
}

/** A layer as it begins in the form: a turn a week from a day on. */
export function freshLayer(id: string, start: string): LayerDraft {
  return {
    id,
    name: "",
    start,
    until: "",
    pattern: "week",
    weekday: "mon",
    at: "08:00",
    times: "08:00",
    cycleDays: "14",
    handOvers: "",
    turns: [[""], [""]],
    windows: [],
  };
}

/** A window as it begins in the form: the nights of working days. */
export const freshWindow: WindowDraft = {
  weekdays: ["mon", "tue", "wed", "thu", "fri"],
  from: "17:00",
  to: "08:00",
  holidays: "yes",
};

/** A rota of the site file as the form has it. */
export function draftOfRota(rota: FileThing): RotaDraft {
  const layers = rota["layers"] as readonly FileLayer[];
  return {
    id: rota.id,
    name: shown(rota["name"]),
    timeZone: shown(rota["timeZone"]),
    mustBeFilled: rota["mustBeFilled"] === true ? "yes" : "",
    layers: layers.map(draftOfLayer),
  };
}

function draftOfLayer({
  id,
  name,
  start,
  until,
  cycleDays,
  handOvers,
  people,
  only = [],
}: FileLayer): LayerDraft {
  const [first] = handOvers;
  const pattern = cycleDays === 1 ? "day" : cycleDays === 7 && handOvers.length === 1 ? "week" : "other";
  const offset = Temporal.PlainDate.from(start).dayOfWeek - 1;
  const weekdayOf = (day: number): string => weekdays[(offset + day) % 7] ?? "mon";
  return {
    ...freshLayer(id, start),
    name: name ?? "",
    until: until ?? "",
    pattern,
    ...(pattern === "week" ? { weekday: weekdayOf(first?.day ?? 0), at: first?.at ?? "" } : {}),
    ...(pattern === "day" ? { times: handOvers.map(({ at }) => at).join(", ") } : {}),
    ...(pattern === "other"
      ? {
          cycleDays: String(cycleDays),
          handOvers: handOvers
            .map(({ day, at }) => `${cycleDays === 7 ? weekdayOf(day) : day + 1} ${at}`)
            .join("\n"),
        }
      : {}),
    turns: people.map((turn) => [turn].flat()),
    windows: only.map(({ weekdays: days = weekdays, from, to, holidays }) => ({
      weekdays: days,
      from,
      to,
      holidays,
    })),
  };
}

const layerFields = [
  "id",
  "name",
  "start",
  "until",
  "pattern",
  "weekday",
  "at",
  "times",
  "cycleDays",
  "handOvers",
] as const;

/** A rota's fields by name: `l0-t1-0` is the first of those who have the second turn of the first layer. */
export function rotaValues({ layers, ...rota }: RotaDraft): Record<string, string> {
  const values: Record<string, string> = { ...rota };
  for (const [at, layer] of layers.entries()) {
    for (const field of layerFields) values[`l${at}-${field}`] = layer[field];
    for (const [turn, people] of layer.turns.entries())
      for (const [index, person] of people.entries()) values[`l${at}-t${turn}-${index}`] = person;
    for (const [index, window] of layer.windows.entries()) {
      const prefix = `l${at}-w${index}`;
      for (const field of ["from", "to", "holidays"] as const) values[`${prefix}-${field}`] = window[field];
      for (const day of window.weekdays) values[`${prefix}-${day}`] = "yes";
    }
  }
  return values;
}

/** The rota that sent fields describe. Rows beyond what a rota may have, by one, are left out: the check then says how many there may be. */
export function rotaFrom(values: Values): RotaDraft {
  const layers = rows(layersMax, (at) => {
    const field = (name: string): string | undefined => values[`l${at}-${name}`];
    if (field("id") === undefined) return null;
    const said = Object.fromEntries(layerFields.map((name) => [name, field(name) ?? ""]));
    return {
      ...(said as Record<(typeof layerFields)[number], string>),
      pattern: patternOf(field("pattern")),
      turns: rows(turnPeopleMax, (turn) => {
        const people = rows(togetherMax, (index) => field(`t${turn}-${index}`) ?? null);
        return people.length === 0 ? null : people;
      }),
      windows: rows(windowsMax, (index) => {
        const from = field(`w${index}-from`);
        if (from === undefined) return null;
        return {
          from,
          to: field(`w${index}-to`) ?? "",
          holidays: field(`w${index}-holidays`) ?? "yes",
          weekdays: weekdays.filter((day) => field(`w${index}-${day}`) === "yes"),
        };
      }),
    };
  });
  const { id = "", name = "", timeZone = "", mustBeFilled = "" } = values;
  return { id, name, timeZone, mustBeFilled, layers };
}

/** Rows by number, up to the first that is not there. */
function rows<Row>(max: number, row: (index: number) => Row | null): Row[] {
  const found: Row[] = [];
  for (let index = 0; index <= max; index += 1) {
    const next = row(index);
    if (next === null) break;
    found.push(next);
  }
  return found;
}

function patternOf(text: string | undefined): TurnPattern {
  return text === "day" || text === "other" ? text : "week";
}
