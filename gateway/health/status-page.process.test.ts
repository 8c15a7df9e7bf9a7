import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { programMissing } from "../rig/processes.ts";
import { sampleStatus, troubledStatus } from "./sample-status.ts";
import type { GatewayStatus } from "./status.ts";
import { statusPage } from "./status-page.ts";
import { statusServer } from "./status-server.ts";

const executablePath = "/usr/bin/chromium";
const missing = programMissing(executablePath);

test.skipIf(missing !== null)(
  "the status page loads in Chromium without a complaint and never scrolls sideways on a phone",
  async () => {
    let status: GatewayStatus = sampleStatus;
    const server = await statusServer(
      "127.0.0.1:0",
      () => status,
      [],
      () => statusPage(status),
    );
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    const complaints: string[] = [];
    for (const width of [360, 1_200]) {
      for (const each of [sampleStatus, troubledStatus]) {
        status = each;
        const page = await browser.newPage({ viewport: { width, height: 800 } });
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        await page.goto(`http://${server.address}/`);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        const style = await page.evaluate(
          "getComputedStyle(document.querySelector('section')).borderTopWidth",
        );
        expect(style).toBe("1px");
        const folder = process.env["SCREENSHOTS"];
        if (folder !== undefined)
          await page.screenshot({
            path: `${folder}/status-${width}-${each === sampleStatus ? "well" : "troubled"}.png`,
            fullPage: true,
          });
        await page.close();
      }
    }
    expect(complaints).toEqual([]);
    await browser.close();
    await server.stop();
  },
);
