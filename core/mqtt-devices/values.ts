import type { ChannelValue } from "../readings/sample.ts";
import { plausibleCelsius } from "../readings/sample.ts";

/** Decimals that are kept of a converted temperature: a tenth of a millikelvin. */
const decimals = 4;

/** A number without the noise of binary fractions. */
export const rounded = (value: number): number => Number(value.toFixed(decimals)) + 0;

/** Degrees Fahrenheit as degrees Celsius. */
export const fahrenheit = (degrees: number): number => rounded(((degrees - 32) * 5) / 9);

/** A temperature in degrees Celsius as a channel's value: what no sensor in this field can truthfully report is the fault `implausible`. */
export const temperature = (celsius: number): ChannelValue => plausibleCelsius(celsius) ?? "implausible";

/** What a DS18B20 gives before its first conversion, in degrees Celsius. */
const powerOnCelsius = 85;

/** What is reported for a DS18B20 that does not answer, in degrees Celsius. */
const disconnectedCelsius = -127;

/** What a DS18B20 gives with too little power for a conversion (raw 0x07FF), in degrees Celsius; devices round it to one decimal. */
const underpoweredCelsius = 127.9375;

/** Half a unit of the last decimal to which devices round. */
const roundingCelsius = 0.051;

/**
 * A temperature of a DS18B20 or one of its kin: its three values that are no temperatures become faults (domain facts: power-on 85.0,
 * disconnected -127, too little power 127.94).
 */
export function ds18b20(celsius: number): ChannelValue {
  if (Math.abs(celsius - powerOnCelsius) < 0.0001) return "power-on";
  if (Math.abs(celsius - disconnectedCelsius) < 0.0001) return "disconnected";
  if (Math.abs(celsius - underpoweredCelsius) < roundingCelsius) return "bus";
  return temperature(celsius);
}
