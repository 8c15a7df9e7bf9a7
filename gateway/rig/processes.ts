import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect } from "mqtt";

/** Where Debian puts Mosquitto. */
const mosquittoPath = "/usr/sbin/mosquitto";

/** Why tests with Mosquitto are skipped, or null. With CI=true its absence is a failure, not a skip. */
export function mosquittoMissing(): string | null {
  return programMissing(mosquittoPath);
}

/** Why tests with a program of Debian's are skipped, or null, as above. */
export function programMissing(path: string): string | null {
  return existsSync(path) || process.env["CI"] === "true" ? null : `${path} is not installed`;
}

/** A port on loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A process that a test started. */
export interface Started {
  readonly process: ChildProcess;
  /** Sends a signal and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

function started(process: ChildProcess): Started {
  const exited = new Promise<number | null>((resolve) => {
    process.on("exit", (code) => resolve(code));
  });
  return {
    process,
    end: (signal) => {
      process.kill(signal);
      return exited;
    },
  };
}

/**
 * Starts Mosquitto on a port of loopback, open to all; it queues without limit and keeps sessions as long as it runs. `listeners` are the lines of
 * further ones, each with its own rights.
 */
export async function startMosquitto(
  folder: string,
  port: number,
  listeners: readonly string[] = [],
): Promise<Started> {
  const file = join(folder, `mosquitto-${port}.conf`);
  const lines = [
    ...(listeners.length === 0 ? [] : ["per_listener_settings true"]),
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "max_queued_messages 0",
    "persistence false",
    ...listeners,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const broker = started(spawn(mosquittoPath, ["-c", file], { stdio: "ignore" }));
  await new Promise<void>((resolve) => {
    const client = connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 20 });
    client.on("error", () => {});
    client.on("connect", () => client.end(true, () => resolve()));
  });
  return broker;
}

/** Starts a gateway as a process of its own; resolves once it says that it runs. `logged` gets its log. */
export function startGatewayProcess(
  settingsPath: string,
  logged: (line: string) => void = () => {},
  environment: Record<string, string> = {},
): Promise<Started> {
  const main = new URL("../main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main, "--config", settingsPath], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const gateway = started(child);
  let text = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        logged(line);
        if (line.includes(" runs.")) resolve(gateway);
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => reject(new RangeError(`the gateway ended with ${code}: ${text}`)));
  });
}
