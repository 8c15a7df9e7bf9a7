import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { hire, signIn } from "../testing/acts.ts";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { character, type Journey, nextCode, startJourney } from "../testing/journey.ts";

/** Posts a reading a minute of fridge-1's probe: `minutes` of them up to now. */
async function send({ server, clock }: Journey, sequence: number, celsius: number, minutes: number) {
  const now = clock.epochMs();
  const readings = Array.from({ length: minutes }, (_, index) => ({
    probe: "p1",
    at: formatInstant(now - (minutes - 1 - index) * minuteMs),
    celsius,
  }));
  const headers = { authorization: "Bearer test-token" };
  const payload = { gateway: "g1", sequence, readings };
  const answer = await server.web.inject({ method: "POST", url: "/v1/batches", headers, payload });
  expect(answer.statusCode).toBeLessThan(300);
}

describe.skipIf(isBrowserMissing)(
  "a limit changes by two people (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    it.each(["mouse", "keyboard"] as const)(
      "drafted by one quality officer, back-tested, refused to them, approved and signed by the other, judged from then on, found in the trail, by %s",
      async (hand) => {
        const journey = await startJourney(browser);
        const quinten = character("Quinten Aerts", "Quality officer");
        const bea = character("Bea Claes", "Quality officer");
        await hire(journey, [quinten, bea]);
        await send(journey, 1, 5.5, 90);

        const author = await journey.sitDown(hand);
        await signIn(journey, author, quinten);
        await author.follow("Site");
        await author.follow("New version of red-cells-eu");
        await author.fill("Upper limit", "5");
        await author.press("Propose the new version");
        expect(await author.text()).toContain("This was not taken");
        await author.fill("Upper limit", "5");
        await author.fill("Reason", "whole blood of the new bags");
        await author.press("Propose the new version");
        await author.press("Run the back-test");
        const proposal = author.path();
        let tested = await author.text();
        while (tested.includes("Under way")) {
          await author.goTo(proposal);
          tested = await author.text();
        }
        expect(tested).toContain("0 → 1");
        expect(tested).not.toContain("Approve and sign");
        await author.standUp();

        const approver = await journey.sitDown(hand);
        await signIn(journey, approver, bea);
        await approver.follow("Site");
        await approver.follow("Proposals");
        await approver.follow(proposal.split("/").at(-1) ?? "");
        await approver.fill("Reason", "agreed at the quality meeting");
        await approver.fill("Your password", "not the password");
        await approver.press("Approve and sign");
        expect(await approver.text()).toContain("This was not taken");
        await approver.fill("Your password", bea.password);
        await approver.fill("Code of your second factor, if you have one", nextCode(journey, bea));
        await approver.press("Approve and sign");
        expect(await approver.text()).toMatch(/approved and signed by\s+Bea Claes/);

        await approver.follow("Site");
        await approver.follow("History of red-cells-eu");
        const history = await approver.text();
        for (const { login } of [quinten, bea]) expect(history).toContain(login);
        for (let minute = 0; minute < 14; minute += 1) journey.clock.advance(minuteMs);
        await send(journey, 2, 5.5, 13);
        await approver.goTo("/appliances/fridge-1");
        expect(await approver.text()).toContain("5.5");
        await approver.goTo("/excursions");
        expect(await approver.text()).toContain("Red cells 1");

        await approver.follow("Trail");
        await approver.fill("Subject contains", proposal.split("/").at(-1) ?? "");
        await approver.press("Search");
        const trail = await approver.text();
        for (const { login } of [quinten, bea]) expect(trail).toContain(login);
        expect(trail).toContain("whole blood of the new bags");
        expect(trail).toContain("agreed at the quality meeting");
        const exported = new URL(approver.page.url()).search;
        const csv = await (await approver.page.request.get(`${journey.url}/trail.csv${exported}`)).text();
        for (const action of ["proposal.drafted", "proposal.tested", "proposal.approved"])
          expect(csv).toContain(action);
        expect(csv).not.toContain("session.begun");
        await approver.standUp();
        expect(journey.findings()).toEqual([]);
        await journey.stop();
      },
    );
  },
);
