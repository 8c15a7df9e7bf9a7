import { closeSync, constants, openSync } from "node:fs";
import * as pty from "@lydell/node-pty";

/** The device's end of a pseudo-terminal. */
export interface PtyLine {
  /** What the server opens as its serial line. */
  readonly path: string;
  /** Writes as a UART does: what the other end does not take in time is gone. False where it was dropped. */
  readonly write: (text: string) => boolean;
  /** Pulls the plug: the server's end hangs up. */
  readonly close: () => void;
}

/** What the library's `open()` gives; its type declarations leave it out. */
interface Terminal {
  readonly _pty: string;
  readonly _slave: { destroy: () => void };
  readonly _master: {
    readonly writableLength: number;
    on: (event: "data" | "error", call: (data: Uint8Array) => void) => void;
    write: (text: string) => void;
    destroy: () => void;
  };
}

/** Most bytes that wait for the other end. */
const waitingBytesMax = 2_048;

/** Opens a pseudo-terminal whose other end is a serial line. `heard` gets what the server writes. */
export function ptyLine(heard: (chunk: Uint8Array) => void): PtyLine {
  const { open } = pty as unknown as { open: (options: { encoding: null }) => Terminal };
  const terminal = open({ encoding: null });
  // The library reads from the server's end too and would take its bytes; a descriptor of our own keeps the line up instead.
  const keeper = openSync(terminal._pty, constants.O_RDWR | constants.O_NOCTTY);
  terminal._slave.destroy();
  terminal._master.on("data", heard);
  terminal._master.on("error", () => {});
  return {
    path: terminal._pty,
    write: (text) => {
      if (terminal._master.writableLength > waitingBytesMax) return false;
      terminal._master.write(text);
      return true;
    },
    close: () => {
      closeSync(keeper);
      terminal._master.destroy();
    },
  };
}
