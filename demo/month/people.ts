import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import { dayMs, type EpochMs, formatInstant, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { actOnAlarm } from "@coldkeep/server/alarms/alarm-commands.ts";
import type { Inside } from "@coldkeep/server/inside.ts";
import { decideUnit, moveUnit, registerUnit } from "@coldkeep/server/units/unit-commands.ts";
import { shelves } from "../blood-bank/stock.ts";

/** Where a unit was said to be from an instant on, in the order of saying. */
export interface ToldMovement {
  readonly din: string;
  readonly at: EpochMs;
  readonly appliance: string | null;
}

/** The people of the blood bank and their system: units come, move and leave, alarms are answered, held units are decided about. */
export interface People {
  readonly told: readonly ToldMovement[];
  /** Stocks the shelves. */
  readonly open: (inside: Inside) => void;
  /** What they do in a minute; most minutes nothing. */
  readonly minute: (inside: Inside, now: EpochMs) => void;
}

/** Chances per minute. */
const aMove = 1 / 15;
const anAnswer = 1 / 40;
const aShelving = 1 / 300;
const aDecision = 1 / 400;
/** Shares of movements that are told late, that are issues, and that are told twice. */
const late = 0.15;
const issued = 0.25;
const twice = 0.1;
/** Units that the quality officer looks at to find one that is held. */
const askedMax = 50;

/** Makes the people. The stock is as large as the demo's. */
export function makePeople(random: SeededRandom, startAt: EpochMs): People {
  const told: ToldMovement[] = [];
  const units: { readonly din: string; readonly productCode: string }[] = [];
  const appliances = shelves.map((shelf) => shelf.appliance);
  const oneOf = <Item>(items: readonly Item[]): Item | undefined => items[random.below(items.length)];
  const move = (
    inside: Inside,
    unit: (typeof units)[number],
    at: EpochMs,
    appliance: string | null,
  ): void => {
    told.push({ din: unit.din, at, appliance });
    const body = { ...unit, at: formatInstant(at), appliance, reason: `told ${told.length}` };
    moveUnit(inside, "blood-bank", body);
    if (random.next() < twice) moveUnit(inside, "blood-bank", body);
  };
  const receive = (inside: Inside, productCode: string, at: EpochMs, appliance: string): void => {
    const unit = { din: `A9999${String(units.length).padStart(8, "0")}`, productCode };
    registerUnit(inside, "blood-bank", { ...unit, description: null, expires: null });
    units.push(unit);
    move(inside, unit, at, appliance);
  };
  const moveOne = (inside: Inside, now: EpochMs): void => {
    const at = random.next() < late ? now - random.below(2 * dayMs) : now - random.below(10 * minuteMs);
    const shelf = oneOf(shelves);
    const unit = oneOf(units);
    if (shelf !== undefined && random.next() < issued)
      receive(inside, shelf.product.productCode, at, shelf.appliance);
    if (unit !== undefined)
      move(inside, unit, at, random.next() < issued ? null : (oneOf(appliances) ?? null));
  };
  const decideOne = (inside: Inside): void => {
    const asked = Array.from({ length: askedMax }, () => oneOf(units));
    const unit = asked.find((each) => each !== undefined && inside.units.find(each)?.status === "held");
    if (unit === undefined) return;
    const decision = random.next() < 0.5 ? ("release" as const) : ("discard" as const);
    decideUnit(inside, "quality", { ...unit, decision, by: "quality officer", reason: "assessed" });
  };
  return {
    told,
    open: (inside) => {
      for (const { appliance, product, count } of shelves) {
        for (let unit = 0; unit < count; unit += 1)
          receive(inside, product.productCode, startAt - dayMs - random.below(dayMs), appliance);
      }
    },
    minute: (inside, now) => {
      if (random.next() < aMove) moveOne(inside, now);
      if (random.next() < anAnswer) answer(inside, oneOf(inside.alarms.underWay())?.id);
      if (random.next() < aShelving)
        shelve(inside, oneOf(inside.alarms.underWay())?.id, now + (1 + random.below(8)) * hourMs);
      if (random.next() < aDecision) decideOne(inside);
    },
  };
}

function answer(inside: Inside, alarm: string | undefined): void {
  if (alarm === undefined) return;
  const by = "technologist";
  actOnAlarm(inside, "acknowledge", "api", { alarm, by, note: null, input: { kind: "acknowledge", by } });
}

function shelve(inside: Inside, alarm: string | undefined, until: EpochMs): void {
  if (alarm === undefined) return;
  const by = "technologist";
  actOnAlarm(inside, "shelve", "api", { alarm, by, note: "known", input: { kind: "shelve", until } });
}
