import { addressesOf, type Contact } from "@coldkeep/core/duty/contact-section.ts";
import type { Language } from "@coldkeep/core/duty/media.ts";
import type { MediumAddress } from "@coldkeep/core/duty/reach.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Callee } from "@coldkeep/core/summons/policy-section.ts";
import { contactsNamed } from "@coldkeep/core/summons/step-people.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** A person as a call needs them. */
export interface CalledContact {
  readonly id: string;
  readonly language: Language;
  /** In the person's order of preference. */
  readonly addresses: readonly MediumAddress[];
}

/** All contacts of the site, which the canary's is none of. */
export function everybody(site: Site): CalledContact[] {
  return calledContacts(site, site.contacts);
}

/** The people whom a step calls at an instant, each once. */
export function contactsCalled(site: Site, callees: readonly Callee[], at: EpochMs): CalledContact[] {
  return calledContacts(site, contactsNamed(site, callees, at));
}

/** Contacts as a call needs them. */
export function calledContacts(site: Site, contacts: readonly Contact[]): CalledContact[] {
  return contacts.map((contact) => calledContact(site, contact));
}

function calledContact(site: Site, contact: Contact): CalledContact {
  const language = contact.language ?? site.language ?? "en";
  return { id: contact.id, language, addresses: addressesOf(contact) };
}
