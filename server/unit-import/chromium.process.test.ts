import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { isBrowserMissing, openVisit, seriousFindings, startBrowser } from "../testing/browser.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";

const lines = [
  "din;product code;description;expires;location;at",
  "G1234 17 654321 [A];E0336V00;Red cells;2026-12-31;fridge-1;2026-11-22 01:00",
  "G1234 17 654321 [B];E0336V00;Red cells;2026-12-31;fridge-1;2026-11-22 01:00",
].join("\n");

describe.skipIf(isBrowserMissing)(
  "units are imported and found in Chromium (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    let running: TestServer;
    let url: string;
    let sam: SignedIn;
    beforeAll(async () => {
      browser = await startBrowser();
      running = await testServer({ start: testStart + 120 * minuteMs });
      const { people } = running.server.services;
      const administrator = await firstAdministrator(people, running.clock);
      sam = await inviteAndSignIn(people, running.clock, administrator, "sam", "storage");
      url = await running.server.web.listen({ host: "127.0.0.1", port: 0 });
      await running.post(
        "p1",
        Array.from({ length: 90 }, (_, minute) => ({
          at: testStart + minute * minuteMs,
          celsius: minute > 0 && minute < 25 ? 9 : 4,
        })),
      );
    });
    afterAll(async () => {
      await browser.close();
      await running.stop();
    });

    it.each([1280, 390])(
      "with %d pixels: axe and the console are quiet, nothing scrolls sideways",
      async (width) => {
        const visit = await openVisit(browser, { viewport: { width, height: 900 } });
        const { page } = visit;
        const [name = "", value = ""] = (sam.headers["cookie"] ?? "").split("=");
        await page.context().addCookies([{ name, value, url }]);
        const findings: string[] = [];
        const look = async (what: string): Promise<void> => {
          findings.push(...(await seriousFindings(page)));
          expect([what, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([what, width]);
          const folder = process.env["PICTURES"];
          if (folder !== undefined)
            await page.screenshot({ path: `${folder}/${what}-${width}.png`, fullPage: true });
        };
        await page.goto(`${url}/units/import`);
        await look("form");
        await page
          .getByLabel("File")
          .setInputFiles({ name: "stock.csv", mimeType: "text/csv", buffer: Buffer.from(lines) });
        await page.getByRole("button", { name: "Check" }).click();
        expect(await page.locator("main").innerText()).toContain("The check character B does not belong to");
        await look("preview");
        await page.getByRole("button", { name: "Take this line" }).click();
        await page.getByText("Lines taken").waitFor();
        await look("result");
        await page.goto(`${url}/units`);
        await look("list");
        await page.getByLabel("Number, or scan a label").fill("=G12341765432170=<E0336V00");
        await page.keyboard.press("Enter");
        await page.waitForURL("**/units/G123417654321/E0336V00");
        expect(await page.locator("main").innerText()).toContain("G1234 17 654321 [A] E0336V00");
        await look("unit");
        await visit.close();
        expect({ findings, complaints: visit.complaints }).toEqual({ findings: [], complaints: [] });
      },
    );
  },
);
