import { expect, test } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { testServer, testStart } from "../testing/test-server.ts";

const unit = { din: "G123417000001", productCode: "E0336V00" };

test("a unit's ledger tells equipment from time out of storage, and rules advise with their source", async () => {
  const running = await testServer({ start: testStart + 120 * minuteMs });
  const at = (minute: number): string => formatInstant(testStart + minute * minuteMs);
  const movements = [
    { ...unit, at: at(0), appliance: "fridge-1", reason: "stock" },
    { ...unit, at: at(50), appliance: null, reason: "to the ward" },
    { ...unit, at: at(95), appliance: "fridge-1", reason: "returned" },
  ];
  await running.call("POST", "/v1/units/feed", { units: [unit], movements });
  const celsius = [4, ...Array.from({ length: 20 }, () => 9), ...Array.from({ length: 99 }, () => 4)];
  await running.post(
    "p1",
    celsius.map((each, minute) => ({ at: testStart + minute * minuteMs, celsius: each })),
  );
  const { json } = await running.call("GET", `/v1/units/${unit.din}/${unit.productCode}`);
  const outMs = 45 * minuteMs;
  expect(json).toMatchObject({
    status: "held",
    ledger: {
      count: 1,
      maxCelsius: 9,
      byKind: { "out-of-storage": { count: 1, outMs, worstCaseMs: outMs }, equipment: { count: 1 } },
      stillIn: { appliance: "fridge-1", since: at(95) },
      outSince: null,
    },
    advice: { component: "red-cells", componentFrom: "appliance" },
  });
  const { ledger, advice } = json as {
    ledger: { outMs: number; exposures: { kind: string }[] };
    advice: { rules: { rule: string; verdict: string; source: string; figures: string[] }[] };
  };
  expect(ledger.exposures.map(({ kind }) => kind)).toEqual(["equipment", "out-of-storage"]);
  expect(ledger.outMs).toBeGreaterThan(19 * minuteMs);
  expect(ledger.outMs).toBeLessThan(22 * minuteMs);
  const out30 = advice.rules.find(({ rule }) => rule === "out-30-min");
  expect(out30).toMatchObject({ verdict: "exceeded" });
  expect(out30?.source).toContain("New Zealand");
  expect(out30?.figures.join(" ")).toContain("45 min");
  await running.stop();
});
