/** The report of a month of a small site, made by the command beside its running server and read by other programs. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../journal/hash-chain.ts";
import { filesIn } from "../reports/files-in-pdf.ts";
import { verifyReport } from "../reports/verify-report.ts";
import { verifyReportCommand } from "../reports/verify-report-command.ts";
import { checkSeal } from "../reports/seal.ts";
import type { TestServer } from "../testing/test-server.ts";
import { reportCommand } from "./report-command.ts";
import { sampleFrom, sampleMonth, sampleTo } from "./sample-month.ts";

const pdftotext = "/usr/bin/pdftotext";
const missing = !existsSync(pdftotext) && process.env["CI"] !== "true";

interface PeriodData {
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly entries: number }[];
  readonly lists: Readonly<
    Record<string, readonly Readonly<Record<string, string | number | boolean | null>>[]>
  >;
}

describe.skipIf(missing)(
  "the report of a month, read by poppler (skipped where pdftotext is not installed)",
  () => {
    let server: TestServer;
    let folder = "";
    let bytes: Uint8Array = new Uint8Array();
    let files: ReadonlyMap<string, Uint8Array> = new Map();
    const said: string[] = [];
    const shown: string[] = [];

    const make = async (...more: string[]): Promise<Uint8Array> => {
      said.length = 0;
      const io = {
        print: (line: string) => void said.push(line),
        readFile: String,
        environment: {},
        progress: (text: string) => void shown.push(text),
      };
      const args = ["--period", "2026-10", "--data", server.data, "--to", folder, ...more];
      expect(await reportCommand(args, io)).toBe(0);
      return readFileSync(said[0] ?? "");
    };

    const textOf = (pdf: Uint8Array): string =>
      execFileSync(pdftotext, ["-layout", "-", "-"], { input: pdf, encoding: "utf8" });

    const dataOf = (): PeriodData =>
      JSON.parse(new TextDecoder().decode(files.get("period.json"))) as PeriodData;

    beforeAll(async () => {
      server = await sampleMonth();
      folder = mkdtempSync(join(tmpdir(), "coldkeep-period-"));
      bytes = await make();
      files = (await filesIn(bytes)) ?? new Map();
    }, 240_000);

    afterAll(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("says on its first page what the month came to and what is left open", () => {
      const [first = ""] = textOf(bytes).split("\f");
      for (const words of [
        "Period report",
        "October 2026, site mechelen",
        "1 Oct 2026, 00:00:00, Europe/Brussels (UTC+2)",
        "1 Nov 2026, 00:00:00, Europe/Brussels (UTC+1)",
        "5 excursions touched the period",
        "5 excursions not signed",
        "p1: calibration overdue",
        "p2: no calibration on record",
        "1 gap without an explanation on record, 3 h 25 min",
      ])
        expect(first).toContain(words);
    });

    it("names each appliance with its gaps and why, and lists who did what", () => {
      const text = textOf(bytes).replaceAll(/\s+/g, " ");
      for (const words of [
        "Réfrigérateur 1",
        "Koelkast één",
        "Directive 2004/33/EC, consolidated 2016",
        "certificate CAL-2231",
        "Sensor fault: Probe circuit open",
        "Sensor fault: Line to the sensor failed",
        "Mains lost: fridge-1, for 1 h 30 min of it; Nothing known, for 35 min of it",
        "t. maes: compressor replaced",
        "after 2 h 00 min by n.",
        "A9999 26 000001",
        "60 minutes out",
        "1 held: 0 passed, 1 not passed; 1 of these not reviewed.",
        "quarterly alarm test",
        "1 test of the alarms not reviewed",
        "contacts: [{",
      ])
        expect(text).toContain(words);
    });

    it("states the heads of both chains on each page", () => {
      const pages = textOf(bytes).split("\f").slice(0, -1);
      const { journal, audit } = server.server.services.heads.current();
      expect(pages.length).toBeGreaterThan(3);
      for (const page of pages) {
        expect(page).toContain(journal.hash);
        expect(page).toContain(audit.hash);
      }
    });

    it("divides the time of each probe as the history does, to the millisecond", async () => {
      const { services } = server.server;
      const { coverage = [] } = dataOf().lists;
      expect(coverage).toHaveLength(2);
      for (const line of coverage) {
        const memory = services.engine.probe(String(line["probe"]));
        if (memory === undefined) throw new RangeError("no such probe");
        const now = services.clock.epochMs();
        const measured = await services.history.measure(memory, sampleFrom, sampleTo, now);
        expect(line).toMatchObject({
          in_ms: measured.inMs,
          low_ms: measured.lowMs,
          high_ms: measured.highMs,
          unknown_ms: measured.unknownMs,
          pending_ms: measured.pendingMs,
          min_celsius: measured.minCelsius,
          max_celsius: measured.maxCelsius,
          longest_out_ms: measured.longestOutMs,
          degree_minutes: measured.degreeMinutes,
        });
        const parts = ["in_ms", "low_ms", "high_ms", "unknown_ms", "pending_ms"];
        expect(parts.reduce((sum, part) => sum + Number(line[part]), 0)).toBe(sampleTo - sampleFrom);
      }
    });

    it("carries every list as CSV, each as its data says", () => {
      const { files: listed } = dataOf();
      expect([...files.keys()].toSorted()).toEqual(
        ["period.json", ...listed.map(({ name }) => name)].toSorted(),
      );
      for (const { name, sha256, entries } of listed) {
        const content = new TextDecoder().decode(files.get(name));
        expect(sha256Hex(content)).toBe(sha256);
        expect(content.split("\r\n")).toHaveLength(entries + 2);
      }
    });

    it("is PDF/A-3 under the server's seal, has the same bytes when it is made again, and shows how far it is", async () => {
      const seal = checkSeal(bytes);
      expect(seal).toMatchObject({ ok: true, publicHex: server.server.services.sealKey?.publicHex });
      expect(Buffer.from(bytes).toString("latin1")).toContain("<pdfaid:part>3</pdfaid:part>");
      expect(Buffer.from(await make()).equals(Buffer.from(bytes))).toBe(true);
      expect(shown).toContain("measured 100 %");
    });

    it("is checked without a server and against the records, and any changed bit is found", async () => {
      const lines: string[] = [];
      const check = (content: Uint8Array, ...more: string[]): Promise<number> =>
        verifyReportCommand(["report.pdf", ...more], {
          print: (line) => void lines.push(line),
          readFile: String,
          readBytes: () => content,
          environment: {},
        });
      expect(await check(bytes, "--records", server.data)).toBe(0);
      expect(lines.join("\n")).toContain("the time of its 2 probes adds up to the period");
      expect(lines.join("\n")).toContain("its 14 lists are the files that it names");
      expect(lines.join("\n")).toContain("its heads lie on the chains");
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
          const changed = Uint8Array.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ (1 << bit);
          expect((await verifyReport(changed)).wrong.length).toBeGreaterThan(0);
        }),
        { numRuns: 40 },
      );
    });

    it("has the mean kinetic temperature only where it is wanted, with what it is not", async () => {
      expect(textOf(bytes)).not.toContain("kinetic");
      const text = textOf(await make("--mkt", "--files"));
      expect(text).toContain("not an acceptance criterion for blood");
      expect(text).toMatch(/p1 +4\.\d\d °C/);
      expect(said.filter((line) => line.endsWith(".csv"))).toHaveLength(14);
    });

    it("refuses a period that is none, and a folder that is not there", async () => {
      const io = { print: () => undefined, readFile: String, environment: {} };
      await expect(reportCommand(["--period", "2026-13", "--data", server.data], io)).rejects.toMatchObject({
        code: "arguments.invalid",
      });
      const to = join(folder, "nowhere");
      await expect(
        reportCommand(["--period", "2026-10", "--data", server.data, "--to", to], io),
      ).rejects.toMatchObject({ code: "reports.folder-unwritable" });
    });
  },
);
