/** The network between a real gateway and a real server is cut, a refrigerator warms, the gateway calls; afterwards the server has the same alarm, once. */
import { afterEach, expect, test } from "vitest";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { type TwoSides, twoSides } from "./two-sides.ts";

let sides: TwoSides;
afterEach(() => sides.stop());

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly phase: string;
  readonly calls: number;
}

async function alarms(kind?: string): Promise<Listed[]> {
  const { items } = (await sides.server.call("GET", "/v1/alarms")).json as { items: Listed[] };
  return items.filter((each) => kind === undefined || each.kind === kind);
}

async function excursions(): Promise<Record<string, unknown>[]> {
  const { items } = (await sides.server.call("GET", "/v1/excursions")).json as {
    items: Record<string, unknown>[];
  };
  return items;
}

/** What people were told by mail about the refrigerator. */
function mails(): string[] {
  return sides.server.server.services.database
    .prepare("SELECT subject FROM notifications ORDER BY owed_at, id")
    .all()
    .map((row) => String(row["subject"]))
    .filter((subject) => subject.includes("Red cells 1"));
}

const heads = (): string[] =>
  sides.messages.map(({ text }) => (text.split("\n")[0] ?? "").replace(/ since.*/, ""));

test("cut off, warm, called by the gateway; reconnected: one alarm with the gateway's id, no second first call, the excursion and holds right", async () => {
  sides = await twoSides();
  const din = "W123426000001";
  const put = await sides.server.call("PUT", `/v1/units/${din}/E0336V00`, {});
  expect(put.status).toBeLessThan(300);
  const moved = await sides.server.call("POST", "/v1/movements", {
    din,
    productCode: "E0336V00",
    at: formatInstant(sides.server.clock.epochMs()),
    appliance: "fridge-1",
    reason: "stored",
  });
  expect(moved.status).toBeLessThan(300);
  await sides.minutes(5, 4);
  sides.network.cut();
  await sides.minutes(12, 4);
  expect(sides.phase()).toBe("alone");
  expect(sides.messages).toEqual([]);
  await sides.minutes(15, 8);
  expect(heads()).toEqual(["Alarm: Red cells 1: 8.0 °C above 6.0 °C"]);
  const status = sides.gateway().status() as { watch: { alarms: { id: string }[] } };
  const id = status.watch.alarms[0]?.id;
  const asked = sides.network.asked.length;
  sides.network.mend();
  await sides.minutes(3, 8);
  const before = sides.network.asked.slice(asked);
  expect(before.find((request) => request.startsWith("POST"))).toBe("POST /v1/gateways/g1/edge-alarms 200");
  expect(await alarms("temperature-high")).toMatchObject([{ id, phase: "unacknowledged", calls: 1 }]);
  expect(mails()).toEqual([]);
  expect(await alarms("late-excursion")).toEqual([]);
  await sides.minutes(30, 8);
  expect(mails()).toEqual([expect.stringMatching(/^Still on: Red cells 1: 8.0 °C above 6.0 °C/)]);
  expect(heads()).toHaveLength(1);
  expect(sides.phase()).toBe("attended");
  expect(await excursions()).toMatchObject([{ probe: "p1", side: "high", status: "open", unknownMs: 0 }]);
  const { items } = (await sides.server.call("GET", "/v1/units?appliance=fridge-1")).json as {
    items: { status: string }[];
  };
  expect(items.map(({ status }) => status)).toEqual(["held"]);
  expect(await alarms("temperature-high")).toHaveLength(1);
});

test("nobody was reached by the gateway: the server calls", async () => {
  sides = await twoSides("failed");
  await sides.minutes(3, 4);
  sides.network.cut();
  await sides.minutes(25, 8);
  expect(heads()).toHaveLength(1);
  sides.network.mend();
  await sides.minutes(3, 8);
  expect(mails()).toEqual([expect.stringMatching(/^Alarm: Red cells 1: 8.0 °C above 6.0 °C/)]);
  expect(await alarms("temperature-high")).toHaveLength(1);
});

test("an alarm that the server raised before the cut is not called anew at the gateway, and its end is told once", async () => {
  sides = await twoSides();
  await sides.minutes(10, 8);
  const known = await alarms("temperature-high");
  expect(known).toHaveLength(1);
  expect(mails()).toHaveLength(1);
  await sides.minutes(1, 8);
  sides.network.cut();
  await sides.minutes(14, 8);
  expect(sides.phase()).toBe("alone");
  expect(sides.messages).toEqual([]);
  await sides.restart();
  await sides.minutes(8, 4);
  expect(heads()).toEqual(["Back to normal: Red cells 1: 8.0 °C above 6.0 °C"]);
  sides.network.mend();
  await sides.minutes(5, 4);
  expect(await alarms("temperature-high")).toMatchObject([
    { id: known[0]?.id, phase: "returned-unacknowledged" },
  ]);
  expect(mails()).toHaveLength(1);
  expect(sides.messages).toHaveLength(1);
});
