import { expect, test } from "vitest";
import { hourMs, minuteMs } from "../time/millis.ts";
import { type Rota, rotaSchema } from "./duty-section.ts";
import { dutySpans, onDuty } from "./rota.ts";

const calendar = { timeZone: "Europe/Brussels", holidays: { "2026-12-25": "Christmas" } };
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

function rota(layer: object, overrides: readonly object[] = []): Rota {
  return rotaSchema.parse({
    id: "nights",
    name: "Nights",
    layers: [
      {
        id: "a",
        start: "2026-01-05",
        cycleDays: 7,
        handOvers: [{ at: "08:00" }],
        people: ["ann", "bob"],
        ...layer,
      },
    ],
    overrides,
  });
}

test.each([
  ["2026-03-28T12:00:00Z", 7],
  ["2026-10-24T12:00:00Z", 9],
  ["2026-11-24T12:00:00Z", 8],
])("the night of %s from 22:00 to 06:00 has %d hours", (from, hours) => {
  const spans = dutySpans(
    rota({ only: [{ from: "22:00", to: "06:00" }] }),
    calendar,
    at(from),
    at(from) + 24 * hourMs,
  );
  expect(spans.map(({ people }) => people.length)).toEqual([0, 1, 0]);
  expect(spans.slice(1, 2).map((span) => (span.to - span.from) / hourMs)).toEqual([hours]);
});

test.each([
  // Clocks go from 02:00 to 03:00: the hand-over is at that instant.
  ["2026-03-28", "2026-03-29T01:00:00Z"],
  // Clocks show 02:30 twice: it is at the first.
  ["2026-10-24", "2026-10-25T00:30:00Z"],
])("a hand-over at 02:30 in the night after %s is at %s", (day, expected) => {
  const spans = dutySpans(
    rota({ start: day, cycleDays: 1, handOvers: [{ at: "02:30" }] }),
    calendar,
    at(`${day}T12:00:00Z`),
    at(`${day}T12:00:00Z`) + 20 * hourMs,
  );
  expect(spans.map(({ people }) => people)).toEqual([["ann"], ["bob"]]);
  expect(spans[1]?.from).toBe(at(expected));
});

test("an override replaces everybody, or one person, or takes one away without anybody instead", () => {
  const both = { people: [["ann", "bob"]] };
  const span = { id: "o", from: "2026-11-24T20:00:00Z", to: "2026-11-25T05:00:00Z", reason: "ill" };
  const during = at("2026-11-25T00:00:00Z");
  expect(onDuty(rota(both, [{ ...span, who: "cid" }]), calendar, during)).toEqual(["cid"]);
  expect(onDuty(rota(both, [{ ...span, who: "cid", instead: "bob" }]), calendar, during)).toEqual([
    "ann",
    "cid",
  ]);
  expect(onDuty(rota(both, [{ ...span, instead: "ann" }]), calendar, during)).toEqual(["bob"]);
  expect(onDuty(rota(both, [{ ...span, who: "cid" }]), calendar, at(span.to))).toEqual(["ann", "bob"]);
  expect(onDuty(rota(both, [{ ...span, who: "cid" }]), calendar, at(span.from) - 1)).toEqual(["ann", "bob"]);
});

test("shifts within a day, years ahead", () => {
  const shifts = rota({
    start: "2026-01-01",
    cycleDays: 1,
    handOvers: [{ at: "06:00" }, { at: "14:00" }, { at: "22:00" }],
    people: ["ann", "bob", "cid", "dee"],
  });
  // 3,652 days and a shift later: 10,957 shifts, the turn of the second of four.
  expect(onDuty(shifts, calendar, at("2036-01-01T13:00:00Z") + minuteMs)).toEqual(["bob"]);
});

test("a layer for holidays alone", () => {
  const only = rota({ only: [{ from: "08:00", to: "08:00", holidays: "only" }] });
  expect(onDuty(only, calendar, at("2026-12-26T06:59:59Z"))).toHaveLength(1);
  expect(onDuty(only, calendar, at("2026-12-26T07:00:00Z"))).toEqual([]);
});
