import { addressesOf, type Contact } from "@coldkeep/core/duty/contact-section.ts";
import { contactsOf } from "@coldkeep/core/duty/people-of.ts";
import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import { type ChannelFact, type MediumAddress, waysTo } from "@coldkeep/core/duty/reach.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Callee, Policy } from "@coldkeep/core/summons/policy-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** A person as a call needs them. */
export interface CalledContact {
  readonly id: string;
  readonly language: Language;
  /** In the person's order of preference. */
  readonly addresses: readonly MediumAddress[];
}

/** All contacts of the site. */
export function everybody(site: Site): CalledContact[] {
  return site.contacts.map((contact) => calledContact(site, contact));
}

/** The people whom a step calls at an instant, each once. */
export function contactsCalled(site: Site, callees: readonly Callee[], at: EpochMs): CalledContact[] {
  const found = callees.flatMap((callee) => contactsOf(site, callee, at));
  return [...new Set(found)].map((contact) => calledContact(site, contact));
}

/** Whom a call of a step goes to. */
export interface StepPeople {
  readonly people: readonly CalledContact[];
  /** By which media; null: by all that each person has. */
  readonly by: readonly Medium[] | null;
  /** True where the step reaches nobody: the next one is called at once. */
  readonly isSkipped: boolean;
  /**
   * `on`: people of this step are named or on duty and nothing reaches them, or the whole policy reaches nobody; `off`: nothing of that is so of any step; null: it is so of another step. A
   * step that is empty for a while is no concern where another reaches somebody.
   */
  readonly concern: "on" | "off" | null;
}

/**
 * Finds whom a call of a policy's step goes to. A step that reaches nobody is not waited for; in the place of a last one, the nearest step before it that reaches somebody is called again,
 * and where the whole policy reaches nobody, everybody is called. `channels`: without any nothing can be told to anybody, which the start of the server has said.
 */
export function peopleOfStep(
  site: Site,
  { steps }: Pick<Policy, "steps">,
  place: number,
  channels: readonly ChannelFact[],
  at: EpochMs,
): StepPeople {
  const found = steps.map(({ call, by = null }) => {
    const people = contactsCalled(site, call, at);
    const hasWay = ({ addresses }: CalledContact): boolean =>
      waysTo(addresses, by, channels).some(({ routes }) => routes.length > 0);
    return { people, by, isReached: channels.length === 0 ? people.length > 0 : people.some(hasWay) };
  });
  const asked = found[place];
  const isMute = (step: (typeof found)[number]): boolean => step.people.length > 0 && !step.isReached;
  const isNobody = !found.some(({ isReached }) => isReached);
  const isOn = isNobody || (asked !== undefined && isMute(asked));
  const concern = isOn ? "on" : found.some(isMute) ? null : "off";
  if (asked?.isReached === true) return { people: asked.people, by: asked.by, isSkipped: false, concern };
  if (place < steps.length - 1) return { people: [], by: null, isSkipped: true, concern };
  const { people, by } = found.findLast(({ isReached }) => isReached) ?? {
    people: everybody(site),
    by: null,
  };
  return { people, by, isSkipped: false, concern };
}

function calledContact(site: Site, contact: Contact): CalledContact {
  const language = contact.language ?? site.language ?? "en";
  return { id: contact.id, language, addresses: addressesOf(contact) };
}
