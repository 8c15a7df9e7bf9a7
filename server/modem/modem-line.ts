import type { EventEmitter } from "node:events";
import { realpath } from "node:fs/promises";
import { SerialPort } from "serialport";

/** What a line tells. `closed` comes exactly once, with the reason. */
export interface LineEvents {
  readonly opened: () => void;
  readonly data: (chunk: Uint8Array) => void;
  readonly closed: (reason: string) => void;
}

/** The control lines that a computer drives. */
export interface ControlLines {
  readonly dtr: boolean;
  readonly rts: boolean;
}

/** An open (or opening) serial line. */
export interface SerialLine {
  /** Writes; false where what was written before has not left yet, so that nothing was written. */
  readonly write: (bytes: string | Uint8Array) => boolean;
  /** Looks whether the path still leads to what was opened; if not, the line closes. */
  readonly check: () => void;
  readonly close: (reason: string) => void;
}

/** How a character stands on the line besides its eight bits. */
export interface CharacterFrame {
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
}

/** A line whose control lines can be driven. */
export interface DrivenLine extends SerialLine {
  /** Drives control lines; those left out stay. `done` gets null, or why they could not be driven: pseudo-terminals have none. */
  readonly set: (lines: Partial<ControlLines>, done: (trouble: string | null) => void) => void;
}

/** Opens a line. The port of everything serial; the one below is the real one. Without `frame` no parity and one stop bit. */
export type OpenLine = (
  path: string,
  baudRate: number,
  events: LineEvents,
  frame?: CharacterFrame,
) => SerialLine;

/** Opens a line whose control lines can be driven. */
export type OpenDrivenLine = (...line: Parameters<OpenLine>) => DrivenLine;

/** Most bytes that wait in a line's outlet. */
export const outletBytesMax = 4_096;

/** The adapter over `serialport` of the server, as the gateway has its own: `core` opens nothing and workspaces share nothing else. Follows symlinks at each opening. */
export const openSerialLine: OpenDrivenLine = (path, baudRate, events, frame) => {
  const port = new SerialPort({ path, baudRate, ...frame, autoOpen: false });
  let ended = false;
  let target: string | null = null;
  // As the system drives them when it opens a line.
  let lines: ControlLines = { dtr: true, rts: true };
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    events.closed(reason);
  };
  const close = (reason: string): void => {
    if (port.isOpen) port.close(() => end(reason));
    // Whoever hangs in open() or close() is let go: the line counts as closed now.
    end(reason);
  };
  const resolve = async (): Promise<string | null> => {
    try {
      return await realpath(path);
    } catch {
      return null;
    }
  };
  port.on("data", (chunk: Uint8Array) => {
    if (!ended) events.data(chunk);
  });
  port.on("error", (error: Error) => close(error.message));
  port.on("close", (error: Error | null) => end(error?.message ?? "the line was closed"));
  const open = async (): Promise<void> => {
    target = await resolve();
    port.open((error) => {
      if (error === null) wakeOnEvents(port);
      if (error !== null) end(error.message);
      else if (ended) port.close();
      // What the system had kept from before the opening has no known age: the device is asked for it again.
      else port.flush(() => (ended ? undefined : events.opened()));
    });
  };
  const check = async (): Promise<void> => {
    const now = await resolve();
    if (!ended && port.isOpen && target !== null && now !== target)
      close(`${path} leads elsewhere now (${now ?? "nowhere"})`);
  };
  void open();
  return {
    write: (bytes) => {
      if (ended || !port.isOpen || port.writableLength > outletBytesMax) return false;
      port.write(typeof bytes === "string" ? bytes : Buffer.from(bytes));
      return true;
    },
    set: (changed, done) => {
      lines = { ...lines, ...changed };
      if (ended || !port.isOpen) done("the line is not open");
      else port.set(lines, (error) => done(error?.message ?? null));
    },
    check: () => void check(),
    close,
  };
};

/**
 * The library's poller calls back without letting promises go on (serialport/bindings-cpp#239, since Node 26.4): what came would lie there until the next timer
 * of the process. An empty macrotask after each of its events lets them go on at once.
 */
function wakeOnEvents(port: SerialPort): void {
  const { poller } = (port.port ?? {}) as { readonly poller?: EventEmitter };
  for (const event of ["readable", "writable", "disconnect"]) poller?.on(event, () => setImmediate(() => {}));
}
