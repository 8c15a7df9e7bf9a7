/**
 * What the simulator says when something happens in its hospital, such as `12:03:20 door of fridge-1 left open for 35 s`, without the time;
 * null for any other line.
 */
export function happeningOf(line: string): string | null {
  return /^\d\d:\d\d:\d\d (.+)$/.exec(line)?.[1] ?? null;
}
