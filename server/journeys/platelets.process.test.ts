import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { hire, signIn } from "../testing/acts.ts";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { character, type Journey, startJourney } from "../testing/journey.ts";

const desk: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

const timings =
  "deadband: 0.3, maxGap: 5m, excursionAfter: 10m, recoverAfter: 5m, unmonitoredAfter: 30m, alarmDelay: 5m";
const site = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  platelets: { low: 20, high: 24, ${timings} }
appliances:
  - { id: incubator-1, name: Platelets, kind: incubator, profile: platelets, agitatorDelay: 5m, probes: [ { id: incubator-1-product } ] }
  - { id: box-1, name: Transport box, kind: transport-box, profile: platelets, probes: [ { id: box-1-logger } ] }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;
const unit = { din: "A999926000001", productCode: "E2834V00" };

/** A day of a bag of platelets, told over HTTP: an agitator that stands still, mains that fail, a box whose logger is read out afterwards. */
async function tellTheDay({ url, clock }: Journey): Promise<void> {
  const start = clock.epochMs();
  const at = (minute: number): string => formatInstant(start + minute * minuteMs);
  let sequence = 1;
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { authorization: "Bearer test-token", "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
  };
  const tell = (events: object[], readings: object[] = []) =>
    post("/v1/batches", { gateway: "g", sequence: sequence++, readings, events });
  const readings = (probe: string, from: number, to: number, celsius: (minute: number) => number) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      probe,
      at: at(from + index),
      celsius: celsius(from + index),
    }));
  clock.advance(600 * minuteMs);
  await tell(
    [],
    readings("incubator-1-product", 0, 600, () => 22),
  );
  await post("/v1/units/feed", {
    units: [{ ...unit, description: "Platelets, pooled" }],
    movements: [
      { ...unit, at: at(0), appliance: "incubator-1" },
      { ...unit, at: at(180), appliance: "box-1" },
      { ...unit, at: at(300), appliance: null },
      { ...unit, at: at(315), appliance: "incubator-1" },
    ],
  });
  // Late, and the last first.
  const agitator = { subject: "incubator-1", kind: "agitator" };
  await tell([
    { ...agitator, active: true, at: at(560) },
    { ...agitator, active: false, at: at(130) },
    { ...agitator, active: true, at: at(90) },
    { ...agitator, active: false, at: at(0) },
    { subject: "incubator-1", kind: "power", active: true, at: at(400) },
    { subject: "incubator-1", kind: "power", active: false, at: at(420) },
  ]);
  await tell(
    [],
    readings("box-1-logger", 185, 300, (minute) => (minute < 240 ? 21 : 19)),
  );
}

describe.skipIf(isBrowserMissing)(
  "a bag of platelets shows what it went through (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    it.each([
      ["a desk", desk],
      ["a phone", phone],
    ] as const)("without agitation and in transport, at %s", async (_where, options) => {
      const journey = await startJourney(browser, site);
      const sam = character("Sam Peeters", "Storage staff");
      await hire(journey, [sam]);
      await tellTheDay(journey);
      const seat = await journey.sitDown("mouse", options);
      await signIn(journey, seat, sam);
      await seat.goTo("/");
      expect(await seat.text()).toContain("Agitator stopped");
      await seat.goTo(`/units/${unit.din}/${unit.productCode}`);
      const row = async (name: string): Promise<string> => {
        const cells = seat.page
          .locator("tr")
          .filter({ has: seat.page.locator('td[data-label="Kind"]', { hasText: name }) })
          .locator("td");
        return (await cells.allInnerTexts()).slice(1).join(", ").replaceAll(/\s/g, " ");
      };
      expect(await row("In a transport box")).toBe(
        "1, 2 h 00 min, 1 h 00 min 30 s, 1 h 00 min 30 s, 5 min, 1 h 05 min 30 s, 19.0 °C, 21.0 °C, 60.3",
      );
      // 40 minutes twice as the agitator told, 2 h 15 min in the box and on the way back; 20 minutes without mains.
      expect(await row("Without agitation")).toBe(
        "4, 3 h 55 min, 3 h 35 min, 2 h 15 min, 20 min, 3 h 55 min, –, –, 0.0",
      );
      const shown = await seat.text();
      expect(shown).toContain("Platelets without agitation for at most 24 hours in all, at most 8 at a time");
      const [width, window] = await seat.page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect(width).toBeLessThanOrEqual(window);
      await seat.standUp();
      expect(journey.findings()).toEqual([]);
      await journey.stop();
    });
  },
);
