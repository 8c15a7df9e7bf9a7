import { canaryContact, canaryId } from "../canary/canary-section.ts";
import { addressesOf, type Contact } from "../duty/contact-section.ts";
import type { Medium } from "../duty/media.ts";
import { contactsOf } from "../duty/people-of.ts";
import { type ChannelFact, waysTo } from "../duty/reach.ts";
import type { Site } from "../site/site.ts";
import type { EpochMs } from "../time/millis.ts";
import type { Callee, Policy } from "./policy-section.ts";

/** Whom a call of a step goes to. */
export interface StepPeople {
  readonly people: readonly Contact[];
  /** By which media; null: by all that each person has. */
  readonly by: readonly Medium[] | null;
  /** True where the step reaches nobody: the next one is called at once. */
  readonly isSkipped: boolean;
  /** True where others are called in the place of those whom the step names. */
  readonly isInstead: boolean;
  /**
   * `on`: people of this step are named or on duty and nothing reaches them, or the whole policy reaches nobody; `off`: nothing of that is so of any step; null: it is so of another step. A
   * step that is empty for a while is no concern where another reaches somebody.
   */
  readonly concern: "on" | "off" | null;
}

/** The contacts whom a step names or who are on duty at an instant, each once. */
export function contactsNamed(site: Site, callees: readonly Callee[], at: EpochMs): Contact[] {
  const found = callees.flatMap((callee) => {
    const isCanary = "contact" in callee && callee.contact === canaryId;
    if (!isCanary) return contactsOf(site, callee, at);
    return site.canary === undefined ? [] : [canaryContact(site.canary)];
  });
  return [...new Set(found)];
}

/**
 * Finds whom a call of a policy's step goes to. A step that reaches nobody is not waited for; in the place of a last one, the nearest step before it that reaches somebody is called again,
 * and where the whole policy reaches nobody, everybody is called. `channels`: without any nothing can be told to anybody, which the start of the server has said.
 */
export function peopleOfStep(
  site: Site,
  { id, steps }: Pick<Policy, "id" | "steps">,
  place: number,
  channels: readonly ChannelFact[],
  at: EpochMs,
): StepPeople {
  const found = steps.map(({ call, by = null }) => {
    const people = contactsNamed(site, call, at);
    const hasWay = (contact: Contact): boolean =>
      waysTo(addressesOf(contact), by, channels).some(({ routes }) => routes.length > 0);
    return { people, by, isReached: channels.length === 0 ? people.length > 0 : people.some(hasWay) };
  });
  const asked = found[place];
  const isMute = (step: (typeof found)[number]): boolean => step.people.length > 0 && !step.isReached;
  const isNobody = !found.some(({ isReached }) => isReached);
  const isOn = isNobody || (asked !== undefined && isMute(asked));
  const concern = isOn ? "on" : found.some(isMute) ? null : "off";
  if (asked?.isReached === true)
    return { people: asked.people, by: asked.by, isSkipped: false, isInstead: false, concern };
  if (place < steps.length - 1) return { people: [], by: null, isSkipped: true, isInstead: false, concern };
  const { people, by } = found.findLast(({ isReached }) => isReached) ?? {
    // Of a canary that no channel serves nobody is told: that it is late says so.
    people: id === canaryId ? [] : site.contacts,
    by: null,
  };
  return { people, by, isSkipped: false, isInstead: true, concern };
}
