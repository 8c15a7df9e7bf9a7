import { influxSchema, type FieldType, type MeasurementName } from "@coldkeep/core/history/influx-schema.ts";

type TagOf<M extends MeasurementName> = (typeof influxSchema)[M]["tags"][number];
type FieldOf<M extends MeasurementName> = keyof (typeof influxSchema)[M]["fields"];

/** Tags of a measurement as the schema has them. */
export type Tags<M extends MeasurementName> = Readonly<Partial<Record<TagOf<M>, string>>>;

/** Fields of a measurement as the schema has them. */
export type Fields<M extends MeasurementName> = Readonly<
  Partial<Record<FieldOf<M>, string | number | boolean>>
>;

/**
 * The line of a point by the schema. `at` in ms, `sub` a part of [0, 999999] inside its millisecond. Ids of simulated things need no escaping.
 */
export function point<M extends MeasurementName>(
  measurement: M,
  tags: Tags<M>,
  fields: Fields<M>,
  at: number,
  sub = 0,
): string {
  const types: Readonly<Record<string, FieldType>> = influxSchema[measurement].fields;
  const head = Object.entries(tags).map(([name, value]) => `,${name}=${String(value)}`);
  const body = Object.entries(fields).map(
    ([name, value]) => `${name}=${fieldOf(types[name], value as string | number | boolean)}`,
  );
  return `${measurement}${head.join("")} ${body.join(",")} ${at}${String(sub).padStart(6, "0")}`;
}

function fieldOf(type: FieldType | undefined, value: string | number | boolean): string {
  if (type === "string") return JSON.stringify(value);
  return type === "integer" ? `${String(value)}i` : String(value);
}
