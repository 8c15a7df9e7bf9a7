import { celsiusMax, celsiusMin, type Fault, isFault } from "./reading.ts";

/** What one channel of a device showed: a temperature in degrees Celsius or a fault word. */
export type ChannelValue = number | Fault;

/**
 * One device's sample as both own dialects carry it, before the gateway has given it a time and a probe.
 * `boot` counts the device's starts, `sequence` its samples since that start (from 0), `uptimeMs` its own clock.
 */
export interface DeviceSample {
  readonly device: string;
  readonly boot: number;
  readonly sequence: number;
  readonly uptimeMs: number;
  readonly channels: Readonly<Record<string, ChannelValue>>;
}

/** Names of devices: what fits an MQTT topic level, a serial field and a file name alike. */
export const devicePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Names of channels. */
export const channelPattern = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** Most channels that one device may have. */
export const channelsMax = 64;

/** Largest counter that either dialect carries: 2^32 - 1. Beyond it the firmware starts a new boot. */
export const counterMax = 0xffff_ffff;

/** Largest uptime that either dialect carries: 100 years. */
export const uptimeMaxMs = 3_155_760_000_000;

const decimal = /^-?\d{1,4}(\.\d{1,6})?$/;

/** Reads a channel's value from text: a plain decimal in degrees Celsius or a fault word; null where it is neither. */
export function parseChannelValue(text: string): ChannelValue | null {
  if (isFault(text)) return text;
  if (!decimal.test(text)) return null;
  return plausibleCelsius(Number(text));
}

/** The number itself where it is a possible temperature, else null. Minus zero becomes zero. */
export function plausibleCelsius(celsius: number): number | null {
  return Number.isFinite(celsius) && celsius >= celsiusMin && celsius <= celsiusMax ? celsius + 0 : null;
}
