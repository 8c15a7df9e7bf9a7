import { expect, test } from "vitest";
import { latestValues, latestChannelsMax } from "./latest.ts";
import { sampleStatus, troubledStatus } from "./sample-status.ts";
import { concernsOf } from "./status-concerns.ts";
import { statusPage } from "./status-page.ts";
import { statusServer } from "./status-server.ts";

test("a gateway with nothing to complain of says so, with the value of each channel and its age", () => {
  const page = statusPage(sampleStatus);
  expect(concernsOf(sampleStatus)).toEqual([]);
  expect(page).toContain("All is well");
  expect(page).toMatch(/modbus-7\/temperature[^]*?4\.3[^]*?30 s ago[^]*?fridge-1-product/);
  expect(page).toMatch(/fridge-5\/battery[^]*?87[^]*?2 min ago[^]*?nothing: not in the settings/);
  expect(page).toContain("$CKT,x\\x00*12");
});

test("each trouble is named at the top with what to do about it", () => {
  const concerns = concernsOf(troubledStatus);
  const told = concerns.map(({ what, advice }) => `${what}: ${advice}`).join("\n");
  for (const part of [
    /uplink\.unreachable: .*server\.url/,
    /filling up \(thinning\): bring the server/,
    /clock is wrong: set it/,
    /modbus-7 on bus-1: modbus\.timeout: no answer: look at the device's power/,
    /line-1: .*cannot open .*: there is no such file/,
    /modbus-7\/temperature was not heard/,
    /fridge-6\/temperature has not been heard for 45 min: look at the device/,
    /says "open": look at the sensor/,
    /keeps watch by itself/,
    /modem is not ready to call: docs\/errors\.md explains modem\.no-answer/,
  ])
    expect(told).toMatch(part);
  expect(statusPage(troubledStatus)).toContain(`To look at: ${concerns.length}`);
});

test("what devices say of themselves never becomes markup", () => {
  expect(statusPage(troubledStatus)).not.toContain("<b>fridge</b>");
});

test("of each channel the newest value stands, and channels without number are not remembered", () => {
  const latest = latestValues();
  latest.hear({ source: "s", device: "d", at: 2 }, { t: 5 });
  latest.hear({ source: "s", device: "d", at: 1 }, { t: 4 });
  expect(latest.all()).toEqual([{ source: "s", device: "d", channel: "t", value: 5, at: 2 }]);
  for (let n = 0; n < latestChannelsMax; n += 1)
    latest.hear({ source: "s", device: `x${n}`, at: 1 }, { t: 4 });
  latest.hear({ source: "s", device: "d", at: 3 }, { t: 6 });
  expect(latest.all()).toHaveLength(latestChannelsMax);
  expect(latest.all()[0]?.value).toBe(6);
  expect(latest.passedOver()).toBe(1);
});

test("the page, its style and the status are served with strict headers, and nothing else is", async () => {
  const server = await statusServer(
    "127.0.0.1:0",
    () => sampleStatus,
    [],
    () => statusPage(sampleStatus),
  );
  const get = (path: string, method = "GET") => fetch(`http://${server.address}${path}`, { method });
  const page = await get("/");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await page.text()).toContain("Gateway ward-3");
  expect((await get("/status.css")).headers.get("content-type")).toBe("text/css; charset=utf-8");
  expect(await (await get("/status")).json()).toEqual(sampleStatus);
  expect(await (await get("/health/live")).json()).toEqual({ live: true });
  expect([(await get("/elsewhere")).status, (await get("/", "DELETE")).status]).toEqual([404, 405]);
  await server.stop();
});
