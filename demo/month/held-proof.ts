import { heldInterval } from "@coldkeep/core/engine/excursion.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { StandingExcursion } from "@coldkeep/server/excursions/excursion-reads.ts";
import type { Database } from "@coldkeep/server/store/database.ts";
import type { ToldMovement } from "./people.ts";

/** A stay of a unit in an appliance. */
interface Stay {
  readonly din: string;
  readonly appliance: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** The units that each excursion exposed, from the simulation's own books: `unit excursion`. */
export function unitsThatMustBeHeld(
  told: readonly ToldMovement[],
  excursions: readonly StandingExcursion[],
): string[] {
  const stays = Object.groupBy(staysOf(told), (stay) => stay.appliance);
  return excursions.flatMap(({ id, appliance, figures }) => {
    const { from, to } = heldInterval(figures);
    const exposed = (stays[appliance] ?? []).filter((stay) => stay.from < (to ?? Infinity) && stay.to > from);
    return [...new Set(exposed.map(({ din }) => `${din} ${id}`))];
  });
}

/** The units that are on record as exposed. */
export function heldUnits(database: Database): string[] {
  return database
    .prepare("SELECT din, excursion FROM holds JOIN units ON units.number = holds.unit WHERE exposed = 1")
    .all()
    .map((row) => `${String(row["din"])} ${String(row["excursion"])}`);
}

/** Each movement ends the stay before it; of two at one instant the later told counts. */
function staysOf(told: readonly ToldMovement[]): Stay[] {
  return Object.values(Object.groupBy(told, (move) => move.din)).flatMap((moves = []) => {
    const inTime = moves.toSorted((a, b) => a.at - b.at);
    return inTime.flatMap(({ din, at, appliance }, index) => {
      const to = inTime[index + 1]?.at ?? Infinity;
      return appliance === null || to === at ? [] : [{ din, appliance, from: at, to }];
    });
  });
}
