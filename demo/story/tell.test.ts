import { expect, test } from "vitest";
import type { Seen, SeenAlarm, SeenExcursion } from "./seen.ts";
import { nothingTold, tell, type Told } from "./tell.ts";

const setting = { url: "http://127.0.0.1:8080", names: new Map([["fridge-1", "Red cells 1"]]) };
const alarm: SeenAlarm = {
  id: "a1",
  kind: "temperature-high",
  phase: "unacknowledged",
  severity: "warning",
  appliance: "fridge-1",
  text: "Red cells 1: 7.2 °C",
};
const excursion: SeenExcursion = {
  id: "e1",
  probe: "fridge-1-product",
  appliance: "fridge-1",
  side: "high",
  status: "open",
  outMs: 20_000,
  extremeCelsius: 7.46,
  unitsHeld: 35,
  unitsGone: 1,
};
const nothing: Seen = { alarms: [], excursions: [], mails: [] };

/** The lines that a series of sightings gives, one list for each. */
function story(...seen: readonly Partial<Seen>[]): (readonly string[])[] {
  let told: Told = nothingTold;
  return seen.map((part) => {
    const next = tell(told, { ...nothing, ...part }, setting);
    told = next.told;
    return next.lines;
  });
}

test("an alarm is told once when it calls, when it is acknowledged, when it returns, and again when it comes back", () => {
  const phases = ["unacknowledged", "unacknowledged", "acknowledged", "normal", "unacknowledged"];
  expect(story(...phases.map((phase) => ({ alarms: [{ ...alarm, phase }] })))).toEqual([
    ["Alarm: Red cells 1: 7.2 °C"],
    [],
    ["Alarm acknowledged: Red cells 1: 7.2 °C"],
    [],
    ["Alarm: Red cells 1: 7.2 °C"],
  ]);
  const [, back] = story({ alarms: [alarm] }, { alarms: [{ ...alarm, phase: "returned-unacknowledged" }] });
  expect(back?.[0]).toMatch(/^Back to normal, nobody has acknowledged/);
});

test("a critical alarm says so", () => {
  expect(story({ alarms: [{ ...alarm, severity: "critical" }] })[0]).toEqual([
    "Alarm (critical): Red cells 1: 7.2 °C",
  ]);
});

test("mails with one subject are one line, each mail told once", () => {
  const mails = [
    { id: "1795313400001-000002", to: ["b@x"], subject: "Fridge" },
    { id: "1795313400000-000001", to: ["a@x"], subject: "Fridge" },
  ];
  const later = { id: "1795313400009-000000", to: ["a@x"], subject: "Freezer" };
  expect(story({ mails }, { mails }, { mails: [later, ...mails] })).toEqual([
    ["Mail to a@x and b@x: Fridge"],
    [],
    ["Mail to a@x: Freezer"],
  ]);
});

test("an excursion is told when it opens, with its units, and when it closes, with its figures", () => {
  const closed = { ...excursion, status: "closed", outMs: 41_000, extremeCelsius: 8.26 };
  const [opened, same, end, after] = story(
    { excursions: [excursion] },
    { excursions: [excursion] },
    { excursions: [closed] },
    { excursions: [] },
  );
  expect(opened?.[0]).toBe(
    "Excursion opened: Red cells 1, too warm, 35 units held, 1 of them already gone: recall",
  );
  expect(opened?.[1]).toContain("http://127.0.0.1:8080/excursions/e1/report.pdf");
  expect(same).toEqual([]);
  expect(end).toEqual([
    "Excursion closed: Red cells 1, 41 s out of range, 8.3 °C at worst; 35 units stay held until a person decides",
  ]);
  expect(after).toEqual([]);
});

test("a withdrawn excursion is told; what could not be read changes nothing", () => {
  const withdrawn = { ...excursion, status: "withdrawn" };
  const lines = story(
    { excursions: [excursion], alarms: [alarm] },
    { excursions: null, alarms: null },
    { excursions: [withdrawn], alarms: [alarm] },
  );
  expect(lines.slice(1)).toEqual([
    [],
    ["Excursion withdrawn: late readings show that Red cells 1 was in range"],
  ]);
});
