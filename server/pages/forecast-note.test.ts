/** What people read of a forecast and of two probes that disagree. */
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { expect, test } from "vitest";
import { applianceTile } from "./appliance-tile.ts";
import { doubtMark, forecastNote, soonestForecast } from "./forecast-note.ts";
import { sampleAppliance, sampleNow } from "./sample-views.ts";
import type { ProbeView } from "./views.ts";

const [plain] = sampleAppliance().probes;
if (plain === undefined) throw new RangeError("the sample appliance has a probe");
const at = Date.UTC(2026, 10, 22, 2, 41);
const high = { side: "high" as const, at, earliest: at - 3 * minuteMs, latest: at + 6 * minuteMs };
const text = (note: string): string =>
  note
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();

test("says the limit, when, and between when, in the site's time", () => {
  expect(text(forecastNote({ ...plain, forecast: high }, "Europe/Brussels"))).toBe(
    "At this rate above 6 °C at 03:41, between 03:38 and 03:47",
  );
  const low = { ...high, side: "low" as const };
  expect(text(forecastNote({ ...plain, forecast: low }, "UTC"))).toBe(
    "At this rate below 2 °C at 02:41, between 02:38 and 02:47",
  );
});

test("does not give a range that is one minute", () => {
  const soon = { ...high, earliest: at, latest: at + 30_000 };
  expect(text(forecastNote({ ...plain, forecast: soon }, "UTC"))).toBe("At this rate above 6 °C at 02:41");
});

test("says nothing where nothing is forecast or the probe has no such limit", () => {
  expect(forecastNote(plain, "UTC")).toBe("");
  expect(forecastNote({ ...plain, forecast: null }, "UTC")).toBe("");
  expect(forecastNote({ ...plain, forecast: high, limits: { ...plain.limits, high: null } }, "UTC")).toBe("");
});

test("a tile gives the soonest of its probes' forecasts, by name where it is not the probe shown, and marks doubt", () => {
  const other: ProbeView = { ...plain, id: "fridge-1-air", forecast: high };
  const later: ProbeView = {
    ...plain,
    forecast: { ...high, at: at + 1, latest: at + 9 * minuteMs },
    inDoubt: true,
  };
  const appliance = sampleAppliance({ probes: [later, other] });
  expect(text(soonestForecast(appliance, later, "UTC"))).toMatch(/^fridge-1-air: At this rate above/);
  const tile = applianceTile(appliance, sampleNow, "UTC");
  expect(tile).toContain("fridge-1-air: At this rate");
  expect(tile).toContain(doubtMark(later));
  expect(doubtMark(other)).toBe("");
});
