import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { ReadingBuffer } from "../buffer/buffer.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import type { ClockEffect } from "./clock-state.ts";

/** What it takes to do what the gateway's clock wants done. */
export interface TellClockParts {
  /** The gateway's name: what the events are about. */
  readonly gateway: string;
  readonly buffer: ReadingBuffer;
  readonly recorder: Pick<Recorder, "event" | "flush">;
  readonly counters: Counters;
  readonly log: Log;
  readonly futureMaxMs: number;
  readonly now: () => EpochMs;
  /** Entries are back in line. */
  readonly requeued: () => void;
}

const seconds = (ms: number): number => Math.round(ms / 1_000);

/**
 * Does what the gateway's clock wants done: says jumps and corrections, tells the server whether the machine's clock is off, and puts
 * readings that only seemed to lie in the future back into line once the gateway was found to have been behind.
 */
export function tellClock(parts: TellClockParts): (effect: ClockEffect) => void {
  const { gateway, buffer, recorder, counters, log } = parts;
  return (effect) => {
    switch (effect.kind) {
      case "jumped":
        counters.add("clock.jumped", gateway);
        log.warn(
          { code: "clock.jumped", byMs: Math.round(effect.byMs) },
          `This machine's clock jumped by ${seconds(effect.byMs)} s. Readings go on by the time before the jump until the server or a time server says which is right.`,
        );
        break;
      case "moved": {
        counters.add("clock.moved", gateway);
        const { byMs } = effect;
        const back = buffer.requeueRefused(
          ({ entry, code, at }) => code === "sample.at-future" && entry.at <= at + byMs + parts.futureMaxMs,
        );
        log.warn(
          { code: "clock.moved", byMs: Math.round(byMs), readings: back },
          `The gateway's time was put right by ${seconds(byMs)} s. What is stored keeps its time; ${back} readings that seemed to lie in the future are back in line.`,
        );
        if (back > 0) parts.requeued();
        break;
      }
      case "off":
        log[effect.active ? "error" : "info"](
          { code: effect.active ? "clock.off" : "clock.right" },
          effect.active
            ? "This machine's clock is wrong. Set it, or let a time server do so (NTP); readings are stamped without it meanwhile."
            : "This machine's clock is right again.",
        );
        recorder.event({ subject: gateway, kind: "clock", active: effect.active, at: parts.now() });
        break;
    }
  };
}
