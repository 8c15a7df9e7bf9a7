import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { SeededRandom } from "@coldkeep/firmware-sim/random/random.ts";
import type { SerialSourceParts } from "@coldkeep/gateway/serial/serial-source.ts";
import type { GatewaySettings } from "@coldkeep/gateway/settings/settings.ts";
import type { Source } from "@coldkeep/gateway/sources/source.ts";
import type { Books } from "./books.ts";
import type { Fault } from "./faults.ts";

/** What a source gets from the gateway's process. */
export type SourceSupply = Pick<SerialSourceParts, "recorder" | "clock" | "random" | "counters" | "log">;

/** Over what the devices of a year speak with their gateway, with the devices on it. */
export interface Medium {
  /** Names of the devices; each has one channel, `t`. */
  readonly devices: readonly string[];
  /** The gateway's real source, for one process of it. */
  readonly source: (supply: SourceSupply, settings: GatewaySettings) => Source;
  /** The process at the gateway's end is dead: it hears and says nothing any more. */
  readonly abandon: () => void;
  /** What stands after any fault began or ended. */
  readonly settle: (isActive: (kind: Fault["kind"]) => boolean) => void;
  readonly setNoise: (level: number) => void;
  /** A device loses its power and is back after `offMs`. */
  readonly reset: (device: number, offMs: DurationMs) => void;
  /** A device's own clock is set forward (or back), if it has one. */
  readonly jump: (device: number, byMs: number) => void;
  /** True where the gateway asks for what it missed, so that it knows what was lost. */
  readonly isAsked: boolean;
  /** Of the noise, for the figures. */
  readonly disturbed: () => number;
  readonly unseen: () => number;
}

/** What a medium is made of. */
export interface MediumParts {
  readonly world: VirtualClock;
  readonly books: Books;
  readonly random: (name: string) => SeededRandom;
  /** How often each device takes a sample. Unit ms. */
  readonly everyMs: DurationMs;
}
