import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { CommandIo } from "../command-io.ts";
import { sampleExcursionPage } from "../pages/sample-excursions.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { renderExcursionReport } from "./excursion-report.ts";
import { evidenceOf } from "./report-evidence.ts";
import { makePageViews } from "../overview/page-views.ts";
import { checkSeal } from "./seal.ts";
import { verifyReportCommand } from "./verify-report-command.ts";
import { verifyReport } from "./verify-report.ts";

let running: TestServer;
let id = "";
let report: Uint8Array;

/** The worked example of design.md section 5, with a gap before it and half an hour of good readings around. */
const values = [4, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 6, 5, 4, 4, 4, 4, 4, 4, 4, 4];

beforeAll(async () => {
  running = await testServer({ start: testStart + 90 * minuteMs });
  const quiet = Array.from({ length: 20 }, (_, index) => ({ at: testStart + index * minuteMs, celsius: 4 }));
  const spell = values.map((celsius, index) => ({ at: testStart + (30 + index) * minuteMs, celsius }));
  await running.post("p1", [...quiet, ...spell]);
  const { json } = await running.call("GET", "/v1/excursions?probe=p1");
  id = (json as { items: { id: string }[] }).items[0]?.id ?? "";
  report = await reportOf(running);
});

afterAll(() => running.stop());

async function reportOf({ server }: TestServer): Promise<Uint8Array> {
  const headers = { authorization: "Bearer test-token" };
  const answer = await server.web.inject({ url: `/v1/excursions/${id}/report.pdf`, headers });
  expect(answer.statusCode).toBe(200);
  return answer.rawPayload;
}

test("a report stands alone: seal, files and figures hold, and it is the same bytes each time", async () => {
  const verdict = await verifyReport(report);
  expect(verdict.wrong).toEqual([]);
  expect(verdict.held).toHaveLength(5);
  expect(verdict.data?.excursion).toMatchObject({ id, outMs: 720_000, degreeMinutes: 20, status: "closed" });
  expect(verdict.data?.readings.entries).toBeLessThan(values.length + 20);
  expect(verdict.publicHex).toBe(running.server.services.sealKey?.publicHex);
  expect(Buffer.from(await reportOf(running)).equals(report)).toBe(true);
});

test("the command says in words what holds and what does not, and takes the server's key and records", async () => {
  const lines: string[] = [];
  const forged = Buffer.from(report);
  forged[5_000] = (forged[5_000] ?? 0) ^ 1;
  const files: Readonly<Record<string, Uint8Array>> = { "report.pdf": report, "forged.pdf": forged };
  const io: CommandIo = {
    print: (line) => void lines.push(line),
    readFile: () => "",
    readBytes: (path) => files[path] ?? new Uint8Array(),
    environment: {},
  };
  const key = running.server.services.sealKey?.publicHex ?? "";
  expect(await verifyReportCommand(["report.pdf", "--key", key, "--records", running.data], io)).toBe(0);
  expect(lines.join("\n")).toContain("its heads lie on the chains of");
  expect(await verifyReportCommand(["report.pdf", "--key", "0".repeat(64)], io)).toBe(1);
  expect(lines.join("\n")).toContain("it was not made with the key 000");
  expect(await verifyReportCommand(["forged.pdf"], io)).toBe(1);
  expect(lines.at(-1)).toBe("forged.pdf is NOT as it was made.");
});

test("any bit that is changed is found", async () => {
  const places = fc.nat({ max: report.length * 8 - 1 });
  fc.assert(
    fc.property(places, (place) => {
      const changed = Uint8Array.from(report);
      changed[place >> 3] = (changed[place >> 3] ?? 0) ^ (1 << (place & 7));
      expect(checkSeal(changed).ok).toBe(false);
    }),
    { numRuns: 3_000 },
  );
  const room = Buffer.from(report).indexOf("coldkeep-seal");
  for (let place = room * 8; place < (room + 280) * 8; place += 1) {
    const changed = Uint8Array.from(report);
    changed[place >> 3] = (changed[place >> 3] ?? 0) ^ (1 << (place & 7));
    expect(checkSeal(changed).ok).toBe(false);
  }
});

test("bytes that are cut, doubled, put in or taken out are found, and none of it throws", async () => {
  const anywhere = fc.nat({ max: report.length });
  await fc.assert(
    fc.asyncProperty(anywhere, anywhere, fc.uint8Array({ maxLength: 50 }), async (a, b, junk) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const changed = Buffer.concat([report.subarray(0, from), junk, report.subarray(to)]);
      if (changed.equals(report)) return;
      expect((await verifyReport(changed)).wrong.length).toBeGreaterThan(0);
    }),
    { numRuns: 100 },
  );
});

test("a report that states other figures than its readings give is found even under a good seal", async () => {
  const { services } = running.server;
  const view = await makePageViews(services).excursion(id);
  if (view === null || services.sealKey === null) throw new RangeError("there is no such report");
  const evidence = await evidenceOf(services, view);
  const options = { evidence, key: services.sealKey };
  const forged = { ...view, excursion: { ...view.excursion, outMs: 60_000, degreeMinutes: 0.5 } };
  const verdict = await verifyReport(await renderExcursionReport(forged, options));
  expect(verdict.wrong).toEqual([expect.stringContaining("other figures")]);
  expect(verdict.wrong[0]).toContain("outMs, degreeMinutes");
  const cooled = evidence.readings.map((reading) =>
    "celsius" in reading ? { ...reading, celsius: 4 } : reading,
  );
  const cold = await renderExcursionReport(view, { ...options, evidence: { ...evidence, readings: cooled } });
  expect((await verifyReport(cold)).wrong).toEqual([expect.stringContaining("No excursion such as")]);
});

test("what is no report is refused in words", async () => {
  const plain = await renderExcursionReport(sampleExcursionPage());
  expect((await verifyReport(plain)).wrong).toEqual([
    "The seal: it has no seal.",
    "It carries no excursion.json.",
  ]);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
      expect((await verifyReport(bytes)).wrong.length).toBeGreaterThan(0);
    }),
  );
});
