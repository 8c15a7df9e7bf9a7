import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hire, signIn } from "../testing/acts.ts";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { character, nextCode, startJourney } from "../testing/journey.ts";
import { sendExcursion } from "../testing/warm-refrigerator.ts";

describe.skipIf(isBrowserMissing)(
  "duty is planned in the pages (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    it("a contact, a rota and a policy are made by storage staff without a mouse, the policy signed by a quality officer, and the next alarm calls whom the plan said", async () => {
      const journey = await startJourney(browser);
      const sara = character("Sara Claes", "Storage staff");
      const bea = character("Bea Maes", "Quality officer");
      await hire(journey, [sara, bea]);

      const planner = await journey.sitDown("keyboard");
      await signIn(journey, planner, sara);
      await planner.follow("On duty");
      await planner.follow("Rotas, teams, holidays, policies and contacts");
      await planner.follow("New contact");
      await planner.fill("Id", "bo");
      await planner.fill("Name", "Bo Peeters");
      await planner.fill("E-mail", "bo@example.org");
      await planner.choose("First by", "E-mail");
      await planner.fill("Reason", "joins the rota");
      await planner.press("Add the contact");

      await planner.follow("New rota");
      await planner.fill("Id", "nights");
      await planner.fill("Name", "Nights");
      await planner.choose("Turn 1", "Bo Peeters");
      await planner.press("Out turn 2");
      await planner.choose("A turn lasts", "A day, or a shift of a day");
      await planner.fill("Next turn at", "7:00");
      await planner.press("See what it would do");
      expect(await planner.text()).toContain("Expected a time of day such as 08:00");
      await planner.fill("Next turn at", "00:00");
      await planner.fill("Reason", "who is called at night");
      await planner.press("See what it would do");
      expect(await planner.text()).toMatch(/Who would be on duty[\s\S]*Bo Peeters/);
      await planner.press("Add the rota");

      await planner.follow("New policy");
      await planner.fill("Name", "standard");
      await planner.choose("Calls", "On duty: Nights");
      await planner.fill("Reason", "agreed with the laboratory");
      await planner.press("See what it would do");
      const preview = await planner.text();
      expect(preview).toContain("What would happen by policy standard, if nobody answered");
      expect(preview).toMatch(/again Bo Peeters by e-mail/);
      await planner.press("Propose the policy");
      const proposal = planner.path();
      await planner.standUp();

      const approver = await journey.sitDown("keyboard");
      await signIn(journey, approver, bea);
      await approver.goTo(proposal);
      expect(await approver.text()).toContain("What would happen by policy standard, if nobody answered");
      await approver.fill("Reason", "agreed at the quality meeting");
      await approver.fill("Your password", bea.password);
      await approver.fill("Code of your second factor, if you have one", nextCode(journey, bea));
      await approver.press("Approve and sign");
      expect(await approver.text()).toMatch(/approved and signed by\s+Bea Maes/);
      await approver.standUp();

      const before = journey.mails.length;
      await sendExcursion(journey);
      for (let minute = 0; minute < 30 && journey.mails.length === before; minute += 1) {
        journey.clock.advance(minuteMs);
        await new Promise(setImmediate);
      }
      expect([...new Set(journey.mails.slice(before).map(({ to }) => to))]).toEqual(["bo@example.org"]);
      expect(journey.findings()).toEqual([]);
      await journey.stop();
    });
  },
);
