import { describe, expect, it } from "vitest";
import { sampleExcursion, sampleExcursionPage, sampleUnit } from "../pages/sample-excursions.ts";
import { sampleNow } from "../pages/sample-views.ts";
import { renderExcursionReport } from "./excursion-report.ts";

describe("the excursion report", () => {
  it("is a PDF with the same bytes for the same view, and others for another", async () => {
    const first = Buffer.from(await renderExcursionReport(sampleExcursionPage()));
    const again = Buffer.from(await renderExcursionReport(structuredClone(sampleExcursionPage())));
    expect(first.subarray(0, 8).toString()).toBe("%PDF-1.7");
    expect(first.equals(again)).toBe(true);
    const later = Buffer.from(await renderExcursionReport(sampleExcursionPage({ at: sampleNow + 1_000 })));
    expect(first.equals(later)).toBe(false);
  });

  it("is made of anything that a view may hold", async () => {
    const views = [
      sampleExcursionPage({ units: [], revisions: [], alarms: [], notifications: [], profileSource: null }),
      sampleExcursionPage({
        excursion: sampleExcursion({
          side: "unmonitored",
          end: null,
          extremeCelsius: null,
          provenGoodBefore: null,
          provenGoodAfter: null,
        }),
        curve: { ...sampleExcursionPage().curve, readings: [] },
      }),
      sampleExcursionPage({ units: [sampleUnit(1, { now: "long ".repeat(60) })], profile: "x".repeat(300) }),
    ];
    for (const view of views) expect((await renderExcursionReport(view)).length).toBeGreaterThan(1_000);
  });
});
