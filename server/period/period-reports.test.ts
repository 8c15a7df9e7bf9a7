import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Period, periodText } from "@coldkeep/core/report/period.ts";
import { hourMs, minuteMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import { pino } from "pino";
import { replay } from "../replay/replay.ts";
import { type TestServer, testServer } from "../testing/test-server.ts";
import { periodFileName } from "./period-folder.ts";
import {
  keepPeriodReports,
  lookEveryMs,
  type PeriodOutcome,
  type PeriodReports,
  retryAfterMs,
} from "./period-reports.ts";
import { type PeriodSettings, periodSettingsSchema } from "./period-settings.ts";
import { reportAttachments } from "./report-mail.ts";

/** 20 October 2026. */
const begun = parseInstant("2026-10-20T12:00:00Z") ?? 0;
const novemberAt = parseInstant("2026-10-31T23:00:00Z") ?? 0;

describe("reports of periods", () => {
  let server: TestServer;
  let folder = "";
  let asked: string[] = [];
  let outcome: PeriodOutcome = { ok: true };

  beforeEach(async () => {
    server = await testServer({ start: begun });
    folder = mkdtempSync(join(tmpdir(), "coldkeep-reports-"));
    asked = [];
    outcome = { ok: true };
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const settings = (changes: Partial<PeriodSettings> = {}): PeriodSettings => ({
    ...periodSettingsSchema.parse({ mailTo: ["quality@example.org"] }),
    ...changes,
  });

  const keep = (given: PeriodSettings | null = settings()): PeriodReports =>
    keepPeriodReports(
      given,
      folder,
      "https://cold.example.org",
      {
        make: async (period: Period, _wantsMkt, progress) => {
          asked.push(periodText(period));
          progress("measured 50 %");
          if (outcome.ok)
            writeFileSync(join(folder, periodFileName("mechelen", period)), `%PDF ${periodText(period)}`);
          return outcome;
        },
      },
      server.server.services,
      pino({ level: "silent" }),
    );

  /** Looks, and ends when what was begun is done. */
  const lookAndStop = async (reports: PeriodReports): Promise<void> => {
    reports.look();
    for (let turn = 0; turn < 20 && reports.standing().making !== null; turn += 1) await Promise.resolve();
    await reports.stop();
  };

  const owed = () =>
    server.server.services.database.prepare("SELECT id, address, body FROM notifications ORDER BY id").all();

  it("calls while one that is due cannot be made, until it is, or none is due any more", async () => {
    const isCalling = (): boolean =>
      server.server.services.alarms
        .underWay()
        .some(({ kind, state }) => kind === "report-failing" && state.condition);
    const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
    const reports = keep();
    server.clock.advance(novemberAt - begun + 2 * hourMs);
    outcome = { ok: false, reason: "the disk is full" };
    reports.look();
    await settle();
    expect(isCalling()).toBe(true);
    server.clock.advance(minuteMs);
    reports.look();
    expect(isCalling()).toBe(true);
    outcome = { ok: true };
    server.clock.advance(retryAfterMs);
    reports.look();
    await settle();
    expect(isCalling()).toBe(false);
    outcome = { ok: false, reason: "the disk is full" };
    server.clock.advance(62 * 24 * hourMs);
    reports.look();
    await settle();
    expect(isCalling()).toBe(true);
    keep(null).look();
    expect(isCalling()).toBe(false);
    expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
    await reports.stop();
  });

  it("are made once the month has been over for an hour, once, whatever restarts", async () => {
    await lookAndStop(keep());
    server.clock.advance(novemberAt + hourMs - 1 - begun);
    await lookAndStop(keep());
    expect(asked).toEqual([]);
    server.clock.advance(1);
    await lookAndStop(keep());
    await lookAndStop(keep());
    server = await server.restart();
    await lookAndStop(keep());
    expect(asked).toEqual(["2026-10"]);
  });

  it("are mailed with the file, its hash and where it lies, to each address once", async () => {
    server.clock.advance(novemberAt + 2 * hourMs - begun);
    await lookAndStop(keep(settings({ mailTo: ["a@example.org", "b@example.org"] })));
    const mails = owed();
    expect(mails.map(({ address }) => address)).toEqual(["a@example.org", "b@example.org"]);
    expect(String(mails[0]?.["body"])).toContain(
      "https://cold.example.org/reports/coldkeep-report-mechelen-2026-10.pdf",
    );
    expect(String(mails[0]?.["body"])).toMatch(/SHA-256 [0-9a-f]{64}/);
    const [attached] = reportAttachments(folder, String(mails[0]?.["id"]));
    expect(attached?.name).toBe("coldkeep-report-mechelen-2026-10.pdf");
    expect(new TextDecoder().decode(attached?.content)).toBe("%PDF 2026-10");
    expect(reportAttachments(folder, "some-alarm.0.a@example.org")).toEqual([]);
    expect(reportAttachments(folder, "report:../../etc/passwd.0.a@example.org")).toEqual([]);
    expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
  });

  it("that failed are tried again after a while and say why until then", async () => {
    server.clock.advance(novemberAt + 2 * hourMs - begun);
    const reports = keep();
    outcome = { ok: false, reason: "no room" };
    const settled = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    };
    reports.look();
    await settled();
    expect(reports.standing()).toMatchObject({ making: null, failed: { reason: "no room" } });
    reports.look();
    await settled();
    expect(asked).toEqual(["2026-10"]);
    outcome = { ok: true };
    server.clock.advance(retryAfterMs);
    reports.look();
    await settled();
    expect(asked).toEqual(["2026-10", "2026-10"]);
    expect(reports.standing().failed).toBeNull();
    await reports.stop();
  });

  it("are of the year too, and of nothing that ended before the records began", async () => {
    server.clock.advance((parseInstant("2027-01-01T01:00:00Z") ?? 0) - begun);
    await lookAndStop(keep());
    await lookAndStop(keep());
    await lookAndStop(keep());
    expect(asked).toEqual(["2026-12", "2026"]);
  });

  it("are looked for by themselves", async () => {
    server.clock.advance(novemberAt + 2 * hourMs - begun);
    const reports = keep();
    reports.start();
    server.clock.advance(lookEveryMs + minuteMs);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    await reports.stop();
    expect(asked).toEqual(["2026-10"]);
  });

  it("can be asked for one at a time, and read by the names that are listed alone", async () => {
    const reports = keep(null);
    expect(reports.ask({ kind: "month", year: 2026, month: 9 }, false)).toBe(true);
    expect(reports.standing().making?.said).toBe("measured 50 %");
    expect(reports.ask({ kind: "year", year: 2025, month: 0 }, false)).toBe(false);
    await reports.stop();
    expect(reports.list().map(({ name }) => name)).toEqual(["coldkeep-report-mechelen-2026-09.pdf"]);
    expect(reports.read("coldkeep-report-mechelen-2026-09.pdf")).not.toBeNull();
    expect(reports.read("../data/report.key")).toBeNull();
    expect(owed()).toEqual([]);
  });
});
