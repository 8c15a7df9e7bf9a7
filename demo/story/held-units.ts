import * as z from "zod";
import type { Api } from "../api/api.ts";

const unitSchema = z.object({ din: z.string(), productCode: z.string(), appliance: z.string().nullable() });
const unitsSchema = z.object({ items: z.array(unitSchema) });
const holdsSchema = z.object({ holds: z.array(z.object({ excursion: z.string(), exposed: z.boolean() })) });

/** Most units outside the appliance that are looked up one by one. */
const lookUpsMax = 100;

/** How many units an excursion holds, and how many of those have left every appliance: those are to be recalled. */
export interface HeldUnits {
  readonly unitsHeld: number;
  readonly unitsGone: number;
}

/** Counts the units that an excursion holds: those in its appliance, and those elsewhere whose holds name it. */
export async function heldUnits(
  api: Api,
  excursion: { readonly id: string; readonly appliance: string },
): Promise<HeldUnits> {
  const held = (await api.read(unitsSchema, "/v1/units?status=held&limit=1000"))?.items ?? [];
  const inside = held.filter(({ appliance }) => appliance === excursion.appliance);
  const outside = held.filter(({ appliance }) => appliance !== excursion.appliance).slice(0, lookUpsMax);
  let moved = 0;
  let gone = 0;
  for (const { din, productCode, appliance } of outside) {
    const unit = await api.read(holdsSchema, `/v1/units/${din}/${productCode}`);
    const isOurs = unit?.holds.some((hold) => hold.excursion === excursion.id && hold.exposed) === true;
    if (isOurs && appliance === null) gone += 1;
    if (isOurs && appliance !== null) moved += 1;
  }
  return { unitsHeld: inside.length + moved + gone, unitsGone: gone };
}
