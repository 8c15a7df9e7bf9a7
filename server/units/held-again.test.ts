import { expect, test } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { testServer, testStart } from "../testing/test-server.ts";

const key = { din: "G123417000001", productCode: "E0336V00" };
const gone = { din: "G123417000002", productCode: "E0336V00" };
const at = (minute: number): string => formatInstant(testStart + minute * minuteMs);

test("late movements that show a unit inside after all, or for longer, hold a released one again; others do not", async () => {
  const running = await testServer({ start: testStart + 120 * minuteMs });
  const readings = Array.from({ length: 60 }, (_, minute) => ({
    at: testStart + minute * minuteMs,
    celsius: minute >= 5 && minute < 25 ? 7 : 4,
  }));
  await running.post("p1", readings);
  const move = (minute: number, appliance: string | null) =>
    running.call("POST", "/v1/movements", { ...key, at: at(minute), appliance, reason: "told late" });
  const release = () =>
    running.call("POST", `/v1/units/${key.din}/${key.productCode}/disposition`, {
      decision: "release",
      by: "Quality Officer",
      reason: "hardly inside",
    });
  const status = async () =>
    ((await running.call("GET", `/v1/units/${key.din}/${key.productCode}`)).json as { status: string })
      .status;
  await running.call("PUT", `/v1/units/${key.din}/${key.productCode}`, {});
  await move(20, "fridge-1");
  expect(await status()).toBe("held");
  await release();
  await move(22, null);
  expect(await status()).toBe("issued");
  await move(10, "fridge-1");
  expect(await status()).toBe("held");
  await release();
  await move(10, "fridge-2");
  await move(20, "fridge-2");
  await move(10, "fridge-2");
  expect(await status()).toBe("issued");
  await move(15, "fridge-1");
  expect(await status()).toBe("held");
  expect(replay(running.server.services.database, () => undefined).differing).toEqual([]);
  await running.stop();
});

test("a release is about what was known: later readings that make it worse hold the unit again, and those that make it better do not", async () => {
  const running = await testServer({ start: testStart + 120 * minuteMs });
  const movements = [key, gone].map((unit) => ({
    ...unit,
    at: at(0),
    appliance: "fridge-1",
    reason: "stock",
  }));
  await running.call("POST", "/v1/units/feed", { units: [key, gone], movements });
  const spell = (minutes: readonly number[], celsius: number) =>
    minutes.map((minute) => ({ at: testStart + minute * minuteMs, celsius }));
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
  await running.post("p1", [...spell(range(0, 5), 4), ...spell(range(5, 25), 7), ...spell(range(25, 60), 4)]);
  const status = async (unit: typeof key) =>
    ((await running.call("GET", `/v1/units/${unit.din}/${unit.productCode}`)).json as { status: string })
      .status;
  const decide = (unit: typeof key, decision: string) =>
    running.call("POST", `/v1/units/${unit.din}/${unit.productCode}/disposition`, {
      decision,
      by: "Quality Officer",
      reason: "core stayed below 10",
    });
  await decide(key, "release");
  await decide(gone, "discard");
  expect([await status(key), await status(gone)]).toEqual(["released", "discarded"]);
  await running.post("p1", [{ at: testStart + 10 * minuteMs + 30_000, celsius: 6.5 }]);
  expect(await status(key)).toBe("released");
  await running.post("p1", [{ at: testStart + 12 * minuteMs + 30_000, celsius: 9.5 }]);
  expect([await status(key), await status(gone)]).toEqual(["held", "discarded"]);
  expect(replay(running.server.services.database, () => undefined).differing).toEqual([]);
  await running.stop();
});
