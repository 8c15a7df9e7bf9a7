/** Coefficients of a platinum resistor of 100 ohm, IEC 60751. */
const a = 3.9083e-3;
const b = -5.775e-7;
const c = -4.183e-12;

/** The standard's range in degrees Celsius, and the resistances at its ends in ohm. */
export const pt100CelsiusMin = -200;
export const pt100CelsiusMax = 850;
export const pt100OhmMin = pt100Ohm(pt100CelsiusMin);
export const pt100OhmMax = pt100Ohm(pt100CelsiusMax);

/** Steps after which Newton's method has long met the last digit; four suffice over the whole range. */
const newtonSteps = 8;

/** Resistance of a PT100 in ohm at a temperature in [-200, 850] °C. */
export function pt100Ohm(celsius: number): number {
  const below = celsius < 0 ? c * (celsius - 100) * celsius ** 3 : 0;
  return 100 * (1 + a * celsius + b * celsius ** 2 + below);
}

/** Temperature in °C of a PT100 by its resistance; null beyond the standard's range, where it is no PT100 or its circuit is broken. */
export function pt100Celsius(ohm: number): number | null {
  if (!(ohm >= pt100OhmMin && ohm <= pt100OhmMax)) return null;
  let celsius = (-a + Math.sqrt(a * a - 4 * b * (1 - ohm / 100))) / (2 * b);
  if (ohm >= 100) return celsius;
  for (let step = 0; step < newtonSteps; step += 1) {
    const slope = 100 * (a + 2 * b * celsius + c * (4 * celsius ** 3 - 300 * celsius ** 2));
    celsius -= (pt100Ohm(celsius) - ohm) / slope;
  }
  return celsius;
}
