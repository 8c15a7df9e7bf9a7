import type { Database } from "../store/database.ts";

/** How many units are in appliances now, all of them together. */
export type UnitsInside = (appliances: Iterable<string>) => number;

/** Makes the count over the records. */
export function makeUnitsInside(database: Database): UnitsInside {
  const inside = database.prepare(
    `SELECT count(DISTINCT unit) AS n FROM residences WHERE appliance = ? AND "to" IS NULL`,
  );
  return (appliances) => {
    let units = 0;
    for (const appliance of appliances) units += Number(inside.get(appliance)?.["n"] ?? 0);
    return units;
  };
}
