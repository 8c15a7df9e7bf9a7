import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sampleExcursionPage, sampleOpenExcursion, sampleUnit } from "../pages/sample-excursions.ts";
import { sampleNow } from "../pages/sample-views.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { renderExcursionReport } from "./excursion-report.ts";

const pdftotext = "/usr/bin/pdftotext";
const missing = !existsSync(pdftotext) && process.env["CI"] !== "true";

/** The text of each page of the report, as another program reads it. */
async function pagesOf(view: ExcursionPageView): Promise<string[]> {
  const input = await renderExcursionReport(view);
  const text = execFileSync(pdftotext, ["-layout", "-", "-"], { input, encoding: "utf8" });
  return text.split("\f").slice(0, -1);
}

describe.skipIf(missing)(
  "the excursion report, read by poppler (skipped where pdftotext is not installed)",
  () => {
    it("says what happened, with names as they are written", async () => {
      const text = (await pagesOf(sampleExcursionPage())).join("\n");
      for (const words of [
        "Excursion report",
        "CLOSED",
        "Réfrigérateur 3",
        "Koelkast één",
        "9.37 °C",
        "52 min 14 s to 1 h 14 min 14 s",
        "Directive 2004/33/EC",
        "B1234 26 100074",
        "LEFT: recall",
        "Readings from 06:08 to 06:16",
        "Not sent, 4 attempts",
        "Quality officer, decided by",
      ]) {
        expect(text).toContain(words);
      }
    });

    it("says of an open one that it is still open", async () => {
      const text = (await pagesOf(sampleExcursionPage({ excursion: sampleOpenExcursion() }))).join("\n");
      expect(text).toContain("still open at 22 Nov 2026, 09:30:00");
      expect(text).toContain("figures and units may grow");
    });

    it("is PDF/A-3 and embeds each font that it prints with", async () => {
      const folder = mkdtempSync(join(tmpdir(), "coldkeep-report-"));
      const file = join(folder, "report.pdf");
      writeFileSync(file, await renderExcursionReport(sampleExcursionPage()));
      const asked = (program: string, ...options: string[]) =>
        execFileSync(`/usr/bin/${program}`, [...options, file], { encoding: "utf8" });
      const metadata = asked("pdfinfo", "-meta");
      const fonts = asked("pdffonts").trim().split("\n").slice(2);
      rmSync(folder, { recursive: true });
      expect(metadata).toContain("<pdfaid:part>3</pdfaid:part>");
      expect(metadata).toContain("<pdfaid:conformance>B</pdfaid:conformance>");
      expect(fonts.length).toBeGreaterThan(1);
      for (const font of fonts) expect(font).toMatch(/ yes yes yes /);
    });

    it("repeats the header over 500 units, numbers every page and loses no unit", async () => {
      const units = Array.from({ length: 500 }, (_, index) =>
        sampleUnit(index, index % 50 === 7 ? { now: null, residenceTo: sampleNow } : {}),
      );
      const view = sampleExcursionPage({ units });
      const pages = await pagesOf(view);
      expect(pages.length).toBeGreaterThan(10);
      for (const [index, page] of pages.entries()) {
        expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
        expect(page).toContain("Excursion exc-20261122-0001, revision 3, site mechelen");
        expect(page).toContain(view.journalHead.hash);
        expect(page).toContain("2026-11-22T08:30:00.000Z");
        if (/B1234 26 \d{6}/.test(page)) expect(page).toContain("Decision and initials");
      }
      const listed = pages.join("\n").match(/B1234 26 \d{6}/g) ?? [];
      expect(new Set(listed).size).toBe(500);
      expect(listed).toHaveLength(500);
    });
  },
);
