/** Flood collapse: whatever comes on, every call is told once, in time, and a flood is told in few messages. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs, secondMs } from "../time/millis.ts";
import {
  type Call,
  gather,
  type GatheredCall,
  type GatherState,
  nextFlush,
  slideMaxMs,
  waitMaxMs,
  windowsMs,
} from "./gathering.ts";

const call = (alarm: string, causes: readonly string[], rest: Partial<Call> = {}): Call => ({
  alarm,
  number: 1,
  about: "onset",
  urgency: "later",
  causes,
  ...rest,
});

interface Told extends GatheredCall {
  readonly at: number;
}

/** Plays calls at their times, with a tick each second, until nothing waits. */
function play(coming: readonly { readonly at: number; readonly call: Call }[]): Told[] {
  const told: Told[] = [];
  let state: GatherState = [];
  const last = Math.max(0, ...coming.map(({ at }) => at));
  const byTime = Map.groupBy(coming, ({ at }) => at);
  for (let at = 0; at <= last || nextFlush(state) !== null; at += secondMs) {
    const calls = byTime.get(at) ?? [];
    const due = nextFlush(state);
    if (calls.length === 0 && (due === null || due > at)) continue;
    const next = gather(
      state,
      calls.map((each) => each.call),
      at,
    );
    state = JSON.parse(JSON.stringify(next.state)) as GatherState;
    told.push(...next.messages.map((message) => ({ ...message, at })));
  }
  return told;
}

test("a call that comes alone goes out at once", () => {
  expect(play([{ at: 0, call: call("a", ["appliance:1"]) }])).toMatchObject([
    { at: 0, calls: [{ alarm: "a" }] },
  ]);
});

test("what follows of the same cause within the window is one further call that names what they share", () => {
  const told = play([
    { at: 0, call: call("a", ["appliance:1", "circuit:x", "room:r"]) },
    { at: 2 * secondMs, call: call("b", ["appliance:2", "circuit:x", "room:r"]) },
    { at: 3 * secondMs, call: call("c", ["appliance:3", "circuit:x", "room:s"]) },
  ]);
  expect(told.map(({ calls }) => calls.map(({ alarm }) => alarm))).toEqual([["a"], ["b", "c"]]);
  expect(told[1]).toMatchObject({ at: 13 * secondMs, causes: ["circuit:x"] });
});

test("two causes at a time are called at once each, a third makes it the site", () => {
  const told = play([
    { at: 0, call: call("a", ["appliance:1"]) },
    { at: secondMs, call: call("b", ["appliance:2"]) },
    { at: 2 * secondMs, call: call("c", ["appliance:3"]) },
    { at: 3 * secondMs, call: call("d", ["appliance:4"]) },
  ]);
  expect(told.map(({ calls, causes }) => [calls.length, causes?.[0] ?? null])).toEqual([
    [1, "appliance:1"],
    [1, "appliance:2"],
    [2, null],
  ]);
});

test("a critical alarm in a flood waits 10 seconds at the most", () => {
  const told = play([
    ...Array.from({ length: 60 }, (_, index) => ({
      at: index * secondMs,
      call: call(`a${index}`, ["gateway:g"]),
    })),
    { at: 20 * secondMs, call: call("hot", ["gateway:g"], { urgency: "now" }) },
  ]);
  const hot = told.find(({ calls }) => calls.some(({ alarm }) => alarm === "hot"));
  expect(hot?.at).toBe(30 * secondMs);
});

const spread = fc.record({
  at: fc.nat({ max: 600 }).map((second) => second * secondMs),
  appliance: fc.nat({ max: 30 }),
  urgency: fc.constantFrom("now" as const, "soon" as const, "later" as const),
  about: fc.constantFrom("onset" as const, "again" as const, "return" as const),
});

test("every call is told once, none too late for its urgency, good news apart from bad", () => {
  fc.assert(
    fc.property(fc.array(spread, { maxLength: 200, size: "max" }), (list) => {
      const coming = list.map(({ at, appliance, urgency, about }, index) => ({
        at,
        call: call(
          `a${index}`,
          [`appliance:${appliance}`, `circuit:${appliance % 6}`, `room:${appliance % 3}`],
          {
            urgency,
            about,
          },
        ),
      }));
      const told = play(coming);
      const alarms = told.flatMap(({ calls }) => calls.map(({ alarm }) => alarm));
      expect(alarms.toSorted()).toEqual(coming.map((each) => each.call.alarm).toSorted());
      for (const { at, calls, causes } of told) {
        expect(new Set(calls.map(({ about }) => about === "return")).size).toBe(1);
        for (const each of calls) {
          const cameAt = coming.find((one) => one.call.alarm === each.alarm)?.at ?? 0;
          const longest = waitMaxMs[each.urgency] ?? Math.max(slideMaxMs, ...windowsMs);
          expect(at - cameAt).toBeLessThanOrEqual(longest);
          if (causes !== null) for (const cause of causes) expect(each.causes).toContain(cause);
        }
      }
    }),
    { numRuns: Number(process.env["RUNS"] ?? 200) },
  );
});

test("five hundred calls within a minute are three messages at most, whatever they share", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 59 }), { minLength: 500, maxLength: 500 }),
      fc.integer({ min: 1, max: 20 }),
      (seconds, circuits) => {
        const told = play(
          seconds.map((second, index) => ({
            at: second * secondMs,
            call: call(`a${index}`, [`appliance:${index}`, `circuit:${index % circuits}`]),
          })),
        );
        expect(told.length).toBeLessThanOrEqual(3);
        expect(told.reduce((sum, { calls }) => sum + calls.length, 0)).toBe(500);
        expect(told.at(-1)?.at ?? 0).toBeLessThanOrEqual(2 * minuteMs);
      },
    ),
    { numRuns: 50 },
  );
});
