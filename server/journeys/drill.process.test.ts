import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replay } from "../replay/replay.ts";
import { hire, signIn } from "../testing/acts.ts";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { character, type Journey, nextCode, type Seat, startJourney } from "../testing/journey.ts";
import { exampleSite } from "../testing/test-server.ts";

const site = `${exampleSite}policies:
  - { id: standard, steps: [ { call: [ { contact: on-call } ] } ] }
`;

/** Lets time pass as the server lives it: second by second, with what is done in between. */
async function pass({ clock }: Journey, seconds: number): Promise<void> {
  for (let done = 0; done < seconds; done += 1) {
    clock.advance(secondMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Takes pictures of a page, wide and narrow, where a folder for them is named. */
async function picture({ page }: Seat, name: string): Promise<void> {
  const folder = process.env["PICTURES"];
  if (folder === undefined) return;
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

describe.skipIf(isBrowserMissing)("a drill (skipped where /usr/bin/chromium is not installed)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  it.each(["mouse", "keyboard"] as const)(
    "is planned by one person, answered by another, and its record signed by a quality officer, by %s",
    async (hand) => {
      const journey = await startJourney(browser, site);
      const sam = character("Sam Storage", "Storage staff");
      const bea = character("Bea Claes", "Quality officer");
      const olga = character("Olga Oproep", "On call");
      await hire(journey, [sam, bea, olga]);
      const seat = await journey.sitDown(hand);
      await signIn(journey, seat, sam);
      await seat.follow("Drills");
      expect(await seat.text()).toContain("2 of 2 appliances had no drill in the last 12 months");
      await seat.follow("Plan a drill");
      await seat.choose("What is played", "Door left open: above the limit, not critical");
      await seat.fill("Reason", "Quarterly alarm test");
      await picture(seat, "form");
      await seat.press("See what will happen");
      const foretold = await seat.text();
      for (const part of ["Too warm, warning, after 5 min 35 s", "Called by the policy standard", "On call"])
        expect(foretold).toContain(part);
      await picture(seat, "preview");
      await seat.press("Begin the drill now");
      const path = seat.path();
      await pass(journey, 3);
      await seat.goTo("/");
      expect(await seat.text()).toContain("Drill under way on Red cells 1: its alarm is still to come");
      expect(await seat.text()).toContain("No alarms");
      await pass(journey, 6 * 60);
      const called = journey.mails.filter(({ subject }) => subject.startsWith("DRILL: Alarm: Red cells 1"));
      expect(called).toHaveLength(1);
      await seat.goTo("/");
      expect(await seat.text()).toContain("its alarm calls people");
      expect(await seat.text()).toContain("No alarms");
      await picture(seat, "board");
      await seat.standUp();

      const other = await journey.sitDown(hand);
      await signIn(journey, other, olga);
      await other.follow("Red cells 1");
      expect(other.path()).toBe(path);
      await picture(other, "under-way");
      await other.fill("What you would do", "shut the door");
      await other.press("I would take it on");
      await pass(journey, 2);
      await other.goTo(path);
      expect(await other.text()).toMatch(/Passed, ended on/);
      expect(journey.mails.at(-1)?.subject).toBe("DRILL: Red cells 1: over, answered by Olga Oproep");
      await other.standUp();

      const desk = await journey.sitDown(hand);
      await signIn(journey, desk, bea);
      await desk.goTo(path);
      await desk.follow("Review and sign");
      await picture(desk, "review");
      await desk.fill("Reason", "Answered in time; the door alarm comes earlier");
      await desk.fill(`Password of ${bea.name}`, bea.password);
      await desk.fill("One-time code", nextCode(journey, bea));
      await desk.press("Sign as reviewed");
      expect(desk.path()).toBe(path);
      const record = await desk.text();
      for (const part of [
        "Olga Oproep",
        "Quarterly alarm test",
        "shut the door",
        "Called On call by email",
        "Bea Claes",
        "Answered in time; the door alarm comes earlier",
      ])
        expect(record).toContain(part);
      expect(record).not.toContain("Does not cover the present version");
      await picture(desk, "record");
      await desk.follow("Drills");
      expect(await desk.text()).toContain("1 of 2 appliances");
      await picture(desk, "list");
      await desk.standUp();
      expect(journey.findings()).toEqual([]);
      expect(replay(journey.server.services.database, () => undefined).differing).toEqual([]);
      await journey.stop();
    },
    3 * minuteMs,
  );
});
