import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** `npm start` as a process of a test. */
export interface DemoProcess {
  readonly pid: number;
  /** What it has told so far. */
  readonly output: () => string;
  /** Resolves with its exit code, or with the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

const script = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Starts the demo with settings from the environment alone. */
export function startDemo(env: Readonly<Record<string, string>>): DemoProcess {
  const child: ChildProcess = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended: once(child, "close").then(([code, signal]) => (code ?? signal) as number | string),
    kill: (signal) => child.kill(signal),
  };
}
