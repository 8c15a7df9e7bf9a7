/** The reports' PDF/A-3b, by a validator that is not ours. Their data inside is part of what it checks: name, kind of file, relationship, and that the document names it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { reportCommand } from "../period/report-command.ts";
import { sampleMonth } from "../period/sample-month.ts";
import {
  sampleCurve,
  sampleExcursion,
  sampleExcursionPage,
  sampleOpenExcursion,
  sampleUnit,
} from "../pages/sample-excursions.ts";
import { sampleNow, sampleReadings, sampleSite } from "../pages/sample-views.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { testServer, testStart } from "../testing/test-server.ts";
import { renderExcursionReport } from "./excursion-report.ts";
import { isValidatorThere, type PdfVerdict, validatePdfA } from "./pdf-validator.ts";

const missing = !isValidatorThere && process.env["CI"] !== "true";

const excursion = sampleExcursion();
const signature = {
  id: "s-1",
  login: "olga",
  name: "Όλγα Παπαδοπούλου",
  role: "quality" as const,
  method: "password+totp" as const,
  at: sampleNow,
  meaning: "review" as const,
  reason: "Fan failed; units were moved within 20 minutes",
  subjectKind: "excursion",
  subject: excursion.id,
  contentHash: "5f".repeat(32),
  journalSeq: 12,
};

/** Everything that a report of an excursion may come to look like. */
const views: Readonly<Record<string, ExcursionPageView>> = {
  usual: sampleExcursionPage(),
  "still open": sampleExcursionPage({ excursion: sampleOpenExcursion() }),
  "of nothing but itself": sampleExcursionPage({
    units: [],
    revisions: [],
    alarms: [],
    notifications: [],
    actions: [],
    profileSource: null,
    times: [],
  }),
  "without readings": sampleExcursionPage({
    excursion: sampleExcursion({
      side: "unmonitored",
      end: null,
      extremeCelsius: null,
      provenGoodBefore: null,
    }),
    curve: sampleCurve({ readings: [] }),
  }),
  "30 days of readings": sampleExcursionPage({
    curve: sampleCurve({
      from: sampleNow - 30 * 24 * 60 * minuteMs,
      readings: sampleReadings(sampleNow - 30 * 24 * 60 * minuteMs, sampleNow, 4),
    }),
  }),
  "500 units": sampleExcursionPage({ units: Array.from({ length: 500 }, (_, index) => sampleUnit(index)) }),
  "names in other letters": sampleExcursionPage({
    site: { ...sampleSite, id: "Αθήνα" },
    excursion: sampleExcursion({
      applianceName: "Ψυγείο 3, Холодильник, 冷蔵庫, ثلاجة, Ződ ǆ ﬁ 👩‍⚕️ a\u0301\u200b\u0007",
    }),
    units: [sampleUnit(1, { now: "Кровь (Київ) ".repeat(20) })],
    profile: "x".repeat(300),
  }),
  "signed, once for an older version": sampleExcursionPage({
    signatures: [
      { ...signature, stands: false },
      { ...signature, id: "s-2", stands: true },
    ],
    decisions: [
      {
        number: 1,
        login: "olga",
        name: "Όλγα Παπαδοπούλου",
        excursion: excursion.id,
        decision: "concession",
        content: {
          excursion: excursion.id,
          revision: 3,
          decision: "concession",
          cause: "Door left open",
          units: [],
        },
        reason: "Shortage",
        at: sampleNow,
        second: { login: "eva", name: "Eva Ødegård", verdict: "agreed", reason: "Agreed", at: sampleNow },
      },
    ],
  }),
};

/** The report of an excursion as the server gives it out: sealed, with its data inside. */
async function servedReport(): Promise<Uint8Array> {
  const running = await testServer({ start: testStart + 90 * minuteMs });
  try {
    const values = [4, 4, 5, 6, 7, ...Array.from({ length: 20 }, () => 8), 7, 6, 5, 4, 4, 4, 4, 4, 4, 4, 4];
    await running.post(
      "p1",
      values.map((celsius, index) => ({ at: testStart + index * minuteMs, celsius })),
    );
    const { json } = await running.call("GET", "/v1/excursions?probe=p1");
    const id = (json as { items: { id: string }[] }).items[0]?.id ?? "";
    const headers = { authorization: "Bearer test-token" };
    const answer = await running.server.web.inject({ url: `/v1/excursions/${id}/report.pdf`, headers });
    expect(answer.statusCode).toBe(200);
    return answer.rawPayload;
  } finally {
    await running.stop();
  }
}

/** Reports of a month and a year, with and without the mean kinetic temperature. */
async function periodReports(): Promise<Uint8Array[]> {
  const server = await sampleMonth();
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-period-"));
  const made: Uint8Array[] = [];
  try {
    for (const more of [
      ["--period", "2026-10"],
      ["--period", "2026", "--mkt"],
    ]) {
      const said: string[] = [];
      const io = { print: (line: string) => void said.push(line), readFile: String, environment: {} };
      expect(await reportCommand([...more, "--data", server.data, "--to", folder], io)).toBe(0);
      made.push(readFileSync(said[0] ?? ""));
    }
    return made;
  } finally {
    rmSync(folder, { recursive: true });
    await server.stop();
  }
}

const accepted = (verdicts: readonly PdfVerdict[], files: number): void => {
  expect(verdicts.map(({ broken }) => broken)).toEqual(Array.from({ length: files }, () => []));
  expect(verdicts.every(({ isAccepted, assertions }) => isAccepted && assertions > 1_000)).toBe(true);
};

describe.skipIf(missing)("PDF/A-3b by veraPDF (skipped where it was not fetched, as .ci/run does)", () => {
  it("accepts the report of an excursion, whatever it holds", async () => {
    const files: Uint8Array[] = [];
    for (const view of Object.values(views)) files.push(await renderExcursionReport(view));
    accepted(validatePdfA(files), Object.keys(views).length);
  });

  it("accepts the sealed report with its data inside, and refuses it with any part of that amiss", async () => {
    const report = await servedReport();
    const amiss = (from: string, to: string): Uint8Array => {
      const text = Buffer.from(report).toString("latin1");
      expect(text).toContain(from);
      expect(to).toHaveLength(from.length);
      return Buffer.from(text.replaceAll(from, to), "latin1");
    };
    const [good, ...bad] = validatePdfA([
      report,
      amiss("<pdfaid:part>3<", "<pdfaid:part>2<"),
      amiss("/AFRelationship", "/XFRelationship"),
      amiss("/AF ", "/XF "),
      amiss("/FontFile2", "/FontFileX"),
      amiss("/OutputIntents", "/OutputIntentX"),
    ]);
    accepted(good === undefined ? [] : [good], 1);
    expect(bad.map(({ isAccepted }) => isAccepted)).toEqual([false, false, false, false, false]);
    const clauses = bad.map(({ broken }) => broken.map((text) => text.split(" ")[0]));
    for (const [index, clause] of ["6.6.4", "6.8", "6.8", "6.2.11.4.1", "6.2.4.3"].entries())
      expect(clauses[index]).toContain(clause);
  });

  it("accepts the reports of a month and of a year", async () => {
    const files = await periodReports();
    accepted(validatePdfA(files), 2);
  });
});
