import { expect, test } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { exampleSite, testServer, testStart } from "../testing/test-server.ts";

const swapped = exampleSite.replace("{ id: p1 }", "{ id: px }").replace("{ id: p2 }", "{ id: p1 }");

test("an excursion is that of the appliance in which its probe was when it began, also where it is revised or found after the probe was moved", async () => {
  const first = await testServer({ start: testStart + 61 * minuteMs });
  const units = ["fridge-1", "fridge-2"].map((appliance) => ({
    unit: { din: `G12341700000${appliance.at(-1)}`, productCode: "E0336V00" },
    appliance,
  }));
  const movements = units.map(({ unit, appliance }) => ({
    ...unit,
    at: formatInstant(testStart),
    appliance,
    reason: "stock",
  }));
  await first.call("POST", "/v1/units/feed", { units: units.map(({ unit }) => unit), movements });
  const spell = (from: number, to: number, celsius: number) =>
    Array.from({ length: to - from }, (_, minute) => ({
      at: testStart + (from + minute) * minuteMs,
      celsius,
    }));
  await first.post("p1", [...spell(0, 5, 4), ...spell(5, 20, 7), ...spell(20, 61, 4)]);
  const running = await first.restart({ site: swapped });
  const exposedTo = () =>
    Promise.all(
      units.map(async ({ unit: { din, productCode } }) => {
        const { json } = await running.call("GET", `/v1/units/${din}/${productCode}`);
        return (json as { holds: { exposed: boolean }[] }).holds.filter(({ exposed }) => exposed).length;
      }),
    );
  expect(await exposedTo()).toEqual([1, 0]);
  await running.post("p1", [{ at: testStart + 12.5 * minuteMs, celsius: 9 }]);
  expect(await exposedTo()).toEqual([1, 0]);
  await running.post("p1", [{ at: testStart + 40.5 * minuteMs, celsius: 13 }]);
  expect(await exposedTo()).toEqual([2, 0]);
  running.clock.advance(20 * minuteMs);
  await running.post("p1", [...spell(61, 64, 4), ...spell(64, 80, 13)]);
  expect(await exposedTo()).toEqual([2, 1]);
  const { json } = await running.call("GET", "/v1/excursions");
  expect((json as { items: { appliance: string }[] }).items.map(({ appliance }) => appliance)).toEqual([
    "fridge-2",
    "fridge-1",
    "fridge-1",
  ]);
  expect(replay(running.server.services.database, () => undefined).differing).toEqual([]);
  await running.stop();
});
