import { phaseOf } from "../alarms/lifecycle.ts";
import type { ExcursionFigures } from "../engine/excursion.ts";
import { measure } from "../engine/measure.ts";
import { compareFigures, figuresText } from "./figures.ts";
import type { WatchedAlarm } from "./alarm-watch.ts";
import { isRefused } from "./deliveries.ts";
import type { ExpectedCoverage, Expectation, Scenario } from "./scenario.ts";
import { durationText, timeText } from "./times.ts";
import { excursionsOf, exposedUnits, historiesOf, type World } from "./world.ts";

/** What a comparison gave, in the words of a scenario. */
export interface Comparison {
  readonly isSame: boolean;
  readonly expected: string;
  readonly got: string;
}

type Of<Kind extends Expectation["kind"]> = Extract<Expectation, { kind: Kind }>;

/** Compares an expectation with what is known now. */
export function compare(expected: Expectation, world: World, scenario: Scenario): Comparison {
  switch (expected.kind) {
    case "excursion":
      return compareExcursion(expected, world, scenario);
    case "excursion-count":
      return compareCount(expected, world, scenario);
    case "coverage":
      return compareCoverage(expected, world);
    case "alarm":
      return compareAlarm(expected, world, scenario);
    case "no-alarm":
      return compareNoAlarm(expected, world);
    case "revision":
    case "no-revision":
    case "revisions":
      return compareRevisions(expected, world);
    case "unit":
      return compareUnit(expected, world, scenario);
    case "refused": {
      const count = scenario.sent.filter((sent) => isRefused(sent) && sent.sentAt <= world.now).length;
      return {
        isSame: count === expected.count,
        expected: `${expected.count} refused`,
        got: `${count} refused`,
      };
    }
  }
}

function compareExcursion(
  { probe, side, figures }: Of<"excursion">,
  world: World,
  { frame }: Scenario,
): Comparison {
  const found = excursionsOf(world, probe);
  const compared = found
    .filter((each) => each.side === side)
    .map((each) => compareFigures(figures, each, frame));
  const isRight = (list: (typeof compared)[number]): boolean => list.every(({ isSame }) => isSame);
  const closest = compared.toSorted((a, b) => wrongIn(a) - wrongIn(b))[0];
  const nothing = compareFigures(figures, noFigures, frame);
  const expected = (closest ?? nothing).map((each) => `${each.name} ${each.expected}`.trim());
  return {
    isSame: compared.some(isRight),
    expected: [side, "excursion", ...expected].join(" "),
    got:
      closest === undefined
        ? listText(found, `no ${side} excursion`, (each) => figuresText(each, frame))
        : [side, "excursion", ...closest.map((each) => `${each.name} ${each.got}`.trim())].join(" "),
  };
}

/** Stands for an excursion where there is none, so that what was expected can be written down. */
const noFigures: ExcursionFigures = {
  side: "unmonitored",
  start: 0,
  end: null,
  provenGoodBefore: null,
  provenGoodAfter: null,
  outMs: 0,
  unknownMs: 0,
  extremeCelsius: null,
  degreeMinutes: 0,
  critical: false,
};

function wrongIn(list: readonly { readonly isSame: boolean }[]): number {
  return list.filter(({ isSame }) => !isSame).length;
}

function listText<Item>(items: readonly Item[], none: string, text: (item: Item) => string): string {
  return items.length === 0 ? none : `${none}, but ${items.map(text).join("; ")}`;
}

function compareCount(expected: Of<"excursion-count">, world: World, { frame }: Scenario): Comparison {
  const { probe, side, status, count } = expected;
  const found = excursionsOf(world, probe).filter(
    (each) =>
      (side === null || each.side === side) &&
      (status === null || (each.end === null) === (status === "open")),
  );
  const what = [status, side, "excursion"].filter((word) => word !== null).join(" ");
  const counted = (number: number): string => `${number} ${what}${number === 1 ? "" : "s"}`;
  const list = found.map((each) => figuresText(each, frame)).join("; ");
  return {
    isSame: found.length === count,
    expected: counted(count),
    got: `${counted(found.length)}${list === "" ? "" : `: ${list}`}`,
  };
}

function compareCoverage({ probe, from, to, parts }: Of<"coverage">, world: World): Comparison {
  const [history] = historiesOf(world, probe);
  if (history === undefined) return { isSame: false, expected: "coverage", got: "no such probe" };
  const found = measure(history.readings, history.probe.rules, { from, to }, world.now);
  const names = ["in", "low", "high", "unknown", "pending"] as const;
  const text = (values: ExpectedCoverage): string =>
    names
      .filter((name) => parts[`${name}Ms`] !== undefined)
      .map((name) => `${name} ${durationText(values[`${name}Ms`] ?? 0)}`)
      .join(" ");
  return { isSame: text(parts) === text(found), expected: text(parts), got: text(found) };
}

function compareAlarm(
  { probe, alarm, phase, raisedAt }: Of<"alarm">,
  world: World,
  { frame }: Scenario,
): Comparison {
  const found = world.alarms.find((each) => each.kind === alarm && (probe === null || each.probe === probe));
  const text = (nowPhase: string, at: number): string =>
    [alarm, phase === null ? "" : nowPhase, raisedAt === null ? "" : `raised ${timeText(at, frame)}`]
      .filter((word) => word !== "")
      .join(" ");
  const expected = text(phase ?? "", raisedAt ?? 0);
  if (found === undefined)
    return { isSame: false, expected, got: listText(world.alarms, `no ${alarm}`, alarmText) };
  const got = text(phaseOf(found.state), found.state.raisedAt);
  return { isSame: got === expected, expected, got };
}

function alarmText({ kind, state }: WatchedAlarm): string {
  return `${kind} ${phaseOf(state)}`;
}

function compareNoAlarm({ probe, alarm }: Of<"no-alarm">, world: World): Comparison {
  const found = world.alarms.filter(
    (each) => (probe === null || each.probe === probe) && (alarm === null || each.kind === alarm),
  );
  const none = `no ${alarm ?? "alarm"}`;
  return {
    isSame: found.length === 0,
    expected: none,
    got: found.length === 0 ? none : found.map(alarmText).join("; "),
  };
}

function compareRevisions(expected: Of<"revision" | "no-revision" | "revisions">, world: World): Comparison {
  const known = historiesOf(world, expected.probe).flatMap((history) => history.revisions);
  const changes = known.map(({ change }) => change);
  const got = changes.length === 0 ? "no revisions" : `revisions ${changes.join(" ")}`;
  switch (expected.kind) {
    case "revision":
      return {
        isSame: changes.includes(expected.change),
        expected: `a revision ${expected.change}`,
        got,
      };
    case "no-revision": {
      const { change } = expected;
      const isSame = change === null ? changes.length === 0 : !changes.includes(change);
      return { isSame, expected: `no revision ${change ?? ""}`.trim(), got };
    }
    case "revisions": {
      const wanted = `revisions ${expected.changes.join(" ")}`;
      return { isSame: wanted === got, expected: wanted, got };
    }
  }
}

function compareUnit({ unit, what, is }: Of<"unit">, world: World, scenario: Scenario): Comparison {
  const found = what === "held" ? world.held.has(unit) : exposedUnits(world, scenario).has(unit);
  const text = (is: boolean): string => `unit ${unit} ${is ? "" : "not "}${what}`;
  return { isSame: found === is, expected: text(is), got: text(found) };
}
