import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import {
  isBrowserMissing,
  openVisit,
  seriousFindings,
  startBrowser,
  type Visit,
} from "../testing/browser.ts";
import { busyServer } from "../testing/busy-server.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { codeOf, testPassword } from "../testing/test-people.ts";
import type { TestServer } from "../testing/test-server.ts";

const looks = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 },
] as const;

describe.skipIf(isBrowserMissing)(
  "the pages of the trail in Chromium (skipped where /usr/bin/chromium is not installed)",
  () => {
    let browser: Browser;
    let served: TestServer;
    let quinn: SignedIn;
    let url: string;
    let paths: readonly string[];

    beforeAll(async () => {
      browser = await startBrowser();
      served = await busyServer();
      const { services, web } = served.server;
      const admin = await firstAdministrator(services.people, served.clock);
      quinn = await inviteAndSignIn(services.people, served.clock, admin, "quinn", "quality");
      url = await web.listen({ host: "127.0.0.1", port: 0 });
      expect((web.server.address() as AddressInfo).port).toBeGreaterThan(0);
      const closed = services.excursions.list({ status: "closed", limit: 1 }, served.clock.epochMs())[0]?.id;
      paths = [
        "/trail",
        "/trail?group=account",
        "/trail?text=nothing-has-this",
        "/trail/reviews",
        "/trail/reviews/new",
      ];
      if (closed !== undefined) paths = [...paths, `/excursions/${closed}`, `/excursions/${closed}/sign`];
    });
    afterAll(async () => {
      await browser.close();
      await served.stop();
    });

    async function visitAs(who: SignedIn, options: Parameters<typeof openVisit>[1] = {}): Promise<Visit> {
      const visit = await openVisit(browser, options);
      const [name = "", value = ""] = (who.headers["cookie"] ?? "").split("=");
      await visit.page.context().addCookies([{ name, value, url }]);
      return visit;
    }

    /** Signs the stretch that the page of a review shows. */
    async function signReview(visit: Visit, reason: string): Promise<void> {
      const { page } = visit;
      await page.goto(`${url}/trail/reviews`);
      await page.getByRole("link", { name: "Review until now" }).click();
      served.clock.advance(minuteMs);
      await page.getByLabel("Reason").fill(reason);
      await page.getByLabel("Password of").fill(testPassword);
      await page.getByLabel("One-time code").fill(codeOf(quinn.secret ?? "", served.clock.epochMs()));
      await page.getByRole("button", { name: "Sign as reviewed" }).click();
      await page.waitForURL(`${url}/trail/reviews`);
    }

    it("a review is signed, shown with name, meaning and reason, and leaves less to review", async () => {
      const visit = await visitAs(quinn);
      await signReview(visit, "September; refused sign-ins looked at");
      const shown = await visit.page.locator("main").innerText();
      for (const part of [
        "Reviewed by Name of quinn",
        "September; refused sign-ins looked at",
        "Hashed anew",
      ])
        expect(shown).toContain(part);
      const { complaints } = visit;
      await visit.close();
      expect(complaints).toEqual([]);
    });

    it("a search finds, leads to the entry as stored and to all about its subject", async () => {
      const visit = await visitAs(quinn);
      const { page } = visit;
      await page.goto(`${url}/trail`);
      await page.getByLabel("What about").selectOption("account");
      await page.getByRole("button", { name: "Search" }).click();
      expect(await page.locator(".trail > li").count()).toBeGreaterThan(1);
      await page.locator(".trail summary").first().click();
      expect(await page.locator(".trail pre").first().innerText()).toContain("hash");
      await page.getByRole("link", { name: "All about person:" }).first().click();
      expect(await page.locator("main").innerText()).toContain("Only entries about person:");
      await visit.close();
    });

    it.each(looks)(
      "axe finds nothing serious and nothing scrolls sideways: $colorScheme, $width pixels",
      async ({ colorScheme, width }) => {
        const visit = await visitAs(quinn, { colorScheme, viewport: { width, height: 900 } });
        const findings: string[] = [];
        const wide: string[] = [];
        for (const path of paths) {
          await visit.page.goto(url + path);
          await visit.page.evaluate(
            "for (const more of document.querySelectorAll('details')) more.open = true",
          );
          findings.push(...(await seriousFindings(visit.page)));
          const found = Number(await visit.page.evaluate("document.documentElement.scrollWidth"));
          if (found > width) wide.push(`${path}: ${found}`);
          const shots = process.env["SHOTS"];
          if (shots !== undefined)
            await visit.page.screenshot({
              path: `${shots}/${colorScheme}-${width}-${path.replace(/\W+/g, "_").slice(0, 40)}.png`,
              fullPage: width > 1000,
            });
        }
        const { complaints } = visit;
        await visit.close();
        expect({ findings, wide, complaints }).toEqual({ findings: [], wide: [], complaints: [] });
      },
    );
  },
);
