import type { Policy, PolicyStep } from "../summons/policy-section.ts";
import type { EpochMs } from "../time/millis.ts";
import { addressesOf } from "./contact-section.ts";
import { contactsOf, type DutySite } from "./people-of.ts";
import { type ChannelFact, waysTo } from "./reach.ts";
import { dutyCuts, dutySpans } from "./rota.ts";

/** A span in which a step of a policy, or all of them, reach nobody: `from` included, `to` not. */
export interface Hole {
  readonly policy: string;
  /** The step, from 0; null where no step reaches anybody. */
  readonly step: number | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** `nobody`: nobody is named or on duty; `no-channel`: those who are cannot be told by any channel that works. */
  readonly why: "nobody" | "no-channel";
}

/**
 * The exact spans from an instant up to another in which a call by one of the policies would reach nobody in a step, and those in which it would reach nobody in
 * any. `channels` are those that work. In order of the policies, those about all steps first, then of the steps and of time.
 */
export function holesAhead(
  site: DutySite,
  policies: readonly Pick<Policy, "id" | "steps">[],
  channels: readonly ChannelFact[],
  from: EpochMs,
  to: EpochMs,
): Hole[] {
  return policies.flatMap(({ id, steps }) => {
    const named = new Set(
      steps.flatMap(({ call }) => call.flatMap((callee) => ("rota" in callee ? [callee.rota] : []))),
    );
    const cuts = (site.rotas ?? [])
      .filter((rota) => named.has(rota.id))
      .flatMap((rota) => dutyCuts(rota, site, from, to));
    const starts = [...new Set([from, ...cuts])].toSorted((a, b) => a - b);
    const whole: Hole[] = [];
    const single: Hole[] = [];
    for (const [index, start] of starts.entries()) {
      const end = starts[index + 1] ?? to;
      if (start >= end) continue;
      const found = steps.map((step) => whyNobody(site, step, channels, start));
      for (const [step, why] of found.entries()) {
        if (why !== null) single.push({ policy: id, step, from: start, to: end, why });
      }
      if (found.every((why) => why !== null)) {
        const why = found.includes("no-channel") ? "no-channel" : "nobody";
        whole.push({ policy: id, step: null, from: start, to: end, why });
      }
    }
    const byStep = steps.flatMap((_step, index) => single.filter(({ step }) => step === index));
    return joined([...whole, ...byStep]);
  });
}

/**
 * The holes that are an alarm: those in which no step of a policy reaches anybody, and those in which people of a step are on duty whom nothing reaches. A step with nobody on duty is
 * planned where another step reaches somebody: it is not waited for.
 */
export function holesOfConcern(holes: readonly Hole[]): Hole[] {
  return holes.filter(({ step, why }) => step === null || why === "no-channel");
}

/** A span in which nobody is on duty in a rota that must be filled: `from` included, `to` not. */
export interface RotaGap {
  readonly rota: string;
  readonly name: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** The exact spans from an instant up to another in which rotas that must be filled at any hour are not. In order of the rotas, then of time. */
export function rotaGaps(site: DutySite, from: EpochMs, to: EpochMs): RotaGap[] {
  return (site.rotas ?? []).flatMap((rota) =>
    rota.mustBeFilled === true
      ? dutySpans(rota, site, from, to).flatMap((span) =>
          span.people.length === 0 ? [{ rota: rota.id, name: rota.name, from: span.from, to: span.to }] : [],
        )
      : [],
  );
}

/** Why a step reaches nobody at an instant; null where it reaches somebody. */
export function whyNobody(
  site: DutySite,
  { call, by }: PolicyStep,
  channels: readonly ChannelFact[],
  at: EpochMs,
): Hole["why"] | null {
  const people = call.flatMap((callee) => contactsOf(site, callee, at));
  if (people.length === 0) return "nobody";
  const isReached = people.some((contact) =>
    waysTo(addressesOf(contact), by ?? null, channels).some(({ routes }) => routes.length > 0),
  );
  return isReached ? null : "no-channel";
}

/** Spans that follow one another and say the same are one. */
function joined(holes: readonly Hole[]): Hole[] {
  const found: Hole[] = [];
  for (const hole of holes) {
    const before = found[found.length - 1];
    const goesOn = before?.to === hole.from && before.step === hole.step && before.why === hole.why;
    if (goesOn) found[found.length - 1] = { ...before, to: hole.to };
    else found.push(hole);
  }
  return found;
}
