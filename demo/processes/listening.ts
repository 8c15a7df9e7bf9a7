import { createServer, type AddressInfo, type Server } from "node:net";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** Where a server listens. */
export interface Listen {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Writes an address as `host:port`. */
export function formatListen({ host, port }: Listen): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads `host:port`; null for anything else. */
export function parseListen(text: string): Listen | null {
  const [, six, four, digits = ""] = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? four;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? null : { host, port };
}

/**
 * Makes a server listen and returns its port. Throws `demo.port-taken`, naming the variable that moves it, or `demo.listen-failed`.
 */
export function listen(server: Server, at: Listen, variable: string | null): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(explain(error, at, variable));
    server.once("error", failed);
    server.listen(at.port, at.host, () => {
      server.removeListener("error", failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Closes a server that has no long-lived connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/**
 * Finds out whether an address is free, by taking and leaving it; for port 0 a port that was free a moment ago. Throws as `listen` does.
 */
export async function freePort(at: Listen, variable: string | null): Promise<number> {
  const server = createServer();
  const port = await listen(server, at, variable);
  await closeServer(server);
  return port;
}

function explain(error: NodeJS.ErrnoException, at: Listen, variable: string | null): CodedError {
  const address = formatListen(at);
  const move =
    variable === null
      ? ""
      : ` Stop the program that has it, or choose another: ${variable}=${formatListen({ ...at, port: at.port + 1_010 })} npm start`;
  if (error.code === "EADDRINUSE") {
    return new CodedError("demo.port-taken", `Port ${at.port} is taken (${address}).${move}`, {
      cause: error,
    });
  }
  return new CodedError("demo.listen-failed", `Cannot listen on ${address}: ${error.message}.${move}`, {
    cause: error,
  });
}
