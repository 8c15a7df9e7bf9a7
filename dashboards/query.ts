import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** The uid of the data source, which provisioning gives it. */
export const dataSource = { type: "influxdb", uid: "coldkeep-influx" } as const;

/** A question in InfluxQL as a panel holds it. */
export interface Influxql {
  readonly refId: string;
  readonly query: string;
  /** How the series are called: text with `$tag_name` and `$col`; the series' own names where left out. */
  readonly alias?: string;
  /** A table: one row for each point with its tags as columns. Else one series for each field and tag set. */
  readonly isTable?: boolean;
}

/** Builds the question as Grafana's InfluxDB data source reads it. */
export function influxql({ refId, query, alias, isTable }: Influxql): Builder<Dataquery> {
  const built = {
    refId,
    datasource: dataSource,
    rawQuery: true,
    query,
    resultFormat: isTable === true ? "table" : "time_series",
    ...(alias === undefined ? {} : { alias }),
    _implementsDataqueryVariant: () => undefined,
  };
  return { build: () => built };
}

/** The site that is chosen. */
export const here = `"site" =~ /^$site$/`;

/** States are written at least every 5 minutes: a probe without one for longer is not shown as if it were known. */
export const lately = "time > now() - 12m";

/** How each probe stands: its newest state with what was written with it, by appliance and probe. `only`: a further condition on tags. */
export function standings(fields: readonly string[], only = here): string {
  const others = fields.map((name) => `, "${name}"`).join("");
  return `SELECT last("state") AS "state"${others} FROM "states" WHERE ${lately} AND ${only} GROUP BY "appliance", "probe"`;
}

/** How many probes meet a condition now. Nought is said where there are none, nothing where no state is known at all. */
export function countOf(condition: string, only = here): string {
  const now = standings(["urgency", "alarm"], only);
  return (
    `SELECT sum("n") AS "n" FROM (SELECT count("urgency") AS "n" FROM (${now}) WHERE ${condition}), ` +
    `(SELECT count("urgency") * 0 AS "n" FROM (${now}))`
  );
}

/** The sum over appliances of what is written alike at each of its probes, such as units on hold. */
export function sumOverAppliances(field: "held_units"): string {
  return (
    `SELECT sum("n") AS "n" FROM (SELECT max("${field}") AS "n" FROM (SELECT last("${field}") AS "${field}" FROM "states" ` +
    `WHERE ${lately} AND ${here} GROUP BY "appliance", "probe") GROUP BY "appliance")`
  );
}

/** The sum over probes of a field of their newest states. */
export function sumOverProbes(field: "open_excursions"): string {
  return (
    `SELECT sum("n") AS "n" FROM (SELECT last("${field}") AS "n" FROM "states" ` +
    `WHERE ${lately} AND ${here} GROUP BY "appliance", "probe")`
  );
}

/** Calibrated temperatures, gathered over intervals, of the probes that `only` names. An interval without a reading is a gap (null). */
export function temperatures(
  functions: readonly ("mean" | "min" | "max")[],
  only: string,
  groupBy: string,
): string {
  const columns = functions.map((name) => `${name}("celsius") AS "${name}"`).join(", ");
  const calibrated = `SELECT "celsius" + "offset" AS "celsius" FROM "readings" WHERE $timeFilter AND ${here} AND ${only} GROUP BY "probe"`;
  return `SELECT ${columns} FROM (${calibrated}) WHERE $timeFilter GROUP BY ${groupBy}`;
}
