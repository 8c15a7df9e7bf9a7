/** A date on a label: time of a clock on the wall where the label was made, for labels name no zone. */
export interface LabelDate {
  /** `2018-12-31T23:59`. */
  readonly wall: string;
  /** False where the label gives the day alone; then `wall` is that day's last minute, as the standard has it. */
  readonly isTimeGiven: boolean;
}

/** The time of day that stands for a day as a whole. */
const lastMinute = "2359";

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const padded = (value: number): string => String(value).padStart(2, "0");

/**
 * Reads `cyyjjj` or `cyyjjjhhmm`: century digit (9: the 1900s, 0 to 8: the 2000s to 2800s), year, ordinal day, time. Null where there is no such
 * day or time.
 */
export function parseLabelDate(text: string): LabelDate | null {
  if (!/^\d{6}(\d{4})?$/.test(text)) return null;
  const century = Number(text[0]);
  const year = (century === 9 ? 1_900 : 2_000 + century * 100) + Number(text.slice(1, 3));
  const day = dayOfYear(year, Number(text.slice(3, 6)));
  const time = text.slice(6) || lastMinute;
  if (day === null || Number(time.slice(0, 2)) > 23 || Number(time.slice(2)) > 59) return null;
  return { wall: `${year}-${day}T${time.slice(0, 2)}:${time.slice(2)}`, isTimeGiven: text.length === 10 };
}

function dayOfYear(year: number, ordinal: number): string | null {
  let day = ordinal;
  for (const [month, length] of lengths.entries()) {
    const days = month === 1 && isLeap(year) ? 29 : length;
    if (day >= 1 && day <= days) return `${padded(month + 1)}-${padded(day)}`;
    day -= days;
  }
  return null;
}

/** Writes a label's date as `cyyjjj` or `cyyjjjhhmm`. The years 1900 to 2899 can be written; others have no such form. */
export function formatLabelDate({ wall, isTimeGiven }: LabelDate): string {
  const year = Number(wall.slice(0, 4));
  const month = Number(wall.slice(5, 7));
  const before = lengths
    .slice(0, month - 1)
    .reduce((sum, length, index) => sum + (index === 1 && isLeap(year) ? 29 : length), 0);
  const century = year < 2_000 ? 9 : Math.floor((year - 2_000) / 100);
  const ordinal = String(before + Number(wall.slice(8, 10))).padStart(3, "0");
  const time = isTimeGiven ? wall.slice(11, 13) + wall.slice(14, 16) : "";
  return `${century}${padded(year % 100)}${ordinal}${time}`;
}
