import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyReport } from "../reports/verify-report.ts";
import { hire, signIn } from "../testing/acts.ts";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { character, nextCode, startJourney } from "../testing/journey.ts";
import { sendExcursion } from "../testing/warm-refrigerator.ts";

const desk: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
const tablet: BrowserContextOptions = { viewport: { width: 820, height: 1180 }, hasTouch: true };

describe.skipIf(isBrowserMissing)(
  "the units of an excursion are decided about (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    it.each([
      ["a desk, by mouse", "mouse", desk],
      ["a desk, by keyboard alone", "keyboard", desk],
      ["a tablet", "mouse", tablet],
    ] as const)(
      "from the work list to the report, one of them by two persons, at %s",
      async (_where, hand, options) => {
        const journey = await startJourney(browser);
        const bea = character("Bea Claes", "Quality officer");
        const cas = character("Cas Dhondt", "Quality officer");
        await hire(journey, [bea, cas]);
        await sendExcursion(journey);
        const seat = await journey.sitDown(hand, options);
        await signIn(journey, seat, bea);
        await seat.follow("Units to decide");
        await seat.follow("Too warm");
        expect(await seat.text()).toContain("LEFT: recall");
        const decide = async (unit: string, decision: string, reason: string): Promise<void> => {
          await seat.tick(unit);
          await seat.choose("Decision", decision);
          await seat.choose("Cause of the excursion", "Door left open");
          await seat.choose("Reason", reason);
          await seat.fill("Reason in your own words", "seen with the ward");
          await seat.fill(`Password of ${bea.name}`, bea.password);
          await seat.fill("One-time code", nextCode(journey, bea));
          await seat.press("Sign this decision");
        };
        await decide("A9999 26 000001 E0398V00", "Release", "Within the rules that apply");
        await decide("A9999 26 000003 E0398V00", "Discard", "Visibly changed");
        await decide("A9999 26 000002 E0398V00", "Release with concession", "Rare blood group or antigens");
        expect(await seat.text()).toContain("Waits for a second person");
        await seat.follow("Plan a corrective action");
        await seat.fill("What is to be done", "Replace the gasket of the door");
        await seat.choose("Cause that it answers", "Door left open");
        await seat.choose("Owner", "Cas Dhondt (cas.dhondt)");
        await seat.pickDay("Due", "2026-01-15");
        await seat.press("Plan this action");
        expect(await seat.text()).toContain("Replace the gasket of the door");
        await seat.standUp();
        const other = await journey.sitDown(hand, options);
        await signIn(journey, other, cas);
        await other.follow("Units to decide");
        await other.follow("1 unit of");
        await other.choose("Answer", "Agree: the units are released");
        await other.fill("Reason", "agreed with the ward");
        await other.fill(`Password of ${cas.name}`, cas.password);
        await other.fill("One-time code", nextCode(journey, cas));
        await other.press("Sign this answer");
        expect(await other.text()).toContain("No unit waits for a decision");
        await other.follow("Actions");
        expect(await other.text()).toContain("1 is overdue");
        await other.follow("Done or cancelled");
        await other.choose("It is", "Done");
        await other.fill("Result, or why it is not done", "New gasket, the door shuts");
        await other.fill("Done by", "Fixit Ltd");
        await other.pickDay("Done on", "2026-01-14");
        await other.press("Note this");
        expect(await other.text()).toContain("None is open");
        await other.follow("Excursions");
        await other.follow("Too warm");
        const shown = await other.text();
        for (const part of [
          "Release by Bea Claes",
          "Discard by Bea Claes",
          "Release with concession by Cas Dhondt",
        ])
          expect(shown).toContain(part);
        const report = await other.page.request.get(`${journey.url}${other.path()}/report.pdf`);
        const { wrong, data } = await verifyReport(await report.body());
        expect(wrong).toEqual([]);
        expect(data?.decisions.map(({ decision }) => decision)).toEqual(["release", "discard", "concession"]);
        expect(data?.decisions[2]?.second).toMatchObject({ name: cas.name, verdict: "agreed" });
        expect(data?.actions).toMatchObject([
          {
            owner: cas.name,
            due: "2026-01-15",
            state: "done",
            end: { doneBy: "Fixit Ltd", doneOn: "2026-01-14", note: "New gasket, the door shuts" },
          },
        ]);
        await other.standUp();
        expect(journey.findings()).toEqual([]);
        await journey.stop();
      },
    );
  },
);
