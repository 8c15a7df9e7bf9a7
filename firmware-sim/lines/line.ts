import { formatLine, parseLine } from "@coldkeep/core/serial/frame.ts";
import { type LineSplitter, lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { type StoredSample, takeResend } from "../firmware/firmware.ts";
import { type Appliance, isDown } from "../hospital/appliance.ts";
import type { SeededRandom } from "../random/random.ts";
import { lasts } from "../scenario/conditions.ts";
import { arrange } from "../scenario/mischief.ts";
import { garble } from "./garbage.ts";
import type { LineEnd } from "./pty.ts";

/** Most lines that wait to be sent; beyond it the oldest is dropped and counted, and stays in its device's ring for a resend. */
export const waitingLinesMax = 256;

/** What a line has been through. */
export interface LineCounters {
  /** Lines sent. */
  sent: number;
  /** Lines that went out while nobody had the other end open. */
  unheard: number;
  /** Lines dropped since the other end was open but did not read. */
  dropped: number;
  /** Lines from the gateway that were refused. */
  refused: number;
}

/** Several devices on one pair of wires. Does nothing by itself: `tick` moves it on. */
export interface SerialLine {
  readonly counters: Readonly<LineCounters>;
  /** Lets a device say a fresh sample, as soon as the line is free. */
  readonly offer: (appliance: Appliance, sample: StoredSample) => void;
  /** Plugs the line into a pseudo-terminal, or pulls it (null). */
  readonly plug: (end: LineEnd | null) => void;
  /** Reads what came, then writes as much as the wire carries in `elapsedMs`: fresh samples first, resends after. */
  readonly tick: (elapsedMs: DurationMs) => void;
}

const bitsPerByte = 10;
/** Longest stretch for which unused time on the wire is saved up, ms. */
const savedMsMax = 100;

/** Makes a line that carries `baudRate` bits per second. */
export function serialLine(
  appliances: readonly Appliance[],
  baudRate: number,
  random: SeededRandom,
): SerialLine {
  const counters: LineCounters = { sent: 0, unheard: 0, dropped: 0, refused: 0 };
  let end: LineEnd | null = null;
  let heard = false;
  let splitter: LineSplitter = lineSplitter();
  let waiting: Uint8Array[] = [];
  let partial: Uint8Array = new Uint8Array();
  let creditBytes = 0;
  let turnOf = 0;
  const held = new Map<Appliance, readonly StoredSample[]>();

  const enqueue = (bytes: Uint8Array): void => {
    waiting.push(bytes);
    if (waiting.length <= waitingLinesMax) return;
    waiting.shift();
    counters.dropped += 1;
  };
  const fallSilent = (): void => {
    counters.unheard += waiting.length;
    waiting = [];
    partial = new Uint8Array();
    for (const appliance of appliances) appliance.feed({ kind: "unheard" });
  };
  const hear = (bytes: Uint8Array): void => {
    for (const line of splitter.push(bytes).lines) {
      const parsed = parseLine(line);
      if (!parsed.ok) counters.refused += 1;
      else {
        for (const appliance of appliances) {
          if (canHear(appliance)) appliance.feed({ kind: "frame", frame: parsed.frame });
        }
      }
    }
  };
  const nextResend = (): Uint8Array | null => {
    for (let tried = 0; tried < appliances.length; tried += 1) {
      const appliance = appliances[turnOf % appliances.length];
      turnOf += 1;
      if (appliance === undefined || !canHear(appliance)) continue;
      const taken = takeResend(appliance.firmware());
      appliance.setFirmware(taken.state);
      if (taken.sample !== null) return encode(taken.sample);
    }
    return null;
  };
  const send = (line: LineEnd): void => {
    while (creditBytes > 0) {
      if (partial.length === 0) {
        const next = waiting.shift() ?? nextResend();
        if (next === null) return;
        partial = next;
        counters.sent += 1;
      }
      const written = line.write(partial);
      if (written === 0) return;
      creditBytes -= written;
      partial = partial.subarray(written);
    }
  };
  return {
    counters,
    offer: (appliance, sample) => {
      const conditions = appliance.conditions();
      if (!canHear(appliance)) return;
      const backlog = [...(held.get(appliance) ?? []), sample];
      const { send, wait } = arrange(conditions, backlog);
      held.set(appliance, wait);
      for (const one of send) enqueue(encode(one));
      if (lasts(conditions, "garbage")) enqueue(garble(formatLine({ kind: "sample", sample }), random));
    },
    plug: (next) => {
      fallSilent();
      end?.close();
      end = next;
      heard = false;
      splitter = lineSplitter();
    },
    tick: (elapsedMs) => {
      const perMs = baudRate / bitsPerByte / 1_000;
      creditBytes = Math.min(creditBytes + elapsedMs * perMs, savedMsMax * perMs);
      const bytes = end?.read() ?? "unheard";
      if (bytes === "unheard" || end === null) {
        if (heard) end?.flush();
        heard = false;
        fallSilent();
        return;
      }
      heard = true;
      hear(bytes);
      send(end);
    },
  };
}

function canHear(appliance: Appliance): boolean {
  const conditions = appliance.conditions();
  return (
    !lasts(conditions, "silence") && !lasts(conditions, "offline") && !isDown(appliance.settings, conditions)
  );
}

function encode(sample: StoredSample): Uint8Array {
  return Buffer.from(`${formatLine({ kind: "sample", sample })}\r\n`, "ascii");
}
