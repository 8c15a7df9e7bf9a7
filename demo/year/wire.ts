import { lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import { parseLine, type SerialFrame } from "@coldkeep/core/serial/frame.ts";
import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { LineEvents, OpenLine } from "@coldkeep/gateway/serial/serial-line.ts";
import type { Noise } from "./noise.ts";

/** How the cable is. `out`: the adapter is out of its socket. `cut`: the adapter is there, but nothing hangs on it. */
export type Cable = "in" | "out" | "cut";

/** A serial line with several devices on it. */
export interface Wire {
  /** The gateway's end. */
  readonly openLine: OpenLine;
  /** A device's end: it hears all frames and sends text. False where the text went nowhere. */
  readonly attach: (hear: (frame: SerialFrame) => void) => (text: string) => boolean;
  readonly plug: (cable: Cable) => void;
  readonly setNoise: (level: number) => void;
  /** The process at the gateway's end is dead: it hears nothing any more. */
  readonly abandon: () => void;
}

/** How long a text is under way. Unit ms. */
const travelMs = { least: 10, spread: 150 };
/** Adapters take their time to be found. Unit ms. */
const openingMs = 120;

/** Makes a line. */
export function makeWire(world: VirtualClock, random: SeededRandom, noise: Noise): Wire {
  const ears: ((frame: SerialFrame) => void)[] = [];
  const devicesHear = lineSplitter();
  let cable: Cable = "in";
  let level = 0;
  let end: { readonly events: LineEvents; isOpen: boolean } | null = null;

  const close = (reason: string): void => {
    const closing = end;
    end = null;
    closing?.events.closed(reason);
  };

  const travel = (): number => travelMs.least + random.below(travelMs.spread);

  const toGateway = (bytes: Uint8Array): void => {
    const [first, second] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort(
      (a, b) => a - b,
    );
    for (const chunk of [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)])
      if (chunk.length > 0 && end?.isOpen === true) end.events.data(chunk);
  };

  const toDevices = (bytes: Uint8Array): void => {
    for (const text of devicesHear.push(bytes).lines) {
      const parsed = parseLine(text);
      if (parsed.ok) for (const hear of ears) hear(parsed.frame);
    }
  };

  return {
    openLine: (_path, _baudRate, events) => {
      const opening = { events, isOpen: false };
      end = opening;
      world.after(openingMs, () => {
        if (end !== opening) return;
        if (cable === "out") close("no such device");
        else {
          opening.isOpen = true;
          events.opened();
        }
      });
      return {
        write: (bytes) => {
          if (end !== opening || !opening.isOpen) return false;
          const text = typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1");
          world.after(travel(), () => {
            if (cable === "in") toDevices(noise.disturb(text, level));
          });
          return true;
        },
        check: () => {},
        close: (reason) => {
          if (end === opening) close(reason);
        },
      };
    },
    attach: (hear) => {
      ears.push(hear);
      return (text) => {
        if (cable !== "in") return false;
        toGateway(noise.disturb(text, level));
        return true;
      };
    },
    plug: (state) => {
      cable = state;
      if (cable === "out") close("the adapter is gone");
    },
    setNoise: (chance) => {
      level = chance;
    },
    abandon: () => {
      end = null;
    },
  };
}
