import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { openLog, type BoundedLog } from "./bounded-log.ts";
import { readableLine } from "./log-line.ts";

/** How long a process may take to stop when asked, before it is killed. */
export const stopGraceMs = 5_000;

const preload = new URL("die-with-parent.ts", import.meta.url).href;

/** What to start. */
export interface ChildSettings {
  /** How it is called where a person reads it, such as "the server". */
  readonly name: string;
  readonly script: URL;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logPath: string;
  /** Called with each whole line that the process says. */
  readonly onLine?: (line: string) => void;
}

/** A process that the demo started. */
export interface Child {
  readonly name: string;
  readonly pid: number | undefined;
  readonly log: BoundedLog;
  /** How it ended, once it has: an exit code, a signal's name, or why it could not start. */
  readonly ended: Promise<string>;
  /** Asks it to stop, kills it if it has not after `stopGraceMs`, and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a Node process with its output in a bounded log. It stands in a process group of its own, so that Ctrl-C in the terminal reaches
 * only the demo, which then stops its processes in order; and it ends itself when the demo is gone.
 */
export function startChild(settings: ChildSettings, clock: Clock, graceMs: number = stopGraceMs): Child {
  const log = openLog(settings.logPath);
  const child = spawn(
    process.execPath,
    ["--import", preload, fileURLToPath(settings.script), ...settings.args],
    { stdio: ["ignore", "pipe", "pipe", "ipc"], detached: true, env: { ...settings.env } },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => log.write(text));
  }
  if (child.stdout !== null && settings.onLine !== undefined) {
    createInterface({ input: child.stdout }).on("line", settings.onLine);
  }
  const ended = endOf(child);
  return {
    name: settings.name,
    pid: child.pid,
    log,
    ended,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const cancel = clock.after(graceMs, () => {
        log.write(`Not stopped after ${graceMs} ms: killed.\n`);
        child.kill("SIGKILL");
      });
      await ended;
      cancel();
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not start: ${error.message}`));
    // "close" comes after the last output, so that the log is whole.
    child.once("close", (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  });
}

/** What a person is told of a process that ended by itself. */
export function crashReport(child: Child, how: string): string {
  const tail = child.log.tail().map((line) => `    ${readableLine(line)}`);
  const said = tail.length === 0 ? "It said nothing." : `Its last lines:\n${tail.join("\n")}`;
  return `${child.name} ended unexpectedly (${how}). ${said}\n  The whole log: ${child.log.path}`;
}
