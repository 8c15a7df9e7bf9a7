import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";

/** A real server process of a test. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Ends it at this very instruction. */
  readonly kill: () => Promise<void>;
  /** Asks it to stop and waits. */
  readonly stop: () => Promise<number | null>;
}

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Starts `server/main.ts` with environment variables, and a settings file where one is named, and waits until it listens. */
export async function startServerProcess(
  environment: Readonly<Record<string, string>>,
  config?: string,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main, ...(config === undefined ? [] : ["--config", config])], {
    env: { PATH: process.env["PATH"] ?? "", COLDKEEP_LISTEN: "127.0.0.1:0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const url = await listening(child, exited);
  return {
    url,
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
    stop: async () => {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

function listening(child: ChildProcess, exited: Promise<number | null>): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const hear = (line: string): void => {
      said.push(line);
      const address = /"address":"(http:[^"]+)"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    };
    if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", hear);
    if (child.stderr !== null) createInterface({ input: child.stderr }).on("line", hear);
    void exited.then((code) =>
      reject(new RangeError(`the server ended with ${String(code)}:\n${said.join("\n")}`)),
    );
  });
}
