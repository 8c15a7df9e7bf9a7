import { isSame } from "./dated.ts";
import type { Site } from "./site.ts";
import { type SiteDifference, siteDifferences } from "./site-differences.ts";

/**
 * Which changes of a site need a second person. All that decides what is judged, by what, and after how long somebody is called touches the limits: profiles
 * (content, source and edition too), which profile applies, calibrations, channels, trust, pairs, what a probe stands for, the delays of a door and an agitator, and that an appliance or
 * a probe is there at all: taking one away takes its monitoring away. What is left out below does not: the site's id and time zone, an appliance's name, kind, room
 * and circuit, the contacts, teams, rotas and holidays, the language of messages, and the order of lists. It is a list of what is harmless, so that whatever a site may learn to say later counts as a limit.
 */
export function limitsPart(site: Site): unknown {
  const {
    site: _site,
    timeZone: _timeZone,
    contacts: _contacts,
    language: _language,
    teams: _teams,
    rotas: _rotas,
    holidays: _holidays,
    appliances,
    channels,
    ...rest
  } = site;
  return {
    ...rest,
    appliances: byId(appliances).map(
      ({ name: _name, kind: _kind, room: _room, circuit: _circuit, ...each }) => ({
        ...each,
        probes: byId(each.probes),
      }),
    ),
    channels: byId(channels ?? []),
  };
}

/** True where putting `after` in the place of `before` touches limits; the first site always does. */
export function touchesLimits(before: Site | null, after: Site): boolean {
  return before === null || !isSame(limitsPart(before), limitsPart(after));
}

/**
 * True where a change of limits also changes what is judged, and by what: a back-test over recorded readings shows what it would do. Who is called by a policy, and how far ahead gaps on duty are looked for, follows from no
 * reading, so that a back-test would say the same twice.
 */
export function touchesReadings(before: Site | null, after: Site): boolean {
  const part = (site: Site): unknown => limitsPart({ ...site, policies: undefined, gapsAhead: undefined });
  return before === null || !isSame(part(before), part(after));
}

/** Those differences of two sites that touch limits. */
export function limitDifferences(before: Site | null, after: Site): SiteDifference[] {
  return siteDifferences(before === null ? null : (limitsPart(before) as Site), limitsPart(after) as Site);
}

function byId<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
