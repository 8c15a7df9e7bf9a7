import type { ChannelValue } from "../readings/sample.ts";
import { type ModbusChannel, type ModbusProfile, wordsOf } from "./profile.ts";
import { bitsMax, type ReadAnswer, readsBits, type ReadRequest, registersMax } from "./read-request.ts";
import { channelValue, exceptionFault } from "./value.ts";

/** One question of a profile, and the channels that its answer tells of. */
export interface PlannedRead {
  readonly request: Omit<ReadRequest, "unit">;
  readonly channels: readonly { readonly name: string; readonly channel: ModbusChannel }[];
}

/** Registers from `from` up to (not including) `to` that belong to a channel. */
interface Stretch {
  readonly name: string;
  readonly channel: ModbusChannel;
  readonly from: number;
  readonly to: number;
}

/**
 * The questions that read all channels of a profile. What adjoins is asked for at once, gaps are never read (a device may refuse what lies in
 * them). A channel and its status register are always one question, so that they are of one instant.
 */
export function planReads(profile: ModbusProfile): readonly PlannedRead[] {
  const stretches = Object.entries(profile.channels).map(([name, channel]) => stretch(name, channel));
  const reads: Stretch[][] = [];
  for (const one of stretches.toSorted(byPlace)) {
    const last = reads.at(-1);
    if (last !== undefined && !profile.oneByOne && adjoins(last, one)) last.push(one);
    else reads.push([one]);
  }
  return reads.map((group) => ({
    request: {
      function: group[0]?.channel.function ?? 3,
      address: from(group),
      count: to(group) - from(group),
    },
    channels: group.map(({ name, channel }) => ({ name, channel })),
  }));
}

/** What the answer to a planned read says of its channels. A channel that an exception says nothing of is left out. */
export function readChannels(read: PlannedRead, answer: ReadAnswer): Record<string, ChannelValue> {
  const channels: Record<string, ChannelValue> = {};
  for (const { name, channel } of read.channels) {
    const value =
      answer.kind === "exception"
        ? exceptionFault(channel, answer.exception)
        : valueAt(channel, answer.values, read.request.address);
    if (value !== null) channels[name] = value;
  }
  return channels;
}

function valueAt(channel: ModbusChannel, values: readonly number[], address: number): ChannelValue {
  const start = channel.register - address;
  const status = channel.status === undefined ? null : (values[channel.status.register - address] ?? null);
  return channelValue(channel, values.slice(start, start + wordsOf(channel)), status);
}

function stretch(name: string, channel: ModbusChannel): Stretch {
  const end = channel.register + wordsOf(channel);
  const status = channel.status?.register ?? channel.register;
  return { name, channel, from: Math.min(channel.register, status), to: Math.max(end, status + 1) };
}

const byPlace = (a: Stretch, b: Stretch): number =>
  a.channel.function - b.channel.function || a.from - b.from || a.to - b.to;

const from = (group: readonly Stretch[]): number => Math.min(...group.map((one) => one.from));
const to = (group: readonly Stretch[]): number => Math.max(...group.map((one) => one.to));

function adjoins(group: readonly Stretch[], one: Stretch): boolean {
  const code = group[0]?.channel.function;
  const most = readsBits(one.channel.function) ? bitsMax : registersMax;
  return code === one.channel.function && one.from <= to(group) && one.to - from(group) <= most;
}
