import { parentPort, workerData } from "node:worker_threads";
import { openDatabase } from "../store/database.ts";
import { backtestSite } from "./backtest-site.ts";
import type { BacktestNews, BacktestQuestion } from "./backtest-thread.ts";

const { recordsPath, question } = workerData as { recordsPath: string; question: BacktestQuestion };
const tell = (news: BacktestNews): void => parentPort?.postMessage(news, []);

const database = openDatabase(recordsPath);
try {
  const run = backtestSite(database, question.site, question.days, question.now);
  for (let step = run.next(); ; step = run.next()) {
    if (step.done === true) {
      tell({ findings: step.value });
      break;
    }
    tell({ progress: step.value });
  }
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
} finally {
  database.close();
}
