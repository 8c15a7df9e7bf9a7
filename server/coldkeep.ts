#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { CommandIo } from "./command-io.ts";
import { backupCommand, backupUsage } from "./backup/backup-command.ts";
import { restoreCommand, restoreUsage } from "./backup/restore-command.ts";
import { backtestCommand, backtestUsage } from "./replay/backtest-command.ts";
import { rebuildCommand, rebuildUsage } from "./influx/rebuild-command.ts";
import { reportCommand, reportUsage } from "./period/report-command.ts";
import { isAboutReport, verifyReportCommand, verifyReportUsage } from "./reports/verify-report-command.ts";
import { verifyCommand, verifyUsage } from "./verify/verify-command.ts";
import { peopleCommand, peopleUsage } from "./people/reset-command.ts";
import { replayCommand } from "./replay/replay-command.ts";
import { scenarioCommand, scenarioUsage } from "./scenario/command.ts";
import { applyCommand, applyUsage } from "./site/apply-command.ts";

type Command = (args: readonly string[], io: CommandIo) => number | Promise<number>;

const commands: Readonly<Record<string, { readonly usage: string; readonly run: Command }>> = {
  replay: { usage: "coldkeep replay [--data folder]", run: replayCommand },
  backtest: { usage: backtestUsage, run: backtestCommand },
  scenario: { usage: scenarioUsage, run: scenarioCommand },
  rebuild: { usage: rebuildUsage, run: rebuildCommand },
  apply: { usage: applyUsage, run: applyCommand },
  backup: { usage: backupUsage, run: backupCommand },
  restore: { usage: restoreUsage, run: restoreCommand },
  people: { usage: peopleUsage, run: peopleCommand },
  report: { usage: reportUsage, run: reportCommand },
  verify: {
    usage: `${verifyUsage}\n  ${verifyReportUsage}`,
    run: (args, meeting) =>
      isAboutReport(args) ? verifyReportCommand(args, meeting) : verifyCommand(args, meeting),
  },
};

const io: CommandIo = {
  print: (line) => console.log(line),
  readFile: (path) => readFileSync(path, "utf8"),
  readBytes: (path) => readFileSync(path),
  environment: process.env,
  ...(process.stderr.isTTY ? { progress: (text: string) => process.stderr.write(`\r\u001b[2K${text}`) } : {}),
  giveWay: () => {
    try {
      setPriority(constants.priority.PRIORITY_LOW);
    } catch {
      // It works at the usual priority then.
    }
  },
  interruption: () => {
    const controller = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
    return controller.signal;
  },
};

async function run(): Promise<number> {
  const [name = "", ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(["Usage:", ...Object.values(commands).map((each) => `  ${each.usage}`)].join("\n"));
    return 2;
  }
  return command.run(args, io);
}

function explain(error: unknown): number {
  io.progress?.("");
  console.error(error instanceof CodedError ? `${error.message} [${error.code}]` : error);
  return error instanceof CodedError && error.code === "arguments.invalid" ? 2 : 1;
}

process.exitCode = await run().catch(explain);
