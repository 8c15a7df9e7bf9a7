import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PagesOptions } from "./plugin.ts";
import { sampleApp, sampleViews, type SampleApp } from "./sample-app.ts";
import { sampleAlarm, sampleAppliance, sampleBoard } from "./sample-views.ts";

const executablePath = "/usr/bin/chromium";
const missing = !existsSync(executablePath) && process.env["CI"] !== "true";
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const paths = [
  "/",
  "/appliances/fridge-3",
  "/excursions",
  "/excursions/exc-open",
  "/excursions/exc-20261122-0001",
];

interface Served extends SampleApp {
  readonly url: string;
  readonly port: number;
}

async function serve(options: Partial<PagesOptions> = {}, port = 0): Promise<Served> {
  const sample = await sampleApp(options);
  const url = await sample.app.listen({ host: "127.0.0.1", port });
  return { ...sample, url, port: (sample.app.server.address() as AddressInfo).port };
}

/** Collects what a page complains of: errors, and everything that the content security policy stopped. */
function complaints(page: Page): string[] {
  const all: string[] = [];
  page.on("pageerror", (error) => all.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") all.push(message.text());
  });
  return all;
}

const state = (page: Page, wanted: "live" | "lost"): Promise<unknown> =>
  page.waitForSelector(`#live[data-state="${wanted}"]`);

describe.skipIf(missing)("the pages in Chromium (skipped where /usr/bin/chromium is not installed)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(() => browser.close());

  it("load without a complaint, become live and draw their curves", async () => {
    const served = await serve({ acknowledge: () => true });
    for (const path of paths) {
      const page = await browser.newPage();
      const complained = complaints(page);
      await page.goto(served.url + path);
      await state(page, "live");
      if (path.includes("/appliances/") || path.includes("exc-"))
        await page.waitForSelector("figure .uplot canvas");
      expect([path, complained]).toEqual([path, []]);
      await page.close();
    }
    await served.app.close();
  });

  it("never scroll sideways on a phone of 360 pixels", async () => {
    const served = await serve({ acknowledge: () => true });
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    for (const path of paths) {
      await page.goto(served.url + path);
      await state(page, "live");
      expect([path, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([path, 360]);
    }
    await page.close();
    await served.app.close();
  });

  it("can be read without scripts", async () => {
    const served = await serve();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${served.url}/appliances/fridge-3`);
    expect(await page.locator("figure svg.curve path.line").isVisible()).toBe(true);
    expect(await page.locator("#live-text").textContent()).toMatch(/^As of \d+ \w+, \d\d:\d\d:\d\d$/);
    await context.close();
    await served.app.close();
  });

  it("show a change without being loaded anew, and keep what a person is typing", async () => {
    let name = "Red cells 1";
    const board = () => sampleBoard({ alarms: [sampleAlarm()], appliances: [sampleAppliance({ name })] });
    const served = await serve({ views: sampleViews({ board }), acknowledge: () => true });
    const page = await browser.newPage();
    const complained = complaints(page);
    await page.goto(served.url);
    await state(page, "live");
    await page.evaluate("window.loadedOnce = true");
    await page.locator(".acknowledge summary").click();
    await page.locator('input[name="note"]').pressSequentially("moved to");
    name = "Red cells 1, renamed";
    served.change();
    await page.getByRole("link", { name }).waitFor();
    expect(await page.evaluate("window.loadedOnce")).toBe(true);
    expect(await page.locator('input[name="note"]').inputValue()).toBe("moved to");
    expect(
      await page
        .locator('input[name="note"]')
        .evaluate((input) => input.ownerDocument.activeElement === input),
    ).toBe(true);
    expect(complained).toEqual([]);
    await page.close();
    await served.app.close();
  });

  it("say visibly that they are not live once the server is gone, and recover by themselves", async () => {
    const first = await serve();
    const page = await browser.newPage();
    await page.goto(first.url);
    await state(page, "live");
    const asOf = await page.locator("#page").getAttribute("data-as-of");
    await first.app.close();
    await state(page, "lost");
    expect(await page.locator("#live-text").textContent()).toContain(`Not live since ${asOf}.`);
    expect(await page.locator("#live").evaluate((sign) => sign.getBoundingClientRect().top)).toBe(0);
    const second = await serve(
      {
        views: sampleViews({
          board: () => sampleBoard({ appliances: [sampleAppliance({ name: "After" })] }),
        }),
      },
      first.port,
    );
    await state(page, "live");
    expect(await page.getByRole("link", { name: "After" }).isVisible()).toBe(true);
    await page.close();
    await second.app.close();
  });

  it("say that they are not live while the server cannot make them, and do not show its error in their place", async () => {
    let broken = false;
    const board = () => {
      if (broken) throw new TypeError("read side down");
      return sampleBoard();
    };
    const served = await serve({ views: sampleViews({ board }) });
    const page = await browser.newPage();
    await page.goto(served.url);
    await state(page, "live");
    broken = true;
    served.change();
    await state(page, "lost");
    expect(await page.locator(".tile").count()).toBe(sampleBoard().appliances.length);
    broken = false;
    served.change();
    await state(page, "live");
    await page.close();
    await served.app.close();
  });

  it("take an acknowledgement and come back to the page", async () => {
    let alarm = sampleAlarm();
    const taken: unknown[] = [];
    const served = await serve({
      views: sampleViews({ board: () => sampleBoard({ alarms: [alarm] }) }),
      acknowledge: (...all) => {
        taken.push([all[0], all[1].name, all[2]]);
        alarm = sampleAlarm({ phase: "acknowledged", acknowledgedBy: all[1].name });
        return true;
      },
    });
    const page = await browser.newPage();
    const complained = complaints(page);
    await page.goto(served.url);
    await page.locator(".acknowledge summary").click();
    await page.locator('input[name="note"]').fill("move to fridge 4");
    await page.locator(".acknowledge form button").click();
    await page.getByText("Acknowledged by A. Peeters").waitFor();
    expect(taken).toEqual([["alarm-1", "A. Peeters", { what: "move to fridge 4", minutes: 30 }]]);
    expect(new URL(page.url()).pathname).toBe("/");
    expect(complained).toEqual([]);
    await page.close();
    await served.app.close();
  });
});
