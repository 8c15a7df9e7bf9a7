import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isBrowserMissing, openVisit, seriousFindings, startBrowser, tabTo } from "../testing/browser.ts";
import { type SampleApp, sampleApp } from "./sample-app.ts";

const paths = [
  "/",
  "/appliances/fridge-3",
  "/excursions",
  "/excursions/exc-open",
  "/excursions/exc-20261122-0001",
  "/nothing-here",
];

const looks = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 },
] as const;

describe.skipIf(isBrowserMissing)(
  "the pages for whoever does not see them, or has no mouse (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    let sample: SampleApp;
    let url: string;
    beforeAll(async () => {
      browser = await startBrowser();
      sample = await sampleApp({ acknowledge: () => true });
      url = await sample.app.listen({ host: "127.0.0.1", port: 0 });
    });
    afterAll(async () => {
      await browser.close();
      await sample.app.close();
    });

    it.each(looks)(
      "axe finds nothing serious: $colorScheme, $width pixels",
      async ({ colorScheme, width }) => {
        const visit = await openVisit(browser, { colorScheme, viewport: { width, height: 900 } });
        const findings: string[] = [];
        for (const path of paths) {
          await visit.page.goto(url + path);
          if (path.includes("/appliances/") || path.includes("exc-"))
            await visit.page.waitForSelector("figure .uplot canvas");
          await visit.page.evaluate(
            "for (const more of document.querySelectorAll('details')) more.open = true",
          );
          findings.push(...(await seriousFindings(visit.page)));
        }
        await visit.close();
        expect({ findings, complaints: visit.complaints }).toEqual({ findings: [], complaints: [] });
      },
    );

    it("axe is at work: a page with a field without a label is found", async () => {
      const visit = await openVisit(browser);
      await visit.page.goto(url);
      await visit.page.evaluate("document.querySelector('header').append(document.createElement('input'))");
      expect((await seriousFindings(visit.page)).join()).toContain(" label: ");
      await visit.close();
    });

    it("everything on the board is reached by Tab, with the focus seen at each stop", async () => {
      const visit = await openVisit(browser);
      await visit.page.goto(url);
      await tabTo(visit.page, visit.page.getByRole("link", { name: "To the content" }));
      await tabTo(visit.page, visit.page.locator(".acknowledge summary").first());
      await visit.page.keyboard.press("Enter");
      await tabTo(visit.page, visit.page.locator('.acknowledge input[name="note"]').first());
      await tabTo(visit.page, visit.page.locator(".tiles a").last());
      await visit.close();
    });
  },
);
