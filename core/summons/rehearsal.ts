import { addressesOf, type Contact } from "../duty/contact-section.ts";
import type { Medium } from "../duty/media.ts";
import { type ChannelFact, waysTo } from "../duty/reach.ts";
import { nextTimeOfDay } from "../duty/time-of-day.ts";
import type { Site } from "../site/site.ts";
import { dayMs, type DurationMs, type EpochMs } from "../time/millis.ts";
import { type AlarmMark, escalationOf, policyFor } from "./choose-policy.ts";
import type { Policy } from "./policy-section.ts";
import { contactsNamed, peopleOfStep, type StepPeople } from "./step-people.ts";
import { openSummons, stepSummons, summonsDueAt, type SummonsEffect } from "./summons.ts";

/** Most events of a rehearsal. */
export const rehearsedEventsMax = 40;

/** How far a rehearsal goes: what comes later is repetitions. Unit ms. */
export const rehearsedMs: DurationMs = dayMs;

/** A person as a call would reach them: by these media at the same time. None where no channel that works has an address of theirs. */
export interface RehearsedPerson {
  readonly contact: Contact;
  readonly media: readonly Medium[];
}

/**
 * What a call would do. `isRepeat`: the last step once more; `isSkipped`: the step reaches nobody and is not waited for; `isInstead`: others are called in the place of those whom the step
 * names.
 */
export type RehearsedEvent =
  | {
      readonly kind: "call";
      readonly at: EpochMs;
      /** From 0. */
      readonly step: number;
      readonly isRepeat: boolean;
      readonly isSkipped: boolean;
      readonly isInstead: boolean;
      readonly people: readonly RehearsedPerson[];
    }
  | { readonly kind: "digest"; readonly at: EpochMs; readonly people: readonly RehearsedPerson[] }
  | { readonly kind: "unanswered"; readonly at: EpochMs };

/** What would happen if an alarm began at an instant and nobody answered. */
export interface Rehearsal {
  /** The policy that applies; null where none fits, and everybody is called at once. */
  readonly policy: Policy | null;
  /** In order of time, up to the first repetition after silence became an alarm. */
  readonly events: readonly RehearsedEvent[];
}

/** Rehearses the call about an alarm that begins at `at`, by the state machine that makes real ones. `channels` are those that work. */
export function rehearseCall(
  site: Site,
  mark: AlarmMark,
  channels: readonly ChannelFact[],
  at: EpochMs,
): Rehearsal {
  const policy = policyFor(site.policies ?? [], mark);
  if (policy?.digestAt !== undefined) {
    const due = nextTimeOfDay(at, policy.digestAt, site.timeZone);
    const [step] = policy.steps;
    const named = step === undefined ? site.contacts : contactsNamed(site, step.call, due);
    // Nobody is rung up for what presses nobody.
    const quiet = channels.filter(({ medium }) => medium !== "voice");
    const people = reached(named, step?.by ?? null, quiet);
    return { policy, events: [{ kind: "digest", at: due, people }] };
  }
  const events: RehearsedEvent[] = [];
  let isOver = false;
  const take = (effects: readonly SummonsEffect[], now: EpochMs): boolean => {
    let isSkipped = false;
    for (const effect of effects) {
      if (effect.kind === "unanswered") events.push({ kind: "unanswered", at: now });
      if (effect.kind !== "call") continue;
      const called =
        policy === null ? everybody(site) : peopleOfStep(site, policy, effect.step, channels, now);
      ({ isSkipped } = called);
      const isRepeat = events.some((event) => event.kind === "call" && event.step === effect.step);
      isOver ||= isRepeat && events.some(({ kind }) => kind === "unanswered");
      const people = reached(called.people, called.by, channels);
      const { isInstead } = called;
      events.push({ kind: "call", at: now, step: effect.step, isRepeat, isSkipped, isInstead, people });
    }
    return isSkipped;
  };
  let { state, effects } = openSummons(escalationOf(policy), ["rehearsed"], at);
  let now = at;
  for (;;) {
    while (take(effects, now)) ({ state, effects } = stepSummons(state, { kind: "unreached" }, now));
    const due = summonsDueAt(state);
    if (isOver || due === null || due > at + rehearsedMs || events.length >= rehearsedEventsMax)
      return { policy, events };
    now = due;
    ({ state, effects } = stepSummons(state, { kind: "tick" }, now));
  }
}

function everybody(site: Site): Pick<StepPeople, "people" | "by" | "isSkipped" | "isInstead"> {
  return { people: site.contacts, by: null, isSkipped: false, isInstead: false };
}

function reached(
  people: readonly Contact[],
  by: readonly Medium[] | null,
  channels: readonly ChannelFact[],
): RehearsedPerson[] {
  return people.map((contact) => ({
    contact,
    media: waysTo(addressesOf(contact), by, channels)
      .filter(({ routes }) => routes.length > 0)
      .map(({ medium }) => medium),
  }));
}
