import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkScenario } from "./check.ts";
import { type Conditions, lasts, turnConditions } from "./conditions.ts";
import { type EventWord, eventWords, type ScenarioEvent } from "./event.ts";
import { arrange } from "./mischief.ts";
import { afterTurn, nextTurn, timeline, type Turn } from "./timeline.ts";
import { turnLine } from "./words.ts";

const stage = new Map([
  ["fridge-1", { transport: "line-1", channels: ["product", "air"] }],
  ["fridge-3", { transport: "mqtt", channels: ["product"] }],
]);
const check = (content: unknown): readonly ScenarioEvent[] => checkScenario(content, stage, "night.yaml");
const complaint = (content: unknown): string => {
  try {
    check(content);
  } catch (error) {
    if (error instanceof CodedError) return `${error.code} ${error.message}`;
  }
  return "no complaint";
};

function turns(events: readonly ScenarioEvent[], untilMs: number): readonly Turn[] {
  const taken: Turn[] = [];
  let line = timeline(events);
  for (let turn = nextTurn(line); turn !== null && turn.offsetMs <= untilMs; turn = nextTurn(line)) {
    taken.push(turn);
    line = afterTurn(line, turn);
  }
  return taken;
}

const events = fc.array(
  fc
    .record({
      at: fc.nat(500),
      length: fc.integer({ min: 0, max: 100 }),
      pause: fc.option(fc.integer({ min: 1, max: 50 })),
    })
    .map(({ at, length, pause }): ScenarioEvent => ({
      at,
      appliance: "fridge-1",
      event: "door-open",
      for: length,
      ...(pause === null ? {} : { repeatEvery: length + pause }),
    })),
  { maxLength: 8 },
);

describe("a timeline", () => {
  it("gives every beginning and end, in order, as a plain listing of them would", () => {
    fc.assert(
      fc.property(events, (all) => {
        const listed = all.flatMap((event) => {
          const found: string[] = [];
          for (let begin = event.at; begin <= 1_000; begin += event.repeatEvery ?? Infinity) {
            found.push(`${begin} begin`);
            if (begin + (event.for ?? 0) <= 1_000) found.push(`${begin + (event.for ?? 0)} end`);
          }
          return found;
        });
        const taken = turns(all, 1_000);
        expect(taken.map((turn) => `${turn.offsetMs} ${turn.phase}`).toSorted()).toEqual(listed.toSorted());
        expect(taken.map((turn) => turn.offsetMs)).toEqual(
          taken.map((turn) => turn.offsetMs).toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it("holds a condition exactly while any of its events lasts", () => {
    fc.assert(
      fc.property(events, fc.nat(1_000), (all, at) => {
        const conditions = turns(all, at).reduce<Conditions>(turnConditions, []);
        const covered = all.some((event) => {
          const since = at - event.at;
          return (
            since >= 0 &&
            (event.repeatEvery === undefined ? since : since % event.repeatEvery) < (event.for ?? 0)
          );
        });
        expect(lasts(conditions, "door-open")).toBe(covered);
      }),
    );
  });
});

describe("a scenario file", () => {
  it("is read with its durations", () => {
    const [event] = check([{ at: "20s", appliance: "fridge-3", event: "clock-jump", by: "-1h30m" }]);
    expect(event).toMatchObject({ at: 20_000, by: -5_400_000 });
  });

  it.each([
    [
      { at: "20s", appliance: "fridge-9", event: "door-open", for: "5s" },
      "[0].appliance: expected one of fridge-1, fridge-3",
    ],
    [{ at: "20s", appliance: "fridge-1", event: "door-open" }, "[0].for: expected how long door-open lasts"],
    [{ at: 20, appliance: "fridge-1", event: "reboot" }, "[0].at: "],
    [{ at: "20s", appliance: "fridge-1", event: "reboot", for: "2s" }, "[0].for: a reboot has no length"],
    [{ at: "20s", appliance: "fridge-1", event: "explosion", for: "2s" }, "[0].event: "],
    [
      { at: "20s", appliance: "fridge-1", event: "clock-jump", by: "2h" },
      "[0].event: fridge-1 speaks serial",
    ],
    [{ at: "20s", appliance: "fridge-3", event: "clock-jump" }, "[0].by: expected for clock-jump"],
    [{ at: "20s", appliance: "fridge-3", event: "clock-jump", by: "soon" }, "[0].by: expected a duration"],
    [
      { at: "1s", appliance: "fridge-3", event: "sensor-open", for: "5s", channel: "air" },
      "[0].channel: expected one of product",
    ],
    [
      { at: "1s", appliance: "fridge-1", event: "agitator-stopped", for: "5s" },
      "[0].event: fridge-1 shows no agitator",
    ],
    [
      { at: "1s", appliance: "fridge-1", event: "silence", for: "5s", channel: "air" },
      "[0].channel: only sensor faults",
    ],
    [
      { at: "1s", appliance: "fridge-1", event: "silence", for: "5s", repeatEvery: "5s" },
      "[0].repeatEvery: expected longer",
    ],
    [{ at: "1s", appliance: "fridge-1", event: "silence", for: "5s", colour: "red" }, "[0]: "],
  ])("with the mistake %j is refused, naming file and path", (event, expected) => {
    const text = complaint([event]);
    expect(text).toContain("settings.invalid night.yaml cannot be used:");
    expect(text).toContain(expected);
  });
});

describe("a bad link", () => {
  const under = (...words: readonly EventWord[]): Conditions =>
    words.map((event) => ({ at: 0, appliance: "fridge-1", event, for: 1 }));

  it("loses nothing and invents nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.subarray([...eventWords]), (items, words) => {
        const { send, wait } = arrange(under(...words), items);
        expect(new Set([...send, ...wait])).toEqual(new Set(items));
      }),
    );
  });

  it("swaps pairs, doubles, waits", () => {
    expect(arrange(under("reordered-sends"), [1, 2, 3])).toEqual({ send: [2, 1], wait: [3] });
    expect(arrange(under("duplicate-sends"), [1, 2])).toEqual({ send: [1, 1, 2, 2], wait: [] });
    expect(arrange(under("silence", "duplicate-sends"), [1, 2])).toEqual({ send: [], wait: [1, 2] });
    expect(arrange(under("door-open"), [1, 2])).toEqual({ send: [1, 2], wait: [] });
  });
});

describe("the line for the person who watches", () => {
  const at = Temporal.Instant.from("2026-11-22T11:03:20Z").epochMilliseconds;
  const line = (event: ScenarioEvent, phase: Turn["phase"]): string =>
    turnLine({ offsetMs: 0, phase, event }, "line-1", at, "Europe/Brussels");

  it("tells what happens, in local time", () => {
    const door: ScenarioEvent = { at: 0, appliance: "fridge-1", event: "door-open", for: 35_000 };
    expect(line(door, "begin")).toBe("12:03:20 door of fridge-1 left open for 35 s");
    expect(line(door, "end")).toBe("12:03:20 door of fridge-1 closed");
    const jump: ScenarioEvent = { at: 0, appliance: "fridge-3", event: "clock-jump", by: -7_200_000 };
    expect(line(jump, "begin")).toBe("12:03:20 clock of fridge-3 jumps back by 2 h 00 min");
  });
});
