import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type SimulatedModem,
  simulatedModem,
  type SimulatedModemParts,
} from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import { openSerialLine, type OpenDrivenLine } from "../modem/modem-line.ts";
import { type PtyLine, ptyLine } from "./pty-line.ts";

/** A simulated modem on a pseudo-terminal, whose time is a clock of its own: it knows what is still on the line. */
export interface SteppedModem {
  readonly modem: SimulatedModem;
  /** A name that leads to whichever line the modem is on, as those of /dev/serial/by-id do. */
  readonly path: string;
  /** Opens the real line; its reset wire, which pseudo-terminals have not, is the modem's. */
  readonly openLine: OpenDrivenLine;
  /** False while bytes are on the line, or it is being opened or hung up. */
  readonly isQuiet: () => boolean;
  /** Takes the modem out of its socket: power and line are gone. */
  readonly unplug: () => void;
  /** Puts it into another socket: another line, the same name. */
  readonly plug: () => void;
  readonly close: () => void;
}

/** Makes one, plugged in. */
export function steppedModem(parts: Omit<SimulatedModemParts, "say">): SteppedModem {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-modem-"));
  const path = join(folder, "usb-modem-if02");
  let line: PtyLine | null = null;
  let isOpen = false;
  let isHangingUp = false;
  let opening = 0;
  let toModem = 0;
  let toServer = 0;

  const modem = simulatedModem({
    ...parts,
    say: (text) => {
      if (line?.write(text) === true && isOpen) toServer += Buffer.byteLength(text);
    },
  });
  const ended = (): void => {
    isOpen = false;
    isHangingUp = false;
    toModem = 0;
    toServer = 0;
  };
  const plug = (): void => {
    line = ptyLine((chunk) => {
      toModem -= chunk.length;
      modem.hear(Buffer.from(chunk).toString("latin1"));
    });
    rmSync(path, { force: true });
    symlinkSync(line.path, path);
    modem.reset(false);
  };
  const unplug = (): void => {
    if (line === null) return;
    isHangingUp = isOpen;
    modem.reset(true);
    rmSync(path, { force: true });
    line.close();
    line = null;
  };
  plug();

  return {
    modem,
    path,
    isQuiet: () => opening === 0 && !isHangingUp && toModem <= 0 && toServer <= 0,
    unplug,
    plug,
    close: () => {
      unplug();
      rmSync(folder, { recursive: true, force: true });
    },
    openLine: (at, baudRate, events, frame) => {
      opening += 1;
      let isOpening = true;
      const opened = (): void => {
        if (isOpening) opening -= 1;
        isOpening = false;
      };
      const real = openSerialLine(
        at,
        baudRate,
        {
          opened: () => {
            opened();
            ended();
            isOpen = true;
            events.opened();
          },
          data: (chunk) => {
            toServer -= chunk.length;
            events.data(chunk);
          },
          closed: (reason) => {
            opened();
            ended();
            events.closed(reason);
          },
        },
        frame,
      );
      return {
        ...real,
        write: (bytes) => {
          const isWritten = real.write(bytes);
          if (isWritten) toModem += Buffer.byteLength(bytes);
          return isWritten;
        },
        set: ({ dtr }, done) => {
          if (dtr !== undefined && line !== null) modem.reset(!dtr);
          done(null);
        },
      };
    },
  };
}
