import {
  type SimulatedModem,
  simulatedModem,
  type SimulatedModemParts,
} from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type PtyLine, ptyLine } from "./pty-line.ts";

/** A simulated modem on a pseudo-terminal. */
export interface ModemLine extends SimulatedModem {
  readonly line: PtyLine;
}

/** Makes one; it runs on the machine's time. */
export function modemLine(parts: Omit<SimulatedModemParts, "clock" | "say">): ModemLine {
  const line = ptyLine((chunk) => modem.hear(Buffer.from(chunk).toString("latin1")));
  const modem = simulatedModem({ ...parts, clock: systemClock, say: (text) => void line.write(text) });
  return { ...modem, line };
}
