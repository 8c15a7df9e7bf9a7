import * as z from "zod";
import { channelPattern, channelsMax } from "../readings/sample.ts";
import { faultWords } from "../readings/reading.ts";
import { durationSchema } from "../settings/settings.ts";
import { hourMs } from "../time/millis.ts";
import { registersMax } from "./read-request.ts";

/** How a number stands in registers. */
export const valueTypes = ["int16", "uint16", "int32", "float32"] as const;

/**
 * The order of a number's bytes on the wire, A the highest: `ABCD` is Modbus' own, `CDAB` has the words the other way round, `BADC` the
 * bytes in each word, `DCBA` both. Of a 16-bit number only the order of A and B counts.
 */
export const wordOrders = ["ABCD", "CDAB", "BADC", "DCBA"] as const;

const fault = z.enum(faultWords);

const whole = (text: string): boolean => text.trim() !== "" && Number.isInteger(Number(text));

/** Fault words by a whole number, decimal or as 0x... */
const faultsByNumber = (min: number, max: number) =>
  z
    .record(
      z.string().refine((key) => whole(key) && Number(key) >= min && Number(key) <= max, {
        error: `expected a whole number from ${min} to ${max}`,
      }),
      fault,
    )
    .transform((record) => Object.entries(record).map(([key, word]) => ({ raw: Number(key), fault: word })));

const sentinels = z
  .record(
    z.string().refine((key) => key === "NaN" || Number.isFinite(Number(key)), { error: "expected a number" }),
    fault,
  )
  .transform((record) => Object.entries(record).map(([key, word]) => ({ raw: Number(key), fault: word })));

const address = z.int().min(0).max(65_535);

const statusSchema = z.strictObject({
  /** The status register's address; of the channel's own function. */
  register: address,
  /** Faults by bits that are all set; of several that fit the one with the most bits. */
  bits: faultsByNumber(1, 0xffff).default([]),
  /** Faults by the whole register. */
  values: faultsByNumber(0, 0xffff).default([]),
  /** What any other value than 0 means. Default: nothing. */
  otherwise: fault.optional(),
});

/** One value of a device: where it stands, how it is written, and what says that it is none. */
export const channelSchema = z
  .strictObject({
    /** 1 coil, 2 discrete input, 3 holding register, 4 input register. */
    function: z.literal([1, 2, 3, 4]).default(3),
    /** Address on the wire, from 0: "40001" or "3x0001" in a manual is 0. */
    register: address,
    type: z.enum(valueTypes).default("int16"),
    wordOrder: z.enum(wordOrders).default("ABCD"),
    /** One bit of a register, 0 the lowest; makes the value 0 or 1. */
    bit: z.int().min(0).max(15).optional(),
    /** value = number in the registers * scale + offset. Default 1 and 0. */
    scale: z
      .number()
      .refine((scale) => scale !== 0, { error: "expected a number other than 0" })
      .default(1),
    offset: z.number().default(0),
    /** What the value is then: degrees Celsius, the resistance of a PT100 in ohm, or a plain number (percent, volts, a contact). */
    unit: z.enum(["celsius", "ohm-pt100", "number"]).default("celsius"),
    /** What the device can measure, in the channel's final unit, ends included; anything else is the fault `range`. */
    range: z.strictObject({ min: z.number(), max: z.number() }).optional(),
    /** Numbers in the registers, before scale, that stand for a fault. `NaN` is one without being named. */
    sentinels: sentinels.default([]),
    status: statusSchema.optional(),
    /** Exception codes that say what is wrong with the sensor. Any other exception gives no reading. */
    exceptions: faultsByNumber(1, 255).default([]),
    /** How far a value may lie behind what the probe felt, by the device's own filter. Adds to the uncertainty of its time. */
    filter: durationSchema.refine((length) => length <= hourMs, "expected at most 1h").default(0),
  })
  .superRefine((channel, context) => {
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: "custom", path: [key], message });
    const isBit = channel.function <= 2;
    if (isBit && channel.bit !== undefined) refuse("bit", "function 1 and 2 read single bits already");
    if (isBit && channel.status !== undefined) refuse("status", "function 1 and 2 have no status register");
    if (channel.bit !== undefined && channel.type !== "int16" && channel.type !== "uint16")
      refuse("bit", "a bit is of a 16-bit register");
    if (spanOf(channel) > registersMax)
      refuse("status", `the status register lies more than ${registersMax} registers away`);
    if (channel.register + wordsOf(channel) > 65_536) refuse("register", "the value does not end at 65535");
    if (channel.range !== undefined && channel.range.min >= channel.range.max)
      refuse("range", "expected min below max");
  });

/** A channel after checking. */
export type ModbusChannel = z.output<typeof channelSchema>;

/** Registers from the first to the last that a channel needs: they are one question. */
function spanOf(channel: Pick<ModbusChannel, "function" | "type" | "register" | "status">): number {
  const end = channel.register + wordsOf(channel);
  const status = channel.status?.register ?? channel.register;
  return Math.max(end, status + 1) - Math.min(channel.register, status);
}

/** A device's profile: its channels by name. */
export const profileSchema = z.strictObject({
  /** True where each channel has to be asked for by itself, because an exception about one would cost the others. */
  oneByOne: z.boolean().default(false),
  channels: z
    .record(z.string().regex(channelPattern), channelSchema)
    .refine((channels) => Object.keys(channels).length > 0, { error: "expected at least one channel" })
    .refine((channels) => Object.keys(channels).length <= channelsMax, {
      error: `expected at most ${channelsMax} channels`,
    }),
});

/** A profile after checking. */
export type ModbusProfile = z.output<typeof profileSchema>;

/** A profile as it is written, before checking. */
export type ProfileText = z.input<typeof profileSchema>;

/** Registers (or bits) that a channel's value takes up. */
export function wordsOf(channel: Pick<ModbusChannel, "function" | "type">): number {
  return channel.function > 2 && (channel.type === "int32" || channel.type === "float32") ? 2 : 1;
}
