import { exceptionFlag, readsBits, type ReadFunction } from "@coldkeep/core/modbus/read-request.ts";
import type { ChannelValue } from "@coldkeep/core/readings/sample.ts";
import { type Appliance, isDown } from "../hospital/appliance.ts";
import { lasts } from "../scenario/conditions.ts";
import { temperatureNames } from "../settings.ts";

/** Registers that stand for a fault instead of tenths of a degree; `power-on` shows 85.0 °C as such a sensor does. */
const faultRegisters: Readonly<Record<string, number>> = {
  open: 0x7fff,
  short: 0x8000,
  disconnected: 0xd8f1,
  "power-on": 850,
};

/** What any other fault shows. */
const otherFault = 0x7ffe;

/** A simulated Modbus temperature device: what it measured last, and what its two contacts show. */
export interface Slave {
  readonly unit: number;
  readonly appliance: Appliance;
  /** Takes over a fresh sample. */
  readonly measured: (channels: Readonly<Record<string, ChannelValue>>) => void;
  /** Answers function code and data with the same; null while the device is silent. */
  readonly answer: (pdu: Uint8Array) => Uint8Array | null;
}

/**
 * Makes a device. Registers (holding and input) 0 and 1: product and air in tenths of a degree, int16. Bits (coils and discrete inputs) 0 and
 * 1: door open, mains lost. Everything else is an exception. Before its first sample it is silent.
 */
export function slave(appliance: Appliance, unit: number): Slave {
  let registers: readonly number[] | null = null;
  return {
    unit,
    appliance,
    measured: (channels) => {
      registers = temperatureNames.map((name) => register(channels[name] ?? "unspecified"));
    },
    answer: (pdu) => {
      if (registers === null || isSilent(appliance)) return null;
      const conditions = appliance.conditions();
      const contacts = [lasts(conditions, "door-open"), lasts(conditions, "power-cut")].map(Number);
      return answerTo(pdu, registers, contacts);
    },
  };
}

function register(value: ChannelValue): number {
  if (typeof value === "number") return Math.round(value * 10) & 0xffff;
  return faultRegisters[value] ?? otherFault;
}

function isSilent(appliance: Appliance): boolean {
  const conditions = appliance.conditions();
  return (
    lasts(conditions, "silence") || lasts(conditions, "offline") || isDown(appliance.settings, conditions)
  );
}

function answerTo(pdu: Uint8Array, registers: readonly number[], bits: readonly number[]): Uint8Array {
  const [code = 0, addressHigh = 0, addressLow = 0, countHigh = 0, countLow = 0] = pdu;
  const refuse = (exception: number): Uint8Array => Uint8Array.of(code | exceptionFlag, exception);
  if (code < 1 || code > 4) return refuse(1);
  const table = readsBits(code as ReadFunction) ? bits : registers;
  const address = (addressHigh << 8) | addressLow;
  const count = (countHigh << 8) | countLow;
  if (count === 0) return refuse(3);
  if (address + count > table.length) return refuse(2);
  const values = table.slice(address, address + count);
  const data = readsBits(code as ReadFunction)
    ? [values.reduce((byte, bit, index) => byte | (bit << index), 0)]
    : values.flatMap((value) => [value >>> 8, value & 0xff]);
  return Uint8Array.from([code, data.length, ...data]);
}
