import { Worker } from "node:worker_threads";
import type { Site } from "@coldkeep/core/site/site.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Database } from "../store/database.ts";
import { backtestSite, type BacktestProgress, type BacktestResult } from "./backtest-site.ts";

/** What is back-tested. */
export interface BacktestQuestion {
  readonly site: Site;
  readonly days: number;
  readonly now: EpochMs;
}

/** What the past says: the result without what a rehearsal adds to it. */
export type BacktestFindings = Omit<BacktestResult, "excursions" | "units">;

/** What the thread tells. */
export type BacktestNews =
  | { readonly progress: BacktestProgress }
  | { readonly findings: BacktestFindings }
  | { readonly error: string };

/** Runs a back-test; `progress` is called after each probe. Throws `proposal.backtest-failed`. */
export type RunBacktest = (
  question: BacktestQuestion,
  progress: (progress: BacktestProgress) => void,
) => Promise<BacktestFindings>;

/** Back-tests in a thread of their own, on a connection of their own, so that they take no time from ingest and alarms. */
export function threadBacktest(recordsPath: string): RunBacktest {
  return (question, progress) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./backtest-worker.ts", import.meta.url), {
        workerData: { recordsPath, question },
      });
      worker.unref();
      const failed = (reason: string): void => {
        reject(new CodedError("proposal.backtest-failed", `The back-test ended before its end: ${reason}`));
        void worker.terminate();
      };
      worker.on("message", (news: BacktestNews) => {
        if ("progress" in news) progress(news.progress);
        else if ("error" in news) failed(news.error);
        else resolve(news.findings);
      });
      worker.once("error", (error) => failed(error instanceof Error ? error.message : String(error)));
      worker.once("exit", () => failed("its thread ended"));
    });
}

/** Back-tests on a connection that is there already, letting others work after each probe: for tests, which have no thread. */
export function sliceBacktest(database: Database): RunBacktest {
  return async ({ site, days, now }, progress) => {
    const run = backtestSite(database, site, days, now);
    for (;;) {
      const step = run.next();
      if (step.done === true) return step.value;
      progress(step.value);
      await new Promise((resolve) => void setImmediate(resolve));
    }
  };
}
