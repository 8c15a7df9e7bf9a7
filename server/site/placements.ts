import type { Site } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";

/** In which appliance a probe was at an instant, by the sites on record: a site places its probes from when it was applied, the first that has a probe also for earlier time. Null for a probe that none has. */
export type PlaceOfProbe = (probe: string, at: EpochMs) => string | null;

interface Placed {
  readonly at: EpochMs;
  readonly appliances: ReadonlyMap<string, string>;
}

/** Opens the placements. Sites are read again where the newest is another than it was. */
export function openPlacements(database: Database): PlaceOfProbe {
  const newest = database.prepare("SELECT number, content FROM sites ORDER BY number DESC LIMIT 1");
  const all = database.prepare("SELECT applied_at AS at, content FROM sites ORDER BY number");
  let known = { number: 0, content: "", placed: [] as Placed[] };
  return (probe, at) => {
    const row = newest.get();
    if (row === undefined) return null;
    const number = Number(row["number"]);
    const content = String(row["content"]);
    if (number !== known.number || content !== known.content) {
      const placed = all.all().map((each) => placedBy(Number(each["at"]), String(each["content"])));
      known = { number, content, placed };
    }
    const having = known.placed.filter(({ appliances }) => appliances.has(probe));
    const then = having.findLast((each) => each.at <= at) ?? having[0];
    return then?.appliances.get(probe) ?? null;
  };
}

function placedBy(at: EpochMs, content: string): Placed {
  const { appliances } = JSON.parse(content) as Site;
  const pairs = appliances.flatMap(({ id, probes }) =>
    probes.map((probe): [string, string] => [probe.id, id]),
  );
  return { at, appliances: new Map(pairs) };
}
