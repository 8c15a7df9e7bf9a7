import { hasGoodCrc, rtuFrame } from "@coldkeep/core/modbus/rtu.ts";
import type { LineCounters, SerialLine } from "../lines/line.ts";
import type { LineEnd } from "../lines/pty.ts";
import { lasts } from "../scenario/conditions.ts";
import type { Slave } from "./slave.ts";

/** Bytes of every request that reads. */
const requestBytes = 8;

/** Makes a line on which Modbus devices answer. A byte that begins no request is passed over. */
export function rtuLine(slaves: readonly Slave[]): SerialLine {
  const counters: LineCounters = { sent: 0, unheard: 0, dropped: 0, refused: 0 };
  let end: LineEnd | null = null;
  let heard: Uint8Array = new Uint8Array();
  const answer = (request: Uint8Array): void => {
    const asked = slaves.find((one) => one.unit === request[0]);
    const pdu = asked?.answer(request.subarray(1, -2)) ?? null;
    if (asked === undefined || pdu === null) return;
    const frame = rtuFrame(asked.unit, pdu);
    counters.sent += 1;
    const isSpoilt = lasts(asked.appliance.conditions(), "garbage") && counters.sent % 2 === 0;
    end?.write(isSpoilt ? frame.map((byte, index) => (index === 2 ? byte ^ 0x40 : byte)) : frame);
  };
  return {
    counters,
    offer: (appliance, sample) =>
      slaves.find((one) => one.appliance === appliance)?.measured(sample.channels),
    plug: (next) => {
      end?.close();
      end = next;
      heard = new Uint8Array();
    },
    tick: () => {
      const bytes = end?.read() ?? "unheard";
      if (bytes === "unheard") {
        heard = new Uint8Array();
        return;
      }
      heard = Uint8Array.from([...heard, ...bytes]);
      while (heard.length >= requestBytes) {
        const request = heard.subarray(0, requestBytes);
        const isGood = hasGoodCrc(request);
        if (isGood) answer(request);
        else counters.refused += 1;
        heard = heard.slice(isGood ? requestBytes : 1);
      }
    },
  };
}
