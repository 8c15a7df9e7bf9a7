import { type EpochMs, minuteMs } from "../time/millis.ts";

/** How many octets a service centre's time has: year, month, day, hour, minute, second, zone. */
export const serviceTimeOctets = 7;

/** The century of a two-digit year: 90 to 99 are 19.., the rest 20... */
const centurySplit = 90;

/**
 * The instant of a service centre's time stamp (3GPP TS 23.040, 9.2.3.11), or null where it names none. Its zone is in quarters of an hour,
 * with the sign in the fourth bit of the first digit.
 */
export function parseServiceTime(octets: Uint8Array): EpochMs | null {
  const [year, month, day, hour, minute, second] = Array.from(octets.subarray(0, 6), swappedDigits);
  const zoneOctet = octets[6];
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined || zoneOctet === undefined)
    return null;
  const zone = swappedDigits(zoneOctet & ~0x08);
  if ([year, month, day, hour, minute, second, zone].includes(-1)) return null;
  const fields = { year: year < centurySplit ? 2000 + year : 1900 + year, month, day, hour, minute, second };
  try {
    const local = Temporal.PlainDateTime.from(fields, { overflow: "reject" });
    const sign = (zoneOctet & 0x08) === 0 ? 1 : -1;
    return local.toZonedDateTime("UTC").epochMilliseconds - sign * zone * 15 * minuteMs;
  } catch {
    return null;
  }
}

/** The instant of a time as text mode writes it, `yy/MM/dd,hh:mm:ss+zz` with the zone in quarters of an hour, or null where it names none. */
export function parseTextTime(text: string): EpochMs | null {
  const match = /^(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)([+-])(\d\d)$/.exec(text);
  if (match === null) return null;
  const swapped = [...match.slice(1, 7), match[8] ?? ""].map((digits) =>
    Number.parseInt(`${digits[1]}${digits[0]}`, 16),
  );
  const zone = swapped[6] ?? 0;
  // The sign's bit is free in what two digits up to 79 leave of an octet.
  if ((zone & 0x08) !== 0) return null;
  swapped[6] = zone | (match[7] === "-" ? 0x08 : 0);
  return parseServiceTime(Uint8Array.from(swapped));
}

/** The octets of an instant, in UTC. Years 1990 to 2089. */
export function formatServiceTime(at: EpochMs): Uint8Array {
  const { year, month, day, hour, minute, second } =
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO("UTC");
  return Uint8Array.from([year % 100, month, day, hour, minute, second, 0], (value) =>
    Number.parseInt(`${value % 10}${Math.floor(value / 10)}`, 16),
  );
}

/** The number that two swapped decimal digits write, or -1. */
function swappedDigits(octet: number): number {
  const [tens, units] = [octet & 0x0f, octet >> 4];
  return tens > 9 || units > 9 ? -1 : tens * 10 + units;
}
