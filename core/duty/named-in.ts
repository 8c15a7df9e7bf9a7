import type { Site } from "../site/site.ts";
import type { Callee } from "../summons/policy-section.ts";
import type { EpochMs } from "../time/millis.ts";

/** The sections of a site that name people, teams and rotas. */
export type NamingSite = Pick<Site, "teams" | "rotas" | "policies">;

/**
 * Where a contact, a team or a rota is named, in words such as `team Laboratory` or `step 2 of policy standard`: it can go only once this is empty. Overrides
 * that are over at `at` do not count.
 */
export function namedIn(site: NamingSite, what: Callee, at: EpochMs): string[] {
  const { teams = [], rotas = [], policies = [] } = site;
  const places: string[] = [];
  if ("contact" in what) {
    const is = (id: string | undefined): boolean => id === what.contact;
    for (const { name, members } of teams) if (members.some(is)) places.push(`team ${name}`);
    for (const { name, layers, overrides = [] } of rotas) {
      for (const layer of layers)
        if (layer.people.flat().some(is)) places.push(`${layer.name ?? layer.id} of rota ${name}`);
      for (const { id, to, who, instead } of overrides)
        if (to > at && (is(who) || is(instead))) places.push(`override ${id} of rota ${name}`);
    }
  }
  for (const { id, steps } of policies) {
    for (const [index, { call }] of steps.entries())
      if (call.some((callee) => isSameCallee(callee, what))) places.push(`step ${index + 1} of policy ${id}`);
  }
  return places;
}

function isSameCallee(callee: Callee, what: Callee): boolean {
  if ("contact" in callee) return "contact" in what && callee.contact === what.contact;
  if ("team" in callee) return "team" in what && callee.team === what.team;
  return "rota" in what && callee.rota === what.rota;
}
