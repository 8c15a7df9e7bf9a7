import type { Standing, LimitsView } from "./views.ts";

const minus = (text: string): string => text.replace("-", "−");

/** Writes a temperature with its unit: `4.2 °C`. */
export function celsius(value: number, digits = 1): string {
  const text = value.toFixed(digits);
  return `${minus(Number(text) === 0 ? text.replace("-", "") : text)}\u00a0°C`;
}

/** Writes a limit as the profile gives it: `6 °C`, `−25 °C`, `2.5 °C`. */
export function limit(value: number): string {
  return `${minus(String(value))}\u00a0°C`;
}

/** Where a temperature lies between the limits; exactly on a limit is in range. */
export function sideOf(value: number, limits: LimitsView): Extract<Standing, "in" | "low" | "high"> {
  if (limits.low !== null && value < limits.low) return "low";
  if (limits.high !== null && value > limits.high) return "high";
  return "in";
}

/** Writes a temperature with as many decimals as it takes to show on which side of a limit it lies: 6.04 never reads as 6.0 under a limit of 6. */
export function celsiusBeside(value: number, limits: LimitsView): string {
  const side = sideOf(value, limits);
  const digits = [1, 2, 3].find((count) => sideOf(Number(value.toFixed(count)), limits) === side);
  return celsius(value, digits ?? 4);
}

/** Writes the limits in words: `2 to 6 °C`, `at most −25 °C`. */
export function limitsText(limits: LimitsView): string {
  if (limits.low !== null && limits.high !== null)
    return `${minus(String(limits.low))} to ${limit(limits.high)}`;
  if (limits.high !== null) return `at most ${limit(limits.high)}`;
  if (limits.low !== null) return `at least ${limit(limits.low)}`;
  return "no limits";
}

/** Names the limits behind a probe: `limits 2 to 6 °C`, or `no limits`. */
export function namedLimits(limits: LimitsView): string {
  return hasLimits(limits) ? `limits ${limitsText(limits)}` : limitsText(limits);
}

/** True where at least one side has a limit. */
export function hasLimits(limits: LimitsView): boolean {
  return limits.low !== null || limits.high !== null;
}
