import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept, hire, invite, makeFirstAdministrator, signIn } from "../testing/acts.ts";
import { isBrowserMissing, startBrowser } from "../testing/browser.ts";
import { character, nextCode, startJourney } from "../testing/journey.ts";

describe.skipIf(isBrowserMissing)(
  "from the first start to work (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    it.each(["mouse", "keyboard"] as const)(
      "the first administrator by the printed link, then two quality officers and storage staff, by %s",
      async (hand) => {
        const journey = await startJourney(browser);
        const ada = character("Ada Admin", "Administrator");
        const others = [
          character("Quinten Aerts", "Quality officer"),
          character("Bea Claes", "Quality officer"),
          character("Sam Storms", "Storage staff"),
        ];
        const desk = await journey.sitDown(hand);
        await makeFirstAdministrator(journey, desk, ada);
        expect(await desk.page.locator("header.top").innerText()).toContain(ada.name);
        for (const who of others) {
          const path = await invite(desk, who, "starts on Monday");
          const seat = await journey.sitDown(hand);
          await accept(journey, seat, who, path);
          expect(await seat.page.locator("header.top").innerText()).toContain(who.name);
          expect(who.secret === null).toBe(who.role === "Storage staff");
          await seat.goTo(path);
          expect(await seat.text()).toContain("This link was used");
          await seat.standUp();
        }
        await desk.follow("People");
        const people = await desk.text();
        for (const who of [ada, ...others]) expect(people).toContain(who.name);
        expect(journey.server.services.people.firstAdministrator.isOpen()).toBe(false);
        await desk.standUp();
        expect(journey.findings()).toEqual([]);
        await journey.stop();
      },
    );

    it.each(["mouse", "keyboard"] as const)(
      "signing in, being locked out, being signed out by inactivity and by oneself, by %s",
      async (hand) => {
        const journey = await startJourney(browser);
        const ada = await hire(journey, []);
        const seat = await journey.sitDown(hand, {
          viewport: { width: 390, height: 844 },
          colorScheme: "dark",
        });
        await seat.goTo("/people");
        expect(seat.path()).toBe("/sign-in");
        await seat.fill("Login", ada.login);
        await seat.fill("Password", "not the password");
        await seat.press("Sign in");
        expect(await seat.text()).toContain("You are not signed in");
        await seat.fill("Login", ada.login);
        await seat.fill("Password", ada.password);
        await seat.press("Sign in");
        expect(seat.path()).toBe("/sign-in/code");
        await seat.fill("Code", nextCode(journey, ada));
        await seat.press("Go on");
        expect(seat.path()).toBe("/people");

        journey.clock.advance(16 * 60_000);
        await seat.follow("Invite somebody");
        expect(seat.path()).toBe("/sign-in");
        expect(await seat.text()).toContain("Your session has ended");

        await signIn(journey, seat, ada);
        await seat.goTo("/people");
        await seat.press("Sign out");
        await seat.page.goBack();
        await seat.page.waitForURL((url) => url.pathname === "/sign-in");
        expect(await seat.text()).not.toContain(`${ada.login}@example.org`);

        for (let failure = 0; failure < 6; failure += 1) {
          await seat.goTo("/sign-in");
          await seat.fill("Login", ada.login);
          await seat.fill("Password", "still not the password");
          await seat.press("Sign in");
        }
        const locked = await seat.text();
        await seat.fill("Login", ada.login);
        await seat.fill("Password", ada.password);
        await seat.press("Sign in");
        expect(seat.path()).toBe("/sign-in");
        expect(locked).toContain("locked");
        await seat.standUp();
        expect(journey.findings()).toEqual([]);
        await journey.stop();
      },
    );
  },
);
