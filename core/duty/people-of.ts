import type { Site } from "../site/site.ts";
import type { Callee } from "../summons/policy-section.ts";
import type { EpochMs } from "../time/millis.ts";
import type { Contact } from "./contact-section.ts";
import { onDuty } from "./rota.ts";

/** The sections of a site that say who is called. */
export type DutySite = Pick<Site, "timeZone" | "contacts" | "teams" | "rotas" | "holidays">;

/** Whom a call of one contact, a team or a rota reaches at an instant, in order; empty where that is nobody. */
export function contactsOf(site: DutySite, callee: Callee, at: EpochMs): Contact[] {
  return idsOf(site, callee, at).flatMap((id) => site.contacts.filter((contact) => contact.id === id));
}

function idsOf(site: DutySite, callee: Callee, at: EpochMs): readonly string[] {
  if ("contact" in callee) return [callee.contact];
  if ("team" in callee) return site.teams?.find(({ id }) => id === callee.team)?.members ?? [];
  const rota = site.rotas?.find(({ id }) => id === callee.rota);
  return rota === undefined ? [] : onDuty(rota, site, at);
}
