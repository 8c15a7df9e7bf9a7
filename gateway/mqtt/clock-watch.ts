import { deviceSubject } from "@coldkeep/core/contract/ids.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";

/** Most devices whose clocks are watched. */
export const clocksMax = 10_000;

/** Tells once when a device's clock turns out to be wrong, and once when it is right again. */
export interface ClockWatch {
  /** `off`: what the device's latest message showed. */
  readonly judged: (device: string, off: boolean, at: EpochMs) => void;
}

/**
 * Watches the clocks of one source's devices. The first judgement after the start is told too, so that an alarm of before the start ends.
 */
export function clockWatch(parts: {
  readonly source: string;
  readonly recorder: Pick<Recorder, "event">;
  readonly counters: Counters;
  readonly log: Log;
}): ClockWatch {
  const { source, recorder, counters, log } = parts;
  const known = new Map<string, boolean>();
  return {
    judged: (device, off, at) => {
      if (off) counters.add("mqtt.clock-off", source);
      if (known.get(device) === off || (!known.has(device) && known.size >= clocksMax)) return;
      known.set(device, off);
      if (off)
        log.warn(
          { code: "mqtt.clock-off", source, device },
          `The clock of ${device} is wrong: its readings have the time of their arrival until it is right. Look at its time server and time zone.`,
        );
      recorder.event({ subject: deviceSubject(device), kind: "clock", active: off, at });
    },
  };
}
