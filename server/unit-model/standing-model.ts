import { expect } from "vitest";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import { isGrowing } from "@coldkeep/core/engine/excursion.ts";
import { holdsOf, judgeProbe, type NaiveHold } from "./naive-units.ts";
import type { StoryRecords } from "./story-records.ts";
import { type StoryProbe, type StoryUnit, storyUnits } from "./unit-story.ts";

interface Decided {
  readonly decision: string;
  /** What was known when it was decided. */
  readonly known: readonly NaiveHold[];
  /** Whether anything that the unit is exposed to was ever seen different since. */
  hasChanged: boolean;
}

/**
 * Which units are held, as a naive reading of "Held again" in docs/units.md has it. Whoever was exposed by what was known at some moment is held from then on, until a person decides. After that it
 * must be held again where what is known now is worse than what was known then, and may only be where something that it is exposed to was ever seen different in between: once held again it stays so,
 * also where later facts show that it need not have been. A discarded unit stays discarded.
 */
export class StandingModel {
  readonly #records: StoryRecords;
  readonly #decided = new Map<StoryUnit, Decided>();
  readonly #held = new Set<StoryUnit>();
  heldAgain = 0;

  constructor(records: StoryRecords) {
    this.#records = records;
  }

  /** Looks at what is known now. */
  look(): ReadonlyMap<StoryUnit, readonly NaiveHold[]> {
    const { facts, now } = this.#records;
    const judged = new Map<StoryProbe, ExcursionFigures[]>();
    const judge = (probe: StoryProbe): readonly ExcursionFigures[] => {
      const found = judged.get(probe) ?? judgeProbe(facts, probe, now);
      judged.set(probe, found);
      return found;
    };
    const known = new Map(storyUnits.map((unit) => [unit, holdsOf(facts.moves, unit, judge)]));
    for (const [unit, decided] of this.#decided)
      if (textOf(known.get(unit) ?? []) !== textOf(decided.known)) decided.hasChanged = true;
    return known;
  }

  /** A person decided about a unit. */
  decided(unit: StoryUnit, decision: string): void {
    const known = this.look().get(unit) ?? [];
    this.#decided.set(unit, { decision, known, hasChanged: false });
    this.#held.delete(unit);
  }

  /** Compares with the records; `settled`: all silence until now was judged. */
  check(when: "anytime" | "settled"): void {
    const known = this.look();
    for (const unit of storyUnits) {
      const { status } = this.#records.standing(unit);
      const decided = this.#decided.get(unit);
      if (decided?.decision === "discard") {
        expect(status).toBe("discarded");
        continue;
      }
      const isHeld = status === "held";
      // Nobody that was held is let go but by a person.
      if (this.#held.has(unit)) expect(status).toBe("held");
      if (isHeld && !this.#held.has(unit) && decided !== undefined) {
        this.heldAgain += 1;
        expect(
          decided.hasChanged,
          `${unit} is held again, though nothing that it is exposed to changed`,
        ).toBe(true);
      }
      if (isHeld) this.#held.add(unit);
      const holds = known.get(unit) ?? [];
      const must =
        decided === undefined
          ? holds
          : holds.filter((hold) => !decided.known.some((each) => covers(each, hold)));
      if (when === "settled" && must.length > 0)
        expect(status, `${unit} must be held by ${textOf(must)}`).toBe("held");
    }
  }
}

/** Whether what was known of an excursion then was at least as bad for a unit as what is known now. Mere growth in time of one that lasts is part of what was known. */
function covers(then: NaiveHold, now: NaiveHold): boolean {
  if (then.probe !== now.probe || then.figures.side !== now.figures.side) return false;
  if (then.held.from > now.held.from || then.held.to < now.held.to) return false;
  const isWithin = now.inside.every((each) =>
    then.inside.some(({ from, to }) => from <= each.from && each.to <= to),
  );
  if (!isWithin) return false;
  if (isGrowing(then.figures) && isGrowing(now.figures)) return true;
  const [a, b] = [then.figures, now.figures];
  const isFurther =
    a.extremeCelsius !== null &&
    b.extremeCelsius !== null &&
    (b.side === "low" ? b.extremeCelsius < a.extremeCelsius : b.extremeCelsius > a.extremeCelsius);
  return (
    b.outMs <= a.outMs &&
    b.outMs + b.unknownMs <= a.outMs + a.unknownMs &&
    !isFurther &&
    (a.critical || !b.critical)
  );
}

function textOf(holds: readonly NaiveHold[]): string {
  return JSON.stringify(holds.map(({ probe, figures, inside }) => [probe, figures, inside]));
}
