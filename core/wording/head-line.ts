import { subjectCharactersMax } from "../alarms/describe.ts";
import { cutText } from "./clean.ts";
import { headOf, leftOf, leftText, placeOf, sinceText, whatOf, type Where } from "./told.ts";
import type { Words } from "./words.ts";
import type { Surroundings, ToldAlarm } from "./written.ts";

/** Fewest characters of a name that are worth their place beside how long is left. */
const nameCharactersMin = 10;

/** Fewest characters to which a name is cut whatever else there is to say. */
const nameCharactersLeast = 8;

/** The mark of a drill before anything that belongs to one. */
export function drillMark({ isDrill }: Pick<Surroundings, "isDrill">, { drill }: Words): string {
  return isDrill ? `${drill}: ` : "";
}

/**
 * The line with which a message about one alarm begins: what, where, how bad, how long left, in `subjectCharactersMax` characters. The name gives way first, then since when
 * it has been so, never the figure. `name` says how the place is written, `fold` how all of it is.
 */
export function headLine(
  alarm: ToldAlarm,
  surroundings: Surroundings,
  words: Words,
  naming: (place: Where) => string = ({ name }) => name,
  fold: (text: string) => string = (text) => text,
): string {
  const before = fold(`${drillMark(surroundings, words)}${headOf(alarm, words)}: `);
  const what = fold(`: ${whatOf(alarm, surroundings, words)}`);
  const since = fold(sinceText(alarm, surroundings, words));
  const time = leftOf(alarm, surroundings.at);
  const left = time === null ? "" : fold(`, ${leftText(time, words)}`);
  const name = naming(placeOf(alarm, surroundings, words));
  const room = (tail: string): number => subjectCharactersMax - before.length - what.length - tail.length;
  const tail =
    room(`${since}${left}`) >= name.length
      ? `${since}${left}`
      : room(left) >= Math.min(name.length, nameCharactersMin)
        ? left
        : "";
  const mark = fold("…");
  const shown = cutText(name, Math.max(room(tail), nameCharactersLeast), mark);
  return `${before}${shown}${cutText(what, subjectCharactersMax - before.length - shown.length - tail.length, mark)}${tail}`;
}
