import {
  endedPeriods,
  type Period,
  periodText,
  periodTitle,
  periodWindow,
} from "@coldkeep/core/report/period.ts";
import type { Cancel } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Logger } from "pino";
import type { Services } from "../http/services.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import { isMadeAlready, noteMadeReport } from "./made-report.ts";
import { judgeReports } from "./report-alarm.ts";
import { type MadeReport, madeReports, periodFileName, readReport } from "./period-folder.ts";
import type { PeriodSettings } from "./period-settings.ts";

/** What making one report came to. */
export type PeriodOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What makes reports, outside of the server's own thread. */
export interface PeriodMaker {
  /** Writes the report into the folder. Never rejects. `progress` is told how far it is; the signal stops it. */
  readonly make: (
    period: Period,
    wantsMkt: boolean,
    progress: (text: string) => void,
    stop: AbortSignal,
  ) => Promise<PeriodOutcome>;
}

/** How making reports stands. */
export interface PeriodStanding {
  /** What is being made, and how far it is. */
  readonly making: { readonly period: Period; readonly said: string } | null;
  /** What could not be made last; null where the last one could. */
  readonly failed: { readonly period: Period; readonly reason: string } | null;
}

/** The reports of periods that this server has made and makes. */
export interface PeriodReports {
  readonly start: () => void;
  /** Stops one that is being made; nothing of it is left. */
  readonly stop: () => Promise<void>;
  /** Looks once whether one is due. */
  readonly look: () => void;
  /** Begins to make one because a person asks; false while another is being made. */
  readonly ask: (period: Period, wantsMkt: boolean) => boolean;
  readonly standing: () => PeriodStanding;
  /** How many could not be made since the start. */
  readonly failures: () => number;
  readonly list: () => readonly MadeReport[];
  /** The content of one of `list`; null where it is none. */
  readonly read: (name: string) => Uint8Array | null;
}

/** How often it is looked whether a period has ended. Unit ms. */
export const lookEveryMs: DurationMs = minuteMs;

/** A report is made this long after its period ends: by then gateways that were cut off for a moment have delivered. Unit ms. */
export const settleMs: DurationMs = hourMs;

/** One that failed is tried again after this. Unit ms. */
export const retryAfterMs: DurationMs = 15 * minuteMs;

/** A larger report is not mailed, but the link to it. Unit bytes. */
export const attachedBytesMax = 10 * 1024 * 1024;

/**
 * Keeps the reports of periods: makes each month's and year's once after it ended, as the settings say, one at a time, and others when asked. Of what ended while the server was
 * down the newest month and year are made up; older ones can be asked for. `settings` null: only when asked.
 */
export function keepPeriodReports(
  settings: PeriodSettings | null,
  folder: string,
  publicUrl: string | null,
  maker: PeriodMaker,
  services: Pick<Services, "alarms" | "clock" | "database" | "committer" | "outbox" | "site">,
  logger: Pick<Logger, "info" | "error">,
): PeriodReports {
  const { clock, database, site } = services;
  const ending = new AbortController();
  let cancel: Cancel = () => undefined;
  let making: PeriodStanding["making"] = null;
  let failed: PeriodStanding["failed"] = null;
  let running: Promise<void> = Promise.resolve();
  let notBefore = 0;
  let failures = 0;

  const siteName = (): string => site()?.site.site ?? "";

  const make = async (period: Period, wantsMkt: boolean, isDue: boolean): Promise<void> => {
    const outcome = await maker.make(
      period,
      wantsMkt,
      (said) => {
        making = { period, said };
      },
      ending.signal,
    );
    if (ending.signal.aborted) return;
    const title = periodTitle(period);
    if (outcome.ok) {
      if (isDue) {
        note(period);
        judgeReports(services, { failed: null });
      }
      failed = null;
      logger.info({ period: periodText(period) }, "a report of a period was made");
    } else {
      failures += 1;
      failed = { period, reason: outcome.reason };
      notBefore = clock.monotonicMs() + retryAfterMs;
      if (isDue) judgeReports(services, { failed: { title, reason: outcome.reason } });
      logger.error(
        { period: periodText(period), reason: outcome.reason },
        `the report of ${title} could not be made`,
      );
    }
  };

  const note = (period: Period): void => {
    const file = periodFileName(siteName(), period);
    const content = readReport(folder, file);
    if (content === null) throw new RangeError(`${file} is not in the folder of reports`);
    noteMadeReport(services, {
      file,
      title: periodTitle(period),
      site: siteName(),
      sha256: sha256Hex(content),
      bytes: content.length,
      mailTo: settings?.mailTo ?? [],
      address: publicUrl === null ? null : `${publicUrl}/reports/${file}`,
      isAttached: content.length <= attachedBytesMax,
    });
  };

  const begin = (period: Period, wantsMkt: boolean, isDue: boolean): void => {
    making = { period, said: "" };
    running = make(period, wantsMkt, isDue)
      .catch((error: unknown) => {
        failures += 1;
        const reason = error instanceof Error ? error.message : String(error);
        failed = { period, reason };
        if (isDue) judgeReports(services, { failed: { title: periodTitle(period), reason } });
        notBefore = clock.monotonicMs() + retryAfterMs;
        logger.error({ err: error }, "a report of a period was made and could not be noted; making it again");
      })
      .finally(() => {
        making = null;
      });
  };

  const due = (): Period | null => {
    const book = site();
    if (settings === null || book === null || clock.monotonicMs() < notBefore) return null;
    const { timeZone } = book.site;
    const { month, year } = endedPeriods(clock.epochMs() - settleMs, timeZone);
    const wanted = [...(settings.monthly ? [month] : []), ...(settings.yearly ? [year] : [])];
    const first = database.prepare("SELECT at FROM journal WHERE seq = 1").get();
    const begunAt = first === undefined ? Number.MAX_SAFE_INTEGER : Number(first["at"]);
    return (
      wanted.find(
        (period) =>
          begunAt < periodWindow(period, timeZone).to &&
          !isMadeAlready(database, periodFileName(book.site.site, period)),
      ) ?? null
    );
  };

  const look = (): void => {
    if (making !== null || ending.signal.aborted) return;
    const period = due();
    // Nothing is due while the next try waits; then it is still so.
    if (period === null && clock.monotonicMs() >= notBefore) judgeReports(services, { failed: null });
    if (period !== null) begin(period, settings?.mkt ?? false, true);
  };

  const schedule = (): void => {
    cancel = clock.after(lookEveryMs, () => {
      try {
        look();
      } catch (error) {
        logger.error({ err: error }, "it could not be looked whether a report is due; trying again");
      }
      schedule();
    });
  };

  return {
    start: schedule,
    stop: async () => {
      cancel();
      ending.abort();
      await running;
    },
    look,
    ask: (period, wantsMkt) => {
      if (making !== null || ending.signal.aborted) return false;
      begin(period, wantsMkt, false);
      return true;
    },
    standing: () => ({ making, failed }),
    failures: () => failures,
    list: () => madeReports(folder, siteName()),
    read: (name) =>
      madeReports(folder, siteName()).some((each) => each.name === name) ? readReport(folder, name) : null,
  };
}
