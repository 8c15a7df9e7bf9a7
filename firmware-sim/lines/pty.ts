/** The adapter over pseudo-terminals: the only place that opens them. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** The device's end of a serial line. All calls return at once. */
export interface LineEnd {
  /** What stands at the gateway's end to be opened, such as `/dev/pts/3`. */
  readonly path: string;
  /** The bytes that came in; `unheard` while nobody has the other end open. */
  readonly read: () => Uint8Array | "unheard";
  /** Writes what fits and returns how many bytes that was. */
  readonly write: (bytes: Uint8Array) => number;
  /** Throws away what was written and never read. */
  readonly flush: () => void;
  readonly close: () => void;
}

interface NativePty {
  readonly open: (columns: number, rows: number) => { master: number; slave: number; pty: string };
}

const chunkBytes = 4_096;

/**
 * Opens a pseudo-terminal in raw mode without echo: bytes pass unaltered both ways, and none come back before the gateway opens it.
 * Works on the bare descriptors, since only so can be seen whether anybody listens. Throws `sim.line-not-opened`.
 */
export function openPty(): LineEnd {
  const { master, slave, pty } = openPair();
  makeRaw(slave);
  fs.closeSync(slave);
  return {
    path: pty,
    read: () => readAll(master),
    write: (bytes) => attempt(() => fs.writeSync(master, bytes)) ?? 0,
    flush: () => drain(pty),
    close: () => fs.closeSync(master),
  };
}

function openPair(): ReturnType<NativePty["open"]> {
  try {
    const { requireBinary } = createRequire(import.meta.url)("@lydell/node-pty/requireBinary.js") as {
      requireBinary: (file: string) => NativePty;
    };
    return requireBinary("pty.node").open(80, 24);
  } catch (cause) {
    throw new CodedError(
      "sim.line-not-opened",
      "No pseudo-terminal could be opened for a serial line. Linux or macOS with /dev/ptmx is needed; without it let every appliance use mqtt.",
      { cause },
    );
  }
}

function makeRaw(slave: number): void {
  const done = spawnSync("stty", ["raw", "-echo"], { stdio: [slave, "ignore", "pipe"], encoding: "utf8" });
  if (done.status === 0) return;
  throw new CodedError(
    "sim.line-not-opened",
    `A serial line could not be set to raw mode: ${done.error?.message ?? done.stderr.trim()}. The command stty is needed.`,
  );
}

function readAll(master: number): Uint8Array | "unheard" {
  const chunk = Buffer.alloc(chunkBytes);
  try {
    return chunk.subarray(0, fs.readSync(master, chunk));
  } catch (error) {
    return codeOf(error) === "EAGAIN" ? chunk.subarray(0, 0) : "unheard";
  }
}

function drain(path: string): void {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;
  const slave = attempt(() => fs.openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK));
  if (slave === null) return;
  const chunk = Buffer.alloc(chunkBytes);
  while ((attempt(() => fs.readSync(slave, chunk)) ?? 0) > 0);
  fs.closeSync(slave);
}

/** A result, or null where the system says that it would have to wait or that the other end is gone. */
function attempt<Result>(call: () => Result): Result | null {
  try {
    return call();
  } catch (error) {
    if (["EAGAIN", "EIO", "ENXIO", "ENOENT"].includes(codeOf(error))) return null;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
