import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hire, signIn } from "../testing/acts.ts";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { character, type Journey, nextCode, startJourney } from "../testing/journey.ts";

/** An hour at 4 °C but for a quarter of an hour at 9 °C in its middle, up to now. */
async function sendExcursion({ server, clock }: Journey): Promise<void> {
  const now = clock.epochMs();
  const readings = Array.from({ length: 60 }, (_, index) => ({
    probe: "p1",
    at: formatInstant(now - (59 - index) * minuteMs),
    celsius: index >= 20 && index < 36 ? 9 : 4,
  }));
  const headers = { authorization: "Bearer test-token" };
  const payload = { gateway: "g1", sequence: 1, readings };
  const answer = await server.web.inject({ method: "POST", url: "/v1/batches", headers, payload });
  expect(answer.statusCode).toBeLessThan(300);
}

describe.skipIf(isBrowserMissing)(
  "an excursion is reviewed (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    it.each(["mouse", "keyboard"] as const)(
      "read, refused with a wrong password, signed, and shown with name and meaning on its page and in its report, by %s",
      async (hand) => {
        const journey = await startJourney(browser);
        const bea = character("Bea Claes", "Quality officer");
        await hire(journey, [bea]);
        await sendExcursion(journey);
        const seat = await journey.sitDown(hand);
        await signIn(journey, seat, bea);
        await seat.follow("Excursions");
        await seat.follow("Too warm");
        const path = seat.path();
        await seat.follow("Review and sign");
        await seat.fill("Reason", "curve read, door log compared");
        await seat.fill(`Password of ${bea.name}`, "not the password");
        await seat.fill("One-time code", nextCode(journey, bea));
        await seat.press("Sign as reviewed");
        expect(await seat.text()).toContain("Nothing was signed");
        await seat.fill(`Password of ${bea.name}`, bea.password);
        await seat.fill("One-time code", nextCode(journey, bea));
        await seat.press("Sign as reviewed");
        expect(seat.path()).toBe(path);
        const shown = await seat.text();
        for (const part of [bea.name, "curve read, door log compared"]) expect(shown).toContain(part);
        const report = await seat.page.request.get(`${journey.url}${path}/report.pdf`);
        expect((await report.body()).subarray(0, 5).toString()).toBe("%PDF-");
        await seat.standUp();
        expect(journey.findings()).toEqual([]);
        await journey.stop();
      },
    );
  },
);
