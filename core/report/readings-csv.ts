import { isFault, isGood } from "../readings/reading.ts";
import { isTimeQuality, type TimedReading } from "../readings/stamp.ts";
import { formatInstant, parseInstant } from "../time/millis.ts";

/** The first line of the readings of a report. */
export const readingsHeader = "at,celsius,fault,said,time_source,time_uncertainty_ms";

/**
 * Readings as judged, as CSV with a line each: the calibrated temperature in full precision, or the fault and, where a temperature is not believed, what the sensor said.
 * Lines end in CR LF (RFC 4180).
 */
export function readingsCsv(readings: readonly TimedReading[]): string {
  const lines = readings.map((reading) => {
    const { at, time } = reading;
    const value = isGood(reading)
      ? `${reading.celsius},,`
      : `,${reading.fault},${reading.said === undefined ? "" : reading.said}`;
    return `${formatInstant(at)},${value},${time?.source ?? ""},${time?.uncertaintyMs ?? ""}`;
  });
  return [readingsHeader, ...lines, ""].join("\r\n");
}

/** What reading such a file gives: the readings, or the first line that is none and why. */
export type ReadingsFile =
  | { readonly ok: true; readonly readings: readonly TimedReading[] }
  | { readonly ok: false; readonly line: number; readonly why: string };

/** Reads what `readingsCsv` wrote. */
export function parseReadingsCsv(text: string): ReadingsFile {
  const lines = text.split("\r\n");
  if (lines[0] !== readingsHeader) return { ok: false, line: 1, why: "the header is another one" };
  if (lines.at(-1) !== "") return { ok: false, line: lines.length, why: "the last line has no end" };
  const readings: TimedReading[] = [];
  for (const [index, line] of lines.slice(1, -1).entries()) {
    const reading = parseLine(line);
    if (reading === null) return { ok: false, line: index + 2, why: "it is no reading" };
    readings.push(reading);
  }
  return { ok: true, readings };
}

function parseLine(line: string): TimedReading | null {
  const fields = line.split(",");
  if (fields.length !== 6) return null;
  const [instant = "", celsius = "", fault = "", said = "", source = "", uncertainty = ""] = fields;
  const at = parseInstant(instant);
  if (at === null || formatInstant(at) !== instant) return null;
  const time = { source, uncertaintyMs: Number(uncertainty) };
  const isTimed = source !== "" || uncertainty !== "";
  if (isTimed && (!isNumber(uncertainty) || !isTimeQuality(time))) return null;
  const timed = isTimed && isTimeQuality(time) ? { time } : {};
  if (celsius !== "")
    return isNumber(celsius) && fault === "" && said === ""
      ? { at, celsius: Number(celsius), ...timed }
      : null;
  if (!isFault(fault)) return null;
  if (said === "") return { at, fault, ...timed };
  return isNumber(said) ? { at, fault, said: Number(said), ...timed } : null;
}

/** True for a number as this file writes it: one way of writing each, so that equal content is equal text. */
function isNumber(text: string): boolean {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text;
}
