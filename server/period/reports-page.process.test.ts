/** The page of reports in Chromium: nothing that axe-core finds serious, on a desk and on a narrow screen, and its form by keyboard. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isBrowserMissing, openVisit, seriousFindings, startBrowser } from "../testing/browser.ts";
import { testServer } from "../testing/test-server.ts";

test.skipIf(isBrowserMissing)(
  "reports are listed and a mistake in the form is told where it stands",
  async () => {
    const server = await testServer();
    const browser = await startBrowser();
    try {
      const folder = join(server.data, "reports");
      mkdirSync(folder, { recursive: true });
      for (const period of ["2025", "2026-09", "2026-10"])
        writeFileSync(join(folder, `coldkeep-report-mechelen-${period}.pdf`), "%PDF".repeat(300_000));
      const address = await server.server.web.listen({ host: "127.0.0.1", port: 0 });
      for (const width of [1280, 400]) {
        const headers = { authorization: "Bearer test-token" };
        const visit = await openVisit(browser, {
          viewport: { width, height: 900 },
          extraHTTPHeaders: headers,
        });
        await visit.page.goto(`${address}/reports`);
        expect(await visit.page.getByRole("link", { name: /coldkeep-report/ }).allTextContents()).toEqual([
          "coldkeep-report-mechelen-2026-10.pdf",
          "coldkeep-report-mechelen-2026-09.pdf",
          "coldkeep-report-mechelen-2025.pdf",
        ]);
        expect(await seriousFindings(visit.page)).toEqual([]);
        await visit.page.getByLabel("Month or year").fill("2026-13");
        await visit.page.keyboard.press("Enter");
        await visit.page.getByText("Write a month such as 2026-11").first().waitFor();
        expect(await seriousFindings(visit.page)).toEqual([]);
        const isWide = await visit.page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
        expect(isWide).toBe(false);
        expect(visit.complaints).toEqual([]);
        await visit.close();
      }
    } finally {
      await browser.close();
      await server.stop();
    }
  },
  60_000,
);
