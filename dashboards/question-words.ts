import { influxSchema, type Measurement } from "@coldkeep/core/history/influx-schema.ts";

const schema: Readonly<Record<string, Measurement>> = influxSchema;

/** What a question takes from where: its measurements and columns by the schema, and names that are in neither. */
export interface Takes {
  readonly measurements: readonly string[];
  readonly fields: readonly string[];
  readonly tags: readonly string[];
  readonly unknown: readonly string[];
}

/** Reads what a question takes. Names stand in double quotes, as everywhere in these dashboards. */
export function takesOf(query: string): Takes {
  const quoted = [...query.matchAll(/"([^"]+)"/g)].map((match) => ({
    name: match[1] ?? "",
    before: query.slice(Math.max(0, match.index - 5), match.index),
  }));
  const isAfter = (word: string, { before }: { readonly before: string }): boolean =>
    before.endsWith(`${word} `);
  const namesWhere = (holds: (each: { readonly before: string }) => boolean): string[] =>
    unique(quoted.filter(holds).map(({ name }) => name));
  const measurements = namesWhere((each) => isAfter("FROM", each));
  const aliases = new Set(namesWhere((each) => isAfter("AS", each)));
  const names = namesWhere((each) => !isAfter("FROM", each) && !isAfter("AS", each));
  const known = measurements.map((name) => schema[name]).filter((each) => each !== undefined);
  const isField = (name: string): boolean => known.some(({ fields }) => name in fields);
  const isTag = (name: string): boolean => known.some(({ tags }) => tags.includes(name));
  return {
    measurements,
    fields: names.filter(isField),
    tags: names.filter(isTag),
    unknown: [
      ...measurements.filter((name) => schema[name] === undefined),
      ...names.filter((name) => !isField(name) && !isTag(name) && !aliases.has(name)),
    ],
  };
}

const functionWords: Readonly<Record<string, string>> = {
  last: "newest",
  count: "number",
  sum: "sum",
  mean: "mean",
  min: "lowest",
  max: "highest",
  spread: "swing",
  percentile: "percentiles",
  derivative: "slope",
  non_negative_derivative: "rate",
};

/** A question in words, for those who do not read InfluxQL. */
export function questionWords(query: string): string {
  const { measurements, fields } = takesOf(query);
  const functions = unique(
    [...query.matchAll(/(\w+)\(/g)].map(([, name]) => functionWords[name ?? ""] ?? ""),
  );
  const groups = /GROUP BY ((?:(?:"\w+"|time\([^)]*\))(?:, )?)+)/.exec(query)?.[1] ?? "";
  const by = groups.replaceAll('"', "").replace(/time\(([^)]*)\)/, (_, every: string) => everyWords(every));
  const parts = [
    `${measurements.map((name) => `\`${name}\``).join(", ")} (${fields.join(", ")})`,
    functions.filter((word) => word !== "").join(", "),
    by === "" ? "" : `by ${by}`,
    windowWords(query),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function everyWords(every: string): string {
  return every === "$__interval" ? "interval of the screen" : every;
}

function windowWords(query: string): string {
  const back = /now\(\) - (\d+)(m|d)/.exec(query);
  if (back !== null) return `last ${back[1]} ${back[2] === "m" ? "minutes" : "days"}`;
  return query.includes("- 25h") ? "chosen time and the 25 hours before" : "chosen time";
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
