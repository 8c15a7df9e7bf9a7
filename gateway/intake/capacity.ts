import type { Thinned, Usage } from "../buffer/buffer.ts";
import type { Room } from "./group.ts";

/** The bounds of the buffer, from the settings. */
export interface CapacityLimits {
  /** Most readings and events held; what nobody else keeps may go beyond it by `reserveShare`. */
  readonly readingsMax: number;
  /** Most bytes of the buffer's file; the last `reserveShare` of them is for what nobody else keeps. */
  readonly bytesMax: number;
  /** What is left free on the disk, bytes; what nobody else keeps may take up to half of it. */
  readonly diskFreeMin: number;
}

/** The bounds as the settings name them. */
export const limitsOf = (settings: {
  readonly bufferReadingsMax: number;
  readonly bufferBytesMax: number;
  readonly diskFreeMin: number;
}): CapacityLimits => ({
  readingsMax: settings.bufferReadingsMax,
  bytesMax: settings.bufferBytesMax,
  diskFreeMin: settings.diskFreeMin,
});

/**
 * How full the buffer is. `open`: room for all. `reserve`: what its device or broker keeps is not taken, the rest goes on into the reserve.
 * `thinning`: the reserve is full too, old readings are thinned out for new ones. `exhausted`: nothing is left to thin out, new ones are lost.
 */
export type Stage = "open" | "reserve" | "thinning" | "exhausted";

/** How it stands between two commits. */
export interface CapacityState {
  readonly stage: Stage;
  /** Readings dropped since thinning out last began with the oldest. */
  readonly droppedInPass: number;
  /** How many readings were held when a whole pass had dropped nothing; null while there is something to thin out. */
  readonly dryAt: number | null;
}

/** What the machine is told. */
export interface CapacityInput {
  readonly usage: Usage;
  /** Entries that want in and that nobody else keeps. */
  readonly unkept: number;
  /** What the step of thinning out that it had asked for came to; undefined where it had not. */
  readonly thinned?: Thinned | null;
}

/** What follows. */
export interface CapacityStep {
  readonly state: CapacityState;
  readonly room: Room;
  /** True where a stretch is to be thinned out before the room is given. */
  readonly thin: boolean;
}

/** The share of a bound that is for what no device or broker keeps. */
export const reserveShare = 0.05;

/** More than an entry takes on disk (29 bytes measured for a reading, 35 with its log at rest). Bytes. */
export const entryBytes = 64;

/** A buffer is open again once it is this share below where it began to refuse, so that its alarm does not flutter. */
const openAgainShare = 0.05;

/** The state at the start. `full`: the server was told last that the buffer is nearly full. */
export const startCapacity = (full: boolean): CapacityState => ({
  stage: full ? "reserve" : "open",
  droppedInPass: 0,
  dryAt: null,
});

/** Decides who finds room, and whether old readings have to be thinned out for it. Pure. */
export function stepCapacity(
  limits: CapacityLimits,
  state: CapacityState,
  input: CapacityInput,
): CapacityStep {
  const { usage, unkept } = input;
  const room = roomOf(limits, usage);
  const pass = afterThinning(state, usage, input.thinned);
  const short = unkept > room.unkept;
  const dry = pass.dryAt !== null && pass.dryAt === usage.heldReadings;
  const thin = short && !dry;
  return { state: { ...pass, stage: stageOf(limits, state.stage, usage, room, short, dry) }, room, thin };
}

function stageOf(
  limits: CapacityLimits,
  before: Stage,
  usage: Usage,
  room: Room,
  short: boolean,
  dry: boolean,
): Stage {
  if (short) return dry ? "exhausted" : "thinning";
  if (room.kept <= 0) return before === "open" || room.unkept > reserveOf(limits) / 2 ? "reserve" : before;
  if (before === "open") return "open";
  return hasRoomAgain(limits, usage) ? "open" : "reserve";
}

function afterThinning(
  state: CapacityState,
  usage: Usage,
  thinned: Thinned | null | undefined,
): CapacityState {
  if (thinned === undefined) return state;
  if (thinned === null) return { ...state, droppedInPass: 0, dryAt: usage.heldReadings };
  const droppedInPass = state.droppedInPass + thinned.dropped;
  if (thinned.more) return { ...state, droppedInPass };
  return { ...state, droppedInPass: 0, dryAt: droppedInPass === 0 ? usage.heldReadings : null };
}

/** How many entries find room; below zero where there is too much already. */
function roomOf({ readingsMax, bytesMax, diskFreeMin }: CapacityLimits, usage: Usage): Room {
  const { heldReadings, usedBytes } = usage;
  const free = usage.diskFreeBytes + usage.reusableBytes;
  const inBytes = (bytes: number): number => Math.floor(bytes / entryBytes);
  return {
    kept: Math.min(
      readingsMax - heldReadings,
      inBytes(bytesMax * (1 - reserveShare) - usedBytes),
      inBytes(free - diskFreeMin),
    ),
    unkept: Math.min(
      Math.ceil(readingsMax * (1 + reserveShare)) - heldReadings,
      inBytes(bytesMax - usedBytes),
      inBytes(free - diskFreeMin / 2),
    ),
  };
}

/** The smallest of the reserves, in entries. */
const reserveOf = ({ readingsMax, bytesMax }: CapacityLimits): number =>
  Math.min(readingsMax * reserveShare, (bytesMax * reserveShare) / entryBytes);

function hasRoomAgain({ readingsMax, bytesMax, diskFreeMin }: CapacityLimits, usage: Usage): boolean {
  const below = 1 - openAgainShare;
  return (
    usage.heldReadings <= readingsMax * below &&
    usage.usedBytes <= bytesMax * (1 - reserveShare) * below &&
    usage.diskFreeBytes + usage.reusableBytes >= diskFreeMin * (1 + openAgainShare)
  );
}
