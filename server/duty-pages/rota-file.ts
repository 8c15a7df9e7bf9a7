import { weekdays } from "@coldkeep/core/duty/duty-section.ts";
import { type FileEntry, said, textFrom } from "../master-data/draft-file.ts";
import type { LayerDraft } from "./rota-draft.ts";

/** A layer as the site file writes it, and where its parts stand in the form. */
export interface LayerFile {
  readonly entry: FileEntry;
  /** For each of the entry's turns its row in the form. */
  readonly turnRows: readonly number[];
  /** What is wrong with fields, by their name without the layer's prefix. */
  readonly wrong: Readonly<Record<string, string>>;
}

/** Writes a layer as the site file has it. Turns of nobody yet are left out. */
export function layerFile(layer: LayerDraft): LayerFile {
  const turns = layer.turns.map((people) => people.filter((person) => person !== ""));
  const turnRows = turns.flatMap((people, row) => (people.length === 0 ? [] : [row]));
  const { cycleDays, handOvers, wrong } = cycleOf(layer);
  return {
    entry: said({
      id: layer.id,
      name: textFrom(layer.name),
      start: layer.start,
      until: textFrom(layer.until),
      cycleDays,
      handOvers,
      people: turnRows.map((row) => {
        const [first, ...others] = turns[row] ?? [];
        return others.length === 0 ? first : [first, ...others];
      }),
      only:
        layer.windows.length === 0
          ? undefined
          : layer.windows.map((window) =>
              said({
                ...window,
                weekdays: window.weekdays.length === weekdays.length ? undefined : window.weekdays,
              }),
            ),
    }),
    turnRows,
    wrong: {
      ...wrong,
      ...(turnRows.length === 0 ? { "t0-0": "Choose who takes turns." } : {}),
      ...Object.fromEntries(
        layer.windows.flatMap((window, index) =>
          window.weekdays.length === 0 ? [[`w${index}-mon`, "Choose a day."]] : [],
        ),
      ),
    },
  };
}

interface Cycle {
  readonly cycleDays: number;
  readonly handOvers: readonly FileEntry[];
  readonly wrong: Readonly<Record<string, string>>;
}

function cycleOf({ pattern, start, weekday, at, times, cycleDays, handOvers }: LayerDraft): Cycle {
  const first = weekdayOfDate(start);
  if (pattern === "week")
    return { cycleDays: 7, handOvers: [{ day: dayAfter(first, weekday), at }], wrong: {} };
  if (pattern === "day") {
    const each = times.split(/[,;\s]+/).filter((time) => time !== "");
    const wrong = each.length === 0 ? { times: "Say at what time the next in order takes over." } : {};
    return { cycleDays: 1, handOvers: each.map((time) => ({ day: 0, at: time })), wrong };
  }
  const length = Number(cycleDays);
  const lines = handOvers.split("\n").map((line) => line.trim().toLowerCase());
  const read: FileEntry[] = [];
  for (const line of lines.filter((each) => each !== "")) {
    const [, day = "", time = ""] = /^(\S+)\s+(\S+)$/.exec(line) ?? [];
    const name = weekdays.find((each) => length === 7 && day.startsWith(each));
    const number = name === undefined ? Number(day) - 1 : dayAfter(first, name);
    if (!Number.isInteger(number) || number < 0) {
      const example = length === 7 ? "mon 08:00" : "1 08:00";
      const text = `"${line.slice(0, 40)}": write the day and the time, such as ${example}.`;
      return { cycleDays: length, handOvers: [], wrong: { handOvers: text } };
    }
    read.push({ day: number, at: time });
  }
  return {
    cycleDays: length,
    handOvers: length === 7 ? read.toSorted(inOrder) : read,
    wrong: {
      ...(Number.isInteger(length) && length > 0 ? {} : { cycleDays: "Say a number of days." }),
      ...(read.length === 0 ? { handOvers: "Say when the next in order takes over." } : {}),
    },
  };
}

function inOrder(a: FileEntry, b: FileEntry): number {
  const day = Number(a["day"]) - Number(b["day"]);
  return day === 0 ? String(a["at"]).localeCompare(String(b["at"])) : day;
}

/** The place in the week of a date, Monday 0; Monday's where it is none, which the check of the date then says. */
function weekdayOfDate(text: string): number {
  try {
    return Temporal.PlainDate.from(text).dayOfWeek - 1;
  } catch {
    return 0;
  }
}

/** How many days after a day of the week another one comes. */
function dayAfter(first: number, weekday: string): number {
  const place = weekdays.findIndex((each) => each === weekday);
  return (place - first + 7) % 7;
}
